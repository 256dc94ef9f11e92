"""The dashboard, the alert rules and the guide speak of the measures that there are."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from app.paths import ROOT
from tests.support.runs.run_services import over, submitted
from tests.support.telemetry.captured_logs import lines_of, logged
from tests.support.telemetry.scraping import samples_of

DOCS = ROOT / "docs"
DASHBOARD = json.loads((DOCS / "grafana.json").read_text())
ALERTS = yaml.safe_load((DOCS / "alerts.yaml").read_text())

FROM_PROMETHEUS = {"job", "instance"}
"""Labels that a scrape adds to everything."""

SELECTED = re.compile(r"\b(up|(?:tiebreak|process)_\w+)(?:\{([^}]*)\})?")
MATCHED = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
GROUPED = re.compile(r"\bby\s*\(([^)]*)\)")
LEGEND = re.compile(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}")

Labels = Mapping[str, set[str]]


@pytest.fixture
async def labels(executed: httpx.AsyncClient) -> Labels:
    """The labels of every sample's name, after a request and a run."""
    await over(executed, await submitted(executed, "fine"))
    found: dict[str, set[str]] = defaultdict(set)
    for sample in samples_of((await executed.get("/metrics")).text):
        found[sample.name] |= set(sample.labels)
    return found


def panels() -> Iterator[Mapping[str, Any]]:
    yield from (panel for panel in DASHBOARD["panels"] if panel["type"] != "row")


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression with the text that shows its labels."""
    for panel in panels():
        for target in panel["targets"]:
            yield target["expr"], target["legendFormat"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"], ""
    for rule in ALERTS["groups"][0]["rules"]:
        yield rule["expr"], rule["annotations"]["summary"]


EXPRESSIONS = list(expressions())


def test_there_is_something_to_compare() -> None:
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    assert rows == ["Requests", "Queue and runs", "Verdicts", "How long probes take", "Process and store"]
    assert len(EXPRESSIONS) > 30
    assert len(ALERTS["groups"][0]["rules"]) >= 5


async def test_every_expression_asks_for_what_is_there(labels: Labels) -> None:
    for expression, shown in EXPRESSIONS:
        selected = SELECTED.findall(expression)
        assert selected, expression
        there: set[str] = set(FROM_PROMETHEUS)
        for name, matchers in selected:
            assert name == "up" or name in labels, (name, expression)
            own = labels.get(name, set()) | FROM_PROMETHEUS
            assert set(MATCHED.findall(matchers)) <= own, expression
            there |= own
        grouped = {label.strip() for group in GROUPED.findall(expression) for label in group.split(",")}
        assert grouped <= there, expression
        assert set(LEGEND.findall(shown)) <= (grouped or there), (expression, shown)


async def test_every_value_that_is_asked_for_can_be(labels: Labels, executed: httpx.AsyncClient) -> None:
    """A status in an expression is one that runs have."""
    text = (await executed.get("/metrics")).text
    known = {value for sample in samples_of(text) for value in sample.labels.values()} | {"2xx", "4xx", "5xx"}
    for expression, _ in EXPRESSIONS:
        for label, values in re.findall(r'\b(status|kind|preset|reason|verdict)=~?"([^"]*)"', expression):
            assert set(values.split("|")) <= known, (label, expression)


def test_brackets_are_closed() -> None:
    for expression, _ in EXPRESSIONS:
        bare = re.sub(r'"[^"]*"', "", expression)
        assert [bare.count(sign) for sign in "({["] == [bare.count(sign) for sign in ")}]"], expression


def test_panels_have_titles_and_places_of_their_own() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert panel["title"]
        assert place["x"] + place["w"] <= 24
        assert not cells & taken
        taken |= cells


async def test_the_dashboard_shows_every_measure_of_ours(executed: httpx.AsyncClient) -> None:
    families = text_string_to_metric_families((await executed.get("/metrics")).text)
    shown = " ".join(expression for expression, _ in EXPRESSIONS)
    ours = {family.name for family in families if family.name.startswith("tiebreak_")}
    assert {name for name in ours if name not in shown} == set()


async def test_the_guide_lists_every_measure_with_its_labels(labels: Labels) -> None:
    section = (DOCS / "operating.md").read_text().split("\n## Metrics\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", section, flags=re.MULTILINE)
    listed = {name: set(re.findall(r"`(\w+)`", told)) for name, told in rows}
    there: dict[str, set[str]] = defaultdict(set)
    for name, own in labels.items():
        there[re.sub(r"_(bucket|count|sum)$", "", name)] |= own - {"le"}
    assert listed == there


async def test_what_a_ready_server_checks_is_in_the_guide(executed: httpx.AsyncClient) -> None:
    section = (DOCS / "operating.md").read_text().split("\n## Readiness\n")[1].split("\n## ")[0]
    checks = (await executed.get("/readyz")).json()["checks"]
    assert re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE) == list(checks)
    example = json.loads(section.split("```json")[1].split("```")[0])
    assert set(example) == set((await executed.get("/readyz")).json())
    assert example["checks"] == checks


async def test_the_guide_lists_the_fields_of_a_line(executed: httpx.AsyncClient) -> None:
    section = (DOCS / "operating.md").read_text().split("\n## Logs\n")[1].split("\n## ")[0]
    with logged() as log:
        await over(executed, await submitted(executed, "broken"))
    for logger, row in re.findall(r"^\| `(tiebreak\.\w+)` \| [^|]* \| (`[^|]*) \|", section, flags=re.MULTILINE):
        fields = set().union(*lines_of(log, logger)) - {"time", "level", "logger", "message", "request_id"}
        assert fields == set(re.findall(r"`(\w+)`", row)) - {"request_id"}, logger
