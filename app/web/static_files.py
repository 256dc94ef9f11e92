"""The files of the pages: style sheets, scripts, fonts and pictures."""

from starlette.datastructures import MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send


class WholeFiles(StaticFiles):
    """Files that are always sent whole: they are small, and Starlette would refuse a bad range in plain text.

    An address with `v=` holds a hash of the content (`rendering._asset`), so caches may keep it for good.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope.get("headers", []) if name != b"range"]
        kept = "public, max-age=31536000, immutable" if scope["query_string"].startswith(b"v=") else "no-cache"

        async def send_cached(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer["cache-control"] = kept
                del answer["accept-ranges"]
            await send(message)

        await super().__call__({**scope, "headers": headers}, receive, send_cached)
