"""A package index on this machine, with files in name only: pip lists them and downloads none."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

SETTINGS = ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT", "PIP_NO_INDEX", "PIP_PRE", "PIP_CERT")


def wheel(package: str, version: str, tags: str = "py3-none-any") -> str:
    return f"{package}-{version}-{tags}.whl"


def use_index(patch: pytest.MonkeyPatch, address: str) -> None:
    """Let pip ask only this index, whatever this machine's settings are."""
    patch.setenv("PIP_CONFIG_FILE", "/dev/null")
    patch.setenv("PIP_INDEX_URL", address)
    patch.setenv("no_proxy", "*")
    for name in SETTINGS:
        patch.delenv(name, raising=False)


@contextmanager
def served(files: Mapping[str, Sequence[str]], status: int = 200) -> Iterator[str]:
    """The address of an index with these files for each package. `status`: what it answers for packages that it has."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            package = self.path.strip("/").split("/")[-1]
            links = "".join(f'<a href="../../files/{name}">{name}</a>' for name in files.get(package, ()))
            body = f"<!DOCTYPE html><html><body>{links}</body></html>".encode()
            self.send_response(status if package in files else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def nobody_listening() -> Iterator[str]:
    """The address of an index that is not there."""
    with served({}) as address:
        pass
    yield address
