"""What the templates of probes and runs are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.knowledge.models import Claim, Framework
from app.knowledge.report_card import ReportCard
from app.machine.models import Machine
from app.pages.page import Page
from app.runs.catalogue import Probe
from app.runs.inspection import Installed
from app.runs.models import ClaimVerdict, Comparison, Failure, Finding, Mode, Preset, Result, Run


@dataclass(frozen=True)
class ProbesPage(Page):
    groups: Sequence[tuple[str, Sequence[Probe]]]
    total: int
    timing: int
    machine: Machine
    installed: Sequence[Installed]
    recent: Sequence[Run]
    titles: Mapping[str, str]


@dataclass(frozen=True)
class CodeView:
    """Highlighted source text."""

    shared: Markup
    pytorch: Markup
    tensorflow: Markup


@dataclass(frozen=True)
class StartForm:
    """The form that starts a run: what is chosen, and what was wrong with it."""

    preset: str
    device: str
    mode: str
    presets: Sequence[tuple[Preset, str]]
    devices: Sequence[tuple[str, str | None]]
    modes: Sequence[tuple[Mode, str]]
    needs_token: bool
    problems: Sequence[str]


@dataclass(frozen=True)
class ProbePage(Page):
    probe: Probe
    subject: str
    code: CodeView
    form: StartForm
    claims: Sequence[Claim]
    history: Sequence[Run]
    sentences: Mapping[str, str]


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    counted: bool


@dataclass(frozen=True)
class Lane:
    """One arm in the plot: its samples, median and interval, as coordinates in a plot 1000 wide."""

    css: str
    dots: Sequence[Dot]
    median: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Plot:
    """Both arms' samples on one axis of time. `ticks` are (coordinate, label)."""

    lanes: Sequence[Lane]
    ticks: Sequence[tuple[float, str]]
    height: float
    description: str


@dataclass(frozen=True)
class ComparisonView:
    """A comparison with what belongs to it."""

    title: str
    comparison: Comparison
    sentence: str
    results: Sequence[Result]
    names: Sequence[str]
    plot: Plot | None


@dataclass(frozen=True)
class ObservationRow:
    """One thing that was observed, in both frameworks; None where a half said nothing of it."""

    key: str
    pytorch: str | None
    tensorflow: str | None


@dataclass(frozen=True)
class ExpectedRow:
    """An expectation of a claim before anything was observed."""

    see: str
    expected: str
    control: bool


@dataclass(frozen=True)
class HalfView:
    """What one program gave of what a claim looks at, what it printed, or how it failed."""

    framework: Framework
    version: str | None
    entries: Sequence[tuple[str, str]]
    printed: str
    failure: Failure | None


@dataclass(frozen=True)
class ClaimCheck:
    """A claim's probe on the claim's own page. `decides`: its verdict becomes the claim's status."""

    probe: Probe
    code: CodeView
    decides: bool
    verdict: ClaimVerdict | None
    found: Finding | None
    expected: Sequence[ExpectedRow]
    halves: Sequence[HalfView]
    history: Sequence[Finding]
    running: Run | None
    progress: Mapping[str, object] | None
    problems: Sequence[str]
    needs_token: bool


@dataclass(frozen=True)
class VerdictsPage(Page):
    card: ReportCard
    running: Run | None
    progress: Mapping[str, object] | None
    problems: Sequence[str]
    needs_token: bool
    fast: int
    slow: int
    contested: Sequence[Claim]
    here: frozenset[str]
    history: Sequence[Run]
    titles: Mapping[str, str]
    sentences: Mapping[str, str]


@dataclass(frozen=True)
class RunPage(Page):
    run: Run
    probe: Probe | None
    name: str
    headline: str
    sentence: str | None
    comparisons: Sequence[ComparisonView]
    observations: Sequence[ObservationRow]
    verdicts: Sequence[ClaimVerdict]
    statements: Mapping[str, str]
    conditions: Sequence[tuple[str, str]]
    libraries: Sequence[tuple[str, str]]
    findings: Sequence[str]
    progress: Mapping[str, object] | None
    needs_token: bool
