"""Whatever is sent to a page is only ever text on it."""

import httpx
import pytest

from tests.support.pages.page_client import page_at
from tests.support.pages.page_tree import parse_page, text_of, with_id
from tests.support.web.web_client import CORE, HTML, pairs_of

SCRIPT = "<script>alert(1)</script>"
HOSTILE = [SCRIPT, "\"><img src=x onerror='alert(1)'>", "' onfocus='alert(1)", "{{7*7}}", "javascript:alert(1)"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "address",
    ["/?language={}&change={}&policy={}", "/?{}={}", "/advice?language={}&{}=1", "/claims?status={}", "/claims?{}=1",
     "/claims/{}", "/{}", "/advice.md?language={}"],
)  # fmt: skip
async def test_hostile_input_is_only_ever_text(client: httpx.AsyncClient, address: str, text: str) -> None:
    quoted = str(httpx.QueryParams({"q": text}))[2:].replace("+", "%20")
    response = await client.get(address.replace("{}", quoted), headers=HTML)
    assert response.status_code in (200, 404, 422)
    page = parse_page(response.text)
    assert "<script>alert" not in response.text
    assert not list(page.iter("script"))
    for element in page.iter():
        assert not [name for name in element.attrib if name.startswith("on")]
        assert not element.get("href", "").startswith("javascript:")
        assert element.get("src") != "x"


async def test_what_was_sent_is_said_back_as_text(client: httpx.AsyncClient) -> None:
    page = await page_at(client, str(httpx.URL("/advice", params=dict(pairs_of(CORE)) | {"goal": SCRIPT})), status=422)
    assert SCRIPT in text_of(with_id(page, "problem-goal"))
