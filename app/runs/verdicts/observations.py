"""What a probe observed, as one tree in which an expectation finds its places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.knowledge.expectations import Place
from app.knowledge.models import FRAMEWORKS, NAMES, Framework
from app.runs.models import Comparison, Failure, Result, Scaling
from app.runs.run_wording import REASON_WORDS, gist

FRAMEWORK_PACKAGES = ("torch", "tensorflow", "keras")


@dataclass(frozen=True)
class Nothing:
    """Nothing stands at a place."""


@dataclass(frozen=True)
class Unavailable:
    """Why a place says neither yes nor no: its half failed, or a package or tool that it needs is missing."""

    reason: str


@dataclass(frozen=True)
class Observations:
    """What a run of a probe observed: the tree, the frameworks' versions, and why a half gave nothing.

    Where a part of the tree was not measured, an `Unavailable` stands in its place.
    """

    tree: Mapping[str, Any]
    versions: Mapping[Framework, str]
    failures: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        results: Sequence[Result],
        comparisons: Sequence[Comparison] = (),
        scaling: Scaling | None = None,
    ) -> "Observations":
        """The tree of a run's results."""
        headline = headlines(comparisons)
        keys = {comparison.key for comparison in headline.values()}
        chosen = [result for result in results if not keys or result.key in keys]
        tree: dict[str, Any] = {
            "comparison": _unfolded({name: one.model_dump(mode="json") for name, one in headline.items()}),
            "all_threads": _unfolded({c.variant: c.model_dump(mode="json") for c in comparisons if _whole(c)})
            or Unavailable("it was measured with one thread only, not with the whole machine"),
            "timing": {},
            "scaling": scaling.model_dump(mode="json") if scaling else {},
        }
        failures: dict[str, str] = {}
        versions: dict[Framework, str] = {}
        for framework in FRAMEWORKS:
            own = [result for result in chosen if result.framework == framework]
            tree[framework] = _unfolded({r.variant: r.observation for r in own if r.observation is not None})
            tree["timing"][framework] = _unfolded({r.variant: _figures(r) for r in own})
            known = [result.version for result in own if result.version]
            if known:
                versions[framework] = known[0]
            failed = [result.failure for result in own if result.failure is not None]
            if failed:
                failures[framework] = _say_failure(framework, failed[0])
        return cls(tree, versions, failures)

    def at(self, place: Place) -> Any:
        """What stands at a place; `Nothing` or `Unavailable` where no value does."""
        failure = self._failure(place)
        if failure is not None:
            return Unavailable(failure)
        value: Any = self.tree
        for key in place:
            if is_error(value) or isinstance(value, Unavailable):
                break
            value = _inside(value, key)
        if isinstance(value, Unavailable):
            return value
        absence = _absence(value)
        return Unavailable(absence) if absence else value

    def _failure(self, place: Place) -> str | None:
        """Why the halves that a place depends on gave nothing."""
        if place[0] in FRAMEWORKS:
            return self.failures.get(place[0])
        if place[0] == "timing" and len(place) > 1:
            return self.failures.get(place[1])
        return next(iter(self.failures.values()), None)


def headlines(comparisons: Sequence[Comparison]) -> dict[str, Comparison]:
    """Of each variant the comparison that is meant where several tables have it: the first one's."""
    return {comparison.variant: comparison for comparison in reversed(comparisons)}


def _whole(comparison: Comparison) -> bool:
    """Whether the frameworks had the whole machine."""
    return comparison.threads_asked is None and comparison.cache == "hot"


def _unfolded(by_variant: dict[str, Any]) -> Any:
    """What the only variant has, or a mapping of variants."""
    return by_variant[""] if set(by_variant) == {""} else by_variant


def _figures(result: Result) -> dict[str, Any]:
    return result.model_dump(mode="json", include={"median_s", "ci95_s", "peak_rss_bytes", "gflops", "cold"})


def _inside(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(key, Nothing())
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return Nothing()


def _say_failure(framework: Framework, failure: Failure) -> str:
    words = REASON_WORDS[failure.reason]
    return f"{NAMES[framework]}'s half gave nothing: {words[0].lower()}{words[1:]} ({gist(failure.message)})"


def is_error(value: Any) -> bool:
    """Whether it is the record of an error that was raised."""
    return isinstance(value, Mapping) and {"type", "message"} <= set(value) <= {"type", "message", "missing"}


def _absence(value: Any) -> str | None:
    """What an error says was not there; a framework's own part is a feature, which is the framework's to have."""
    name = value.get("missing") if is_error(value) else None
    if not name:
        return None
    if value["type"] == "Missing":
        return str(value["message"])
    package = str(name).split(".")[0]
    return None if package in FRAMEWORK_PACKAGES else f"the package {package} is not installed here"
