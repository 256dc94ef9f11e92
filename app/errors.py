"""Every error that Tiebreak raises on purpose.

    TiebreakError
    ├── InvalidRules        the rule base cannot be used; all issues at once
    ├── UnusableSetting     a setting has a value that the service cannot start with
    ├── UnusableProbe       a probe's file lacks what a probe needs
    ├── RunEnded            a run in the foreground was interrupted
    ├── StoreFault          the store refuses what it was given: a fault of ours
    ├── UnusableRevision    there is no such revision of the rules, or no git to ask for it
    ├── UnreadableRules     this version cannot read the rules of a revision
    ├── UnusableBackup      a backup cannot be made or restored
    └── RequestError        a request cannot be carried out
        ├── InvalidFields   one or more fields are missing or have unusable values
        ├── UnknownEntry    no such claim, source, probe, run or page
        ├── AlreadyOver     a run that has ended cannot be cancelled
        ├── QueueFull       too many runs are waiting
        ├── StartedTooOften one client has started too many runs
        └── NotReady        the store or the runner cannot be reached

`app.web.errors` adds the request errors that only HTTP has. `app.web.problems` gives each request error its status,
title and headers, and turns it into a response.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class TiebreakError(Exception):
    """Base of all errors that are raised on purpose."""


@dataclass(frozen=True)
class LintIssue:
    """One fault in a rule base: where it is and what is wrong."""

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.message}"


class InvalidRules(TiebreakError):
    """The rule base cannot be used. `issues` holds every fault that was found, in file order."""

    def __init__(self, issues: Sequence[LintIssue]) -> None:
        self.issues = tuple(sorted(issues, key=lambda f: (f.file, f.line, f.rule, f.message)))
        super().__init__("\n".join(str(issue) for issue in self.issues))


class UnusableSetting(TiebreakError):
    """A setting has a value that the service cannot start with."""


class UnusableProbe(TiebreakError):
    """A probe's file lacks what a probe needs."""


class RunEnded(TiebreakError):
    """A run in the foreground was interrupted."""


class StoreFault(TiebreakError):
    """The store refuses what it was given: a fault of ours, which trying again does not mend."""


class UnusableRevision(TiebreakError):
    """There is no such revision of the rules, or no git to ask for it."""


class UnreadableRules(TiebreakError):
    """This version cannot read the rules of a revision."""


class UnusableBackup(TiebreakError):
    """A backup cannot be made or restored."""


def shortened(value: str, limit: int = 60) -> str:
    """A client's own words, short enough to be repeated in a message, and never empty."""
    if not value:
        return "(empty)"
    return value if len(value) <= limit else value[: limit - 1] + "…"


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field, and what would be right.

    `field` is the caller's name for it: a query key, or a path into a JSON body such as `answers.language`.
    """

    field: str
    message: str
    allowed: tuple[str, ...] = ()


class RequestError(TiebreakError):
    """A request cannot be carried out.

    Attributes:
        detail: why, in a sentence.
        problems: the fields at fault.
        retry_after_s: after how many seconds the same request may succeed; None where waiting does not help.
    """

    retry_after_s: int | None = None

    def __init__(self, detail: str, problems: Sequence[FieldProblem] = ()) -> None:
        self.detail = detail
        self.problems = tuple(problems)
        super().__init__(detail)


class InvalidFields(RequestError):
    """One or more fields are missing or have unusable values."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems), problems)


class UnknownEntry(RequestError):
    """No such claim, source, probe, run or page."""


class AlreadyOver(RequestError):
    """A run that has ended cannot be cancelled."""


class QueueFull(RequestError):
    """Too many runs are waiting. `retry_after_s` is a guess from how many there are."""

    retry_after_s: int

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail, [FieldProblem("probe", "cannot be queued: too many runs are waiting")])
        self.retry_after_s = retry_after_s


class StartedTooOften(RequestError):
    """One client has started as many runs as it may for now. After `retry_after_s` it may start one more."""

    retry_after_s: int

    def __init__(self, retry_after_s: int) -> None:
        detail = f"This address has started as many runs as it may for now. Try again in {retry_after_s} s."
        super().__init__(detail, [FieldProblem("probe", "cannot be started: this address has started too many runs")])
        self.retry_after_s = retry_after_s


class NotReady(RequestError):
    """The store or the runner cannot be reached. A few seconds later it may be."""

    retry_after_s = 5
