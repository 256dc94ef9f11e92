"""What a proxy says of a client counts when the proxy is one of those that are named, and never otherwise."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request

from app.main import create_app
from app.settings import Settings
from tests.support.server.child_processes import serving
from tests.support.web.web_client import CORE, advice_address

FORGED = {
    "x-forwarded-for": "198.51.100.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "x-forwarded-port": "1",
    "x-real-ip": "198.51.100.8",
    "forwarded": "for=198.51.100.9;proto=https;host=evil.example",
}


def application(folder: Path, *proxies: str) -> FastAPI:
    """An application that believes these, and says what it takes a request for."""
    app = create_app(Settings(rules=None, data=folder, trusted_proxies=proxies))

    @app.get("/seen")
    async def seen(request: Request) -> dict[str, str]:
        return {"client": request.client.host if request.client else "", "url": str(request.url)}

    return app


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return application(tmp_path_factory.mktemp("data"), "10.0.0.0/8", "fd00::/8")


@pytest.fixture(scope="module")
def doubting(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return application(tmp_path_factory.mktemp("data"))


async def seen_from(app: FastAPI, peer: str, headers: dict[str, str]) -> dict[str, str]:
    """What the application takes a request from this peer for."""
    transport = httpx.ASGITransport(app=app, client=(peer, 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://tiebreak.test") as client:
        found: dict[str, str] = (await client.get("/seen", headers=headers)).json()
        return found


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "203.0.113.5", "11.0.0.1", "fe80::1"])
async def test_nobody_else_is_believed(trusting: FastAPI, doubting: FastAPI, peer: str) -> None:
    for app in (trusting, doubting):
        assert await seen_from(app, peer, FORGED) == {"client": peer, "url": "http://tiebreak.test/seen"}
    assert (await seen_from(doubting, "10.0.0.1", FORGED))["client"] == "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.9, 198.51.100.7, 10.2.3.4", "198.51.100.7"),
        ("evil, , 198.51.100.7", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
    ],
)
async def test_of_a_chain_the_last_that_is_no_proxy_of_ours_is_the_client(
    trusting: FastAPI, forwarded: str, client: str
) -> None:
    """What stands further left the client may have written itself."""
    seen = await seen_from(trusting, "10.0.0.1", {"x-forwarded-for": forwarded, "x-forwarded-proto": "https"})
    assert seen == {"client": client, "url": "https://tiebreak.test/seen"}


@pytest.mark.parametrize("scheme", ["javascript", "", "https://evil.example"])
async def test_a_scheme_that_is_none_is_not_taken(trusting: FastAPI, scheme: str) -> None:
    seen = await seen_from(trusting, "10.0.0.1", {"x-forwarded-proto": scheme})
    assert seen["url"] == "http://tiebreak.test/seen"


@pytest.mark.parametrize(
    ("settings", "scheme"),
    [({"FORWARDED_ALLOW_IPS": "*"}, "http"), ({"TIEBREAK_TRUSTED_PROXIES": "127.0.0.1"}, "https")],
)
def test_the_server_believes_whom_its_setting_names_and_no_other_variable(
    tmp_path: Path, settings: dict[str, str], scheme: str
) -> None:
    with serving(tmp_path / "server.log", settings) as server:
        record = httpx.get(server.address + advice_address(CORE, page="/advice.md"), headers=FORGED)
    assert record.text.strip().split()[-1].startswith(f"{scheme}://127.0.0.1:{server.port}/advice?")
