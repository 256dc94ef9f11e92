"""The section on precedents of an advice that none is near to."""

import httpx

from tests.support.web.web_client import HTML, advice_from_api

LONELY = {
    "language": ["swift"],
    "deployment": ["microcontroller"],
    "data_type": ["sparse"],
    "goal": ["competition"],
}


async def test_an_advice_without_a_near_precedent_says_so(client: httpx.AsyncClient) -> None:
    assert (await advice_from_api(client, LONELY))["precedents"] == []
    response = await client.get("/advice", params=LONELY, headers=HTML)
    assert response.status_code == 200
    assert "No decision of a project that is enough like yours is known." in " ".join(response.text.split())
