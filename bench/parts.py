"""All parts, in the order in which they run and are shown."""

from collections.abc import Mapping
from typing import Any

from bench import advice, detection, false_winners, load, noise, soak, web
from bench.agreement import part as agreement
from bench.part import Part

PARTS: Mapping[str, Part[Any]] = {
    part.name: part
    for part in (
        agreement.PART,
        false_winners.PART,
        detection.PART,
        noise.PART,
        web.PART,
        advice.PART,
        load.PART,
        soak.PART,
    )
}
