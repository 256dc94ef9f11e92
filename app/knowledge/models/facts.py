"""Parts of a fact that a package index can confirm or contradict."""

import re
from typing import Annotated

from pydantic import Field, model_validator

from app.knowledge.models.base import Entry

USUAL_PYTHON = "3.13"
"""The Python for which an index is asked unless a check says otherwise: the newest that both frameworks have."""

PackageName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=100)]
Series = Annotated[str, Field(pattern=r"^\d+(\.\d+){0,3}$")]
WheelTag = Annotated[str, Field(pattern=r"^cp3\d{1,2}t?(-[a-z0-9_]+)?$")]
PythonVersion = Annotated[str, Field(pattern=r"^3\.\d{1,2}$")]

TESTS = ("newest", "newer_than", "has", "lacks")


class FactCheck(Entry):
    """One test of the final releases that a package index has of a package. Candidates and nightly builds do not count.

    `newest`: the newest release is of this series (`2.21` covers 2.21.0 and 2.21.1). `newer_than`: there is a release
    after this series. `has`, `lacks`: the newest release has, or has not, a wheel with this tag: a Python such as
    `cp314t`, or a Python and a platform such as `cp313-win_amd64`. `python`: the Python that `newest` and `newer_than`
    ask for, and that tells which release is the newest.
    """

    package: PackageName
    newest: Series | None = None
    newer_than: Series | None = None
    has: WheelTag | None = None
    lacks: WheelTag | None = None
    python: PythonVersion = USUAL_PYTHON

    @model_validator(mode="after")
    def _has_one_test(self) -> "FactCheck":
        if sum(getattr(self, name) is not None for name in TESTS) != 1:
            raise ValueError(f"give exactly one of {', '.join(TESTS)}")
        return self

    @property
    def tag(self) -> str | None:
        """The tag that a wheel is looked for with."""
        return self.has or self.lacks

    def __str__(self) -> str:
        where = "" if self.python == USUAL_PYTHON else f" for Python {self.python}"
        if self.newest is not None:
            return f"the newest {self.package}{where} is {self.newest}"
        if self.newer_than is not None:
            return f"{self.package}{where} has a release after {self.newer_than}"
        return f"the newest {self.package} has {'a' if self.has else 'no'} wheel for {self.tag}"


def numbers_of(version: str) -> tuple[int, ...]:
    """The release numbers of a version: (2, 21, 0) of `2.21.0.post1+cpu`. Enough to compare final releases."""
    match = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, match[1].split("."))) if match else ()
