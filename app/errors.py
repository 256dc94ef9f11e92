"""Every error that Tiebreak raises on purpose.

    TiebreakError
    ├── InvalidRules        the rule base cannot be used; all issues at once
    ├── UnusableSetting     a setting has a value that the service cannot start with
    ├── UnusableProbe       a probe's file lacks what a probe needs
    ├── RunEnded            a run in the foreground was interrupted
    ├── StoreFault          the store refuses what it was given: a fault of ours
    ├── UnusableRevision    there is no such revision of the rules, or no git to ask for it
    ├── UnreadableRules     the rules of a revision are none that this version can read
    ├── UnusableBackup      a backup cannot be made, or put back
    └── RequestError        what a caller sent cannot be used; has an HTTP status
        ├── InvalidFields   one or more fields are missing or have unusable values (422)
        ├── Unauthorised    starting or cancelling a run needs the token that is set (401)
        ├── Forbidden       another site's page cannot start or cancel runs (403)
        ├── UnknownEntry    no such claim, source, probe, run or page (404)
        ├── WrongMethod     an address that does not take this method (405)
        ├── NotReadable     a body that is not what it claims to be, or another refusal of the framework's (400)
        │   └── AmbiguousBody   a body whose end is said in two ways; the connection ends with it
        ├── TooSlow         a request that took too long to arrive (408)
        ├── AlreadyOver     a run that has ended cannot be cancelled (409)
        ├── TooLarge        a body beyond its limit (413)
        ├── QueryTooLong    a query string beyond its limit (414)
        ├── WrongHost       a name that this server does not answer to (421)
        ├── QueueFull       too many runs wait already; says when to come again (429)
        ├── StartedTooOften one client has started too many runs; says when to come again (429)
        ├── HeadTooLarge    more or longer headers than are read (431)
        ├── TooManyConnections  all connections are taken by requests under way (503)
        ├── NotReady        the store or the runner cannot be reached (503)
        └── Crashed         a fault of ours; says nothing of its cause (500)

`app.web.problems` turns each `RequestError` into a response, in one place.
"""

from collections.abc import Mapping, Sequence
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
    """The store refuses what it was given: a fault of ours, which does not pass when it is asked again."""


class UnusableRevision(TiebreakError):
    """There is no such revision of the rules, or no git to ask for it."""


class UnreadableRules(TiebreakError):
    """The rules of a revision are none that this version can read."""


class UnusableBackup(TiebreakError):
    """A backup cannot be made, or put back."""


def said_back(value: str, limit: int = 60) -> str:
    """A caller's own words, short enough to be repeated in a message and never empty."""
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
    """What a caller sent cannot be used."""

    status = 400
    title = "The request cannot be used"
    headers: Mapping[str, str] = {}

    def __init__(self, detail: str, problems: Sequence[FieldProblem] = ()) -> None:
        self.detail = detail
        self.problems = tuple(problems)
        super().__init__(detail)


class InvalidFields(RequestError):
    """One or more fields are missing or have unusable values."""

    status = 422
    title = "Some fields cannot be used"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems), problems)


class Unauthorised(RequestError):
    """Starting or cancelling a run needs the token that is set."""

    status = 401
    title = "Not authorised"
    headers: Mapping[str, str] = {"www-authenticate": "Bearer"}


class Forbidden(RequestError):
    """Another site's page cannot start or cancel runs."""

    status = 403
    title = "Not allowed"


class TooSlow(RequestError):
    """A request that took too long to arrive."""

    status = 408
    title = "The request took too long"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The request did not arrive within {seconds:g} s.", [FieldProblem("request", "is incomplete")]
        )


class AlreadyOver(RequestError):
    """A run that has ended cannot be cancelled."""

    status = 409
    title = "Already over"


class QueueFull(RequestError):
    """Too many runs wait already. `retry_after` seconds are a guess from what waits."""

    status = 429
    title = "Too many runs wait"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail, [FieldProblem("probe", "cannot be queued: too many runs wait")])
        self.headers = {"retry-after": str(retry_after)}


class StartedTooOften(RequestError):
    """One client has started as many runs as it may for now. After `retry_after` seconds it may start one again."""

    status = 429
    title = "Too many runs were started from here"

    def __init__(self, retry_after: int) -> None:
        detail = f"No more runs may be started from this address for now; again in {retry_after} s."
        super().__init__(detail, [FieldProblem("probe", "cannot be started: too many runs were started from here")])
        self.headers = {"retry-after": str(retry_after)}


class NotReady(RequestError):
    """The store or the runner cannot be reached; a few seconds later may do."""

    status = 503
    title = "Not ready"
    headers: Mapping[str, str] = {"retry-after": "5"}


class TooManyConnections(RequestError):
    """All connections are taken by requests under way."""

    status = 503
    title = "Too many connections"
    headers: Mapping[str, str] = {"retry-after": "5"}

    def __init__(self) -> None:
        super().__init__("All connections of this server are taken; again in 5 s.")


class UnknownEntry(RequestError):
    """No such claim, source, probe, run or page."""

    status = 404
    title = "Not found"


class WrongMethod(RequestError):
    """An address that does not take this method."""

    status = 405
    title = "Method not allowed"


class NotReadable(RequestError):
    """A body that is not what it claims to be, or another refusal of the framework's."""

    status = 400
    title = "The request cannot be read"


class AmbiguousBody(NotReadable):
    """A body whose end is said in two ways. What follows it may be anything, so the connection ends with it."""

    headers: Mapping[str, str] = {"connection": "close"}


class TooLarge(RequestError):
    """A body beyond its limit."""

    status = 413
    title = "The request is too large"


class QueryTooLong(RequestError):
    """A query string beyond its limit."""

    status = 414
    title = "The query is too long"


class WrongHost(RequestError):
    """A name that this server does not answer to."""

    status = 421
    title = "Not this server's name"


class HeadTooLarge(RequestError):
    """More or longer headers than are read."""

    status = 431
    title = "The headers are too large"


class Crashed(RequestError):
    """A fault of ours. The cause is in the log, never in the answer."""

    status = 500
    title = "Something went wrong here"
