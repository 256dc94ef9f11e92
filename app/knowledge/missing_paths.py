"""Hard constraints from the paths: a place that one framework reaches and the other does not."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from app.knowledge.models import FRAMEWORKS, NAMES, Framework, ModelPath, PathConstraint, Place
from app.knowledge.models.paths import NO_WAY

Ways = Mapping[tuple[str, Framework], tuple[ModelPath, ...]]
"""(place, framework) → the paths, the best trodden first; of equals the first of the rules."""


def ways_of(paths: Mapping[str, ModelPath]) -> Ways:
    """The paths by place and framework."""
    found: dict[tuple[str, Framework], list[ModelPath]] = defaultdict(list)
    for path in sorted(paths.values(), key=lambda path: -path.trodden):
        found[path.place, path.framework].append(path)
    return {key: tuple(group) for key, group in found.items()}


def missing_path_constraints(places: Mapping[str, Place], ways: Ways) -> Iterator[PathConstraint]:
    """A constraint for each place to which one framework has no way and the other has one."""
    for place in places.values():
        best = [ways[place.id, framework][0] for framework in FRAMEWORKS if (place.id, framework) in ways]
        missing = [path for path in best if path.trodden == NO_WAY]
        if len(missing) == 1 and len(best) == len(FRAMEWORKS):
            yield from _constraint(place, missing[0])


def _constraint(place: Place, missing: ModelPath) -> Iterator[PathConstraint]:
    reasons = " ".join(limit.text for limit in missing.limits)
    if missing.claim is None or missing.lifted_by is None:
        return
    yield PathConstraint(
        id=f"no-way-to-{place.id}",
        place=place.id,
        claim=missing.claim,
        requires="tensorflow" if missing.framework == "pytorch" else "pytorch",
        when=place.when,
        text=f"{NAMES[missing.framework]} has no way to this place: {place.name}. {reasons}",
        lifted_by=missing.lifted_by,
    )
