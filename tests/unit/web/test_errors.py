"""Errors know nothing of HTTP; one table says how each is answered."""

import re
from collections.abc import Iterator
from inspect import getsource
from types import ModuleType

import pytest

import app.errors
import app.main  # imports every module that could define an error
import app.web.errors
from app.errors import QueueFull, RequestError, TiebreakError
from app.web.errors import AmbiguousBody, Unauthorised
from app.web.problems import STATUSES, problem_response, status_of


def descendants(error: type[TiebreakError]) -> Iterator[type[TiebreakError]]:
    for child in error.__subclasses__():
        yield child
        yield from descendants(child)


def drawn(module: ModuleType) -> set[tuple[str, str]]:
    """Each error of a module's tree, and the one that it is drawn below."""
    path: list[str] = []
    found = set()
    for line in (module.__doc__ or "").splitlines():
        match = re.match(r"    ((?:│   |    |├── |└── )*)(\w+)(?: {2,}| \(|$| \w)", line)
        if match:
            depth = len(match[1]) // 4
            path[depth:] = [match[2]]
            found |= {(match[2], path[depth - 1])} if depth else set()
    return found


def test_every_request_error_has_a_row_of_its_own() -> None:
    assert set(STATUSES) == {RequestError, *(one for one in descendants(RequestError))}


def test_errors_know_no_status() -> None:
    """They import nothing but the standard library, and hold no number or name of HTTP's."""
    source = getsource(app.errors)
    assert re.findall(r"^(?:from|import) (\S+)", source, re.MULTILINE) == ["collections.abc", "dataclasses"]
    assert not re.search(r"\b[1-5]\d\d\b|retry-after|www-authenticate", source)
    for error in (TiebreakError, *descendants(TiebreakError)):
        assert not {"status", "title", "headers"} & set(dir(error)), error


@pytest.mark.parametrize("module", [app.errors, app.web.errors])
def test_the_tree_of_errors_is_drawn(module: ModuleType) -> None:
    errors = [error for error in descendants(TiebreakError) if error.__module__ == module.__name__]
    assert drawn(module) == {(error.__name__, error.__bases__[0].__name__) for error in errors}


def test_headers_follow_from_the_error() -> None:
    assert status_of(QueueFull("Nine runs are waiting.", 90)).headers == {"retry-after": "90"}
    assert status_of(Unauthorised("No token.")).headers == {"www-authenticate": "Bearer"}
    response = problem_response(AmbiguousBody("Two lengths."), {"x-own": "1"})
    assert (response.status_code, response.headers["connection"], response.headers["x-own"]) == (400, "close", "1")
