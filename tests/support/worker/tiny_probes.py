"""Catalogues of probes that do one small or terrible thing, without needing a framework."""

import textwrap
from pathlib import Path

FINE = 'return {"seen": "all of it"}'
"""A half that works."""

CAPABILITY = '''\
"""{id}, a probe of the tests.

Its halves do what the tests say.
"""

import ctypes, json, os, resource, signal, sys, time
from pathlib import Path

TITLE = "The probe {id}"
SUBJECT = "errors"
SLOW = {slow}


def pytorch():
{pytorch}


def tensorflow():
{tensorflow}
'''

TIMING = '''\
"""{id}, a timed probe of the tests.

Its halves double numbers and take their time.
"""

import time
from pathlib import Path

TITLE = "The probe {id}"
SUBJECT = "start"
FEED = "arrays"


def inputs(rng, variant):
    return {{"a": rng.random(8)}}


def reference(data, weights, variant):
    return data["a"] * 2


def pytorch(setting):
{half}
    def step(a):
        time.sleep({seconds})
        return a * 2
    return step


def tensorflow(setting):
    return pytorch(setting)
'''


def write_probe(folder: Path, id: str, pytorch: str = FINE, tensorflow: str = FINE, slow: bool = False) -> None:
    """A capability probe; the halves are the bodies of functions."""
    halves = {"pytorch": _body(pytorch), "tensorflow": _body(tensorflow)}
    _write(folder / "capability" / f"{id}.py", CAPABILITY.format(id=id, slow=slow, **halves))


def write_timing_probe(folder: Path, id: str, seconds: float = 0.0, half: str = "pass") -> None:
    """A timing probe whose step takes `seconds`; `half` is done when a half is built."""
    _write(folder / "timing" / f"{id}.py", TIMING.format(id=id, seconds=seconds, half=_body(half)))


def noting(file: Path, seconds: float = 0.0, name: str = "") -> str:
    """A half that notes in a file when it begins and when it ends, and takes its time in between."""
    return f"""\
with open({str(file)!r}, "a") as notes:
    notes.write("{name} begins\\n")
time.sleep({seconds})
with open({str(file)!r}, "a") as notes:
    notes.write("{name} ends\\n")
return {{"seen": "all of it"}}
"""


def _body(code: str) -> str:
    return textwrap.indent(textwrap.dedent(code).strip(), "    ")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
