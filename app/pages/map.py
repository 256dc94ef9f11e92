"""The map: who wins where, as a page and as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app.advice.preferences import Preferences
from app.advice.query import AdviceQuery
from app.advice.query_fields import QueryFields
from app.advice.robustness.answer_map import COLUMNS, FIXED, PANELS, ROWS, Cell, answer_map
from app.errors import FieldProblem, InvalidFields, shortened
from app.knowledge.base import Knowledge
from app.knowledge.models import NAMES, Option, Policy, PolicyId
from app.pages.grammar import capitalised, day_words
from app.pages.page import Page
from app.pages.rendering import html, text
from app.web.dependencies import ServiceOf
from app.web.query import pairs_of, single_values
from app.web.service import Service

router = APIRouter(include_in_schema=False)

SHIPPED_ONLY = 0
"""The map uses the shipped rules, so its links leave out this server's verdicts."""

SHORT = {"pytorch": "P", "tensorflow": "T", "either": "="}
"""The letter in a cell of the picture, besides its colour."""


@dataclass(frozen=True)
class CellView:
    cell: Cell
    link: str
    letter: str
    recommendation: str
    margin: str


@dataclass(frozen=True)
class Panel:
    """One goal: rows of deployments, columns of kinds of data."""

    goal: Option
    rows: Sequence[tuple[Option, Sequence[CellView]]]


@dataclass(frozen=True)
class MapPage(Page):
    section = "/map"

    language: Option
    languages: Sequence[Option]
    policy: Policy
    policies: Sequence[Policy]
    data: Sequence[Option]
    panels: Sequence[Panel]
    counts: Sequence[tuple[str, int]]
    strong: float
    leaning: float
    version: str
    today: date

    @property
    def conditions(self) -> str:
        """For which language and under which policy the map is."""
        return f"{self.language.label}, {self.policy.name[:1].lower()}{self.policy.name[1:]}"

    @property
    def choices(self) -> list[tuple[str, str, list[tuple[str, str]], str]]:
        """The fields of the form: (name, label, its options, the chosen one)."""
        languages = [(option.id, option.label) for option in self.languages]
        policies = [(policy.id, policy.name) for policy in self.policies]
        return [
            ("language", "Language", languages, self.language.id),
            ("policy", "Policy", [*policies], self.policy.id),
        ]

    @property
    def credit(self) -> str:
        """The line below the picture where it stands alone."""
        legend = "P: PyTorch, T: TensorFlow, =: either"
        return f"{self.conditions}. {legend}. Tiebreak, rules {self.version}, {day_words(self.today)}"


def map_page(knowledge: Knowledge, policy: PolicyId, today: date, language: str | None) -> MapPage:
    """The map for a language, the first one unless another is asked for.

    Raises:
        InvalidFields: there is no such language.
    """
    languages = knowledge.questions[FIXED].options
    chosen = next((one for one in languages if one.id == (language or languages[0].id)), None)
    if chosen is None:
        problem = FieldProblem(FIXED, f"'{shortened(language or '')}' is none of them", tuple(o.id for o in languages))
        raise InvalidFields([problem])
    cells = iter(answer_map(knowledge, policy, today, chosen.id))
    goals, deployments, data = (knowledge.questions[id].options for id in (PANELS, ROWS, COLUMNS))
    panels = [Panel(goal, [(row, [_view(next(cells), policy) for _ in data]) for row in deployments]) for goal in goals]
    views = [view for panel in panels for _, row in panel.rows for view in row]
    return MapPage(
        title="PyTorch or TensorFlow at a glance",
        language=chosen,
        languages=languages,
        policy=knowledge.policies[policy],
        policies=list(knowledge.policies.values()),
        data=data,
        panels=panels,
        counts=[(name, sum(v.cell.recommendation == name for v in views)) for name in SHORT],
        strong=knowledge.scoring.strong,
        leaning=knowledge.scoring.leaning,
        version=knowledge.version,
        today=today,
    )


def _view(cell: Cell, policy: PolicyId) -> CellView:
    share = max(cell.pytorch, cell.tensorflow)
    if cell.by_constraint:
        margin = "by a hard constraint"
    elif cell.recommendation == "either":
        margin = f"PyTorch wins {100 * cell.pytorch:.0f}%"
    else:
        margin = f"{cell.strength}, wins {100 * share:.0f}%"
    link = AdviceQuery(cell.answers, Preferences(policy), SHIPPED_ONLY).link()
    return CellView(cell, link, SHORT[cell.recommendation], capitalised(NAMES[cell.recommendation]), margin)


@router.get("/map")
def answer_space(request: Request, service: ServiceOf) -> HTMLResponse:
    """Who wins where, at a glance. Not async: a new day's map takes a moment."""
    return html("map.html", _page_of(request, service))


@router.get("/map.svg")
def answer_space_picture(request: Request, service: ServiceOf) -> Response:
    """The same as a picture that stands alone."""
    return text("map.svg", _page_of(request, service), "image/svg+xml")


def _page_of(request: Request, service: Service) -> MapPage:
    pairs = pairs_of(request)
    values = single_values(pairs)
    if unknown := sorted(set(values) - {"policy", FIXED}):
        raise InvalidFields([FieldProblem(shortened(unknown[0]), "is no part of a map", ("policy", FIXED))])
    return map_page(service.knowledge, QueryFields.of(pairs).policy(), service.today(), values.get(FIXED) or None)
