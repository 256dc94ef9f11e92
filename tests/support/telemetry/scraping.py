"""What /metrics gives, read by the client library's own parser."""

from collections.abc import Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


async def scraped(client: httpx.AsyncClient) -> list[Sample]:
    """Every sample of a scrape."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return samples_of(answer.text)


def samples_of(text: str) -> list[Sample]:
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def value(samples: list[Sample], name: str, **labels: str) -> float:
    """The sum of a measure's samples that have these labels; 0 when there is none."""
    return sum(one.value for one in samples if one.name == name and _has(one.labels, labels))


def labels(samples: list[Sample], name: str, label: str) -> set[str]:
    """The values that a label has in a measure."""
    return {one.labels[label] for one in samples if one.name == name}


def _has(of: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return wanted.items() <= of.items()
