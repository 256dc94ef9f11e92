"""The verdicts of a run of everything as a rule file, to be shipped with the rules."""

from collections.abc import Mapping
from typing import Any

import yaml

from app.knowledge.base import Knowledge
from app.knowledge.models import FRAMEWORKS
from app.runs.models import ClaimVerdict, Run

HEAD = """\
# The verdict on each claim that a program decides, from the project's own run on the versions named.
# Written by `make verdicts`; do not edit. A server's own verdicts stand over these.
"""


def verdicts_file(knowledge: Knowledge, run: Run) -> str:
    """The YAML text of `rules/verdicts.yaml`, in the order of the rules; what was measured on a machine stays there."""
    found = {verdict.claim: verdict for verdict in run.verdicts}
    assert run.finished_at is not None  # noqa: S101 - narrows for the type checker: the run has ended
    day = run.finished_at.date()
    entries = [
        {**_entry(found[id]), "found_on": day}
        for id, claim in knowledge.claims.items()
        if id in found and claim.is_decided_by_running
    ]
    return HEAD + yaml.dump({"verdicts": entries}, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=88)


class _Plain(yaml.SafeDumper):
    """Writes every value where it stands, the day of each verdict too."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name is the library's
        return True


def _entry(verdict: ClaimVerdict) -> Mapping[str, Any]:
    versions = {framework: verdict.versions[framework] for framework in FRAMEWORKS if framework in verdict.versions}
    return {"id": verdict.claim, "verdict": verdict.verdict, "reason": verdict.reason, "versions": versions}
