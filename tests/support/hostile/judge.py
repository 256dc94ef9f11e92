"""What is wrong with the answer to a hostile request."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx

from tests.support.hostile.requests import SERVER, Attack
from tests.support.web.web_client import PROBLEM

OF_NO_FIELD = (401, 403, 429)
"""Refusals that lie with the caller or the moment, and with no field of the request."""


@dataclass
class Judge:
    """Looks at the answers, and remembers which statuses it has met."""

    statuses: set[int] = field(default_factory=set)

    def faults(self, attack: Attack, response: httpx.Response) -> list[str]:
        """What is wrong with an answer; empty when nothing is."""
        self.statuses.add(response.status_code)
        faults = [*_faults_of_any(response), *_faults_of_redirect(attack, response)]
        if 400 <= response.status_code < 500:
            faults += _faults_of_refusal(attack, response)
        return faults


def _faults_of_any(response: httpx.Response) -> Iterator[str]:
    if response.status_code >= 500:
        yield f"status {response.status_code}"
    if b"Traceback (most recent call last)" in response.content:
        yield "a traceback"
    if "content-security-policy" not in response.headers:
        yield "no security headers"
    if "set-cookie" in response.headers:
        yield "a cookie"
    if _is_html(response) and (b"<script>alert" in response.content or b"<img src=x" in response.content):
        yield "unescaped input"


def _faults_of_redirect(attack: Attack, response: httpx.Response) -> Iterator[str]:
    """A redirect stays on this site: a path, or an address on the host that the caller itself named."""
    location = response.headers.get("location")
    if location is None or (location.startswith("/") and not location.startswith(("//", "/\\"))):
        return
    named = attack.header(b"host").decode("latin-1")
    if not location.startswith((f"http://{SERVER}/", f"http://{named}/")):
        yield f"a redirect to {location[:80]}"


def _faults_of_refusal(attack: Attack, response: httpx.Response) -> Iterator[str]:
    type = response.headers.get("content-type", "none")
    if _is_html(response):
        if b"text/html" not in attack.header(b"accept") or attack.path.startswith("/api/"):
            yield "a page for a program"
        if attack.method != "HEAD" and b"<h1" not in response.content:
            yield "a page without a heading"
    elif type != PROBLEM:
        yield f"{response.status_code} as {type}: {response.content[:60]!r}"
    elif attack.method != "HEAD":
        yield from _faults_of_problem(response)


def _faults_of_problem(response: httpx.Response) -> Iterator[str]:
    problem = response.json()
    if problem["status"] != response.status_code:
        yield "another status in the body"
    if not problem["errors"] and response.status_code not in OF_NO_FIELD:
        yield "no errors"
    if not all(isinstance(error["field"], str) and error["field"] for error in problem["errors"]):
        yield "an error without a field"


def _is_html(response: httpx.Response) -> bool:
    return str(response.headers.get("content-type", "")).startswith("text/html")
