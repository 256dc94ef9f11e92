"""Probes are read from their files without being imported."""

from pathlib import Path

import pytest

from app.errors import UnusableProbe
from app.runs.catalogue import Catalogue, Probe, read_catalogue

GOOD = '''"""What it shows,
in a sentence.

And more of it.
"""

from __future__ import annotations

TITLE = "A title"
SUBJECT = "layers"
SIZE = 4


def shared(n: int) -> int:
    return n + SIZE


def _pytorch_helper() -> int:
    return 1


def pytorch(run: object) -> int:
    """One half."""
    return shared(_pytorch_helper())


class _TensorFlowModel:
    pass


def tensorflow(run: object) -> int:
    """The other half."""
    return shared(2)
'''


def write(folder: Path, text: str | bytes, name: str = "timing/mine.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(folder: Path, text: str, name: str = "timing/mine.py") -> Probe:
    path = write(folder, text, name)
    return read_catalogue(folder).probes[path.stem]


def with_lines(*lines: str) -> str:
    return GOOD.replace("SIZE = 4\n", "SIZE = 4\n" + "".join(f"{line}\n" for line in lines))


def test_a_probe_is_what_its_file_says(tmp_path: Path) -> None:
    probe = read(tmp_path, GOOD)
    assert (probe.id, probe.kind, probe.title, probe.subject) == ("mine", "timing", "A title", "layers")
    assert probe.summary == "What it shows, in a sentence."
    assert probe.about == "And more of it."
    assert probe.path == tmp_path / "timing" / "mine.py"


def test_a_plain_timing_probe_has_one_warm_variant_on_every_device_in_every_mode(tmp_path: Path) -> None:
    probe = read(tmp_path, GOOD)
    assert (probe.variants, probe.warm, probe.cold) == (("",), ("",), frozenset())
    assert probe.modes == ("ordinary", "eager", "compiled")
    assert probe.devices == ("cpu", "cuda", "mps")
    assert (probe.since_start, probe.tails, probe.slow, probe.exponent) == (False, False, False, None)


def test_constants_of_a_probe_say_how_it_is_measured(tmp_path: Path) -> None:
    lines = ('VARIANTS = ("256", "512")', "EXPONENT = (2.7, 3.2)", "TAILS = True", "SLOW = True", 'DEVICES = ("cpu",)')
    probe = read(tmp_path, with_lines(*lines))
    assert (probe.variants, probe.warm, probe.exponent) == (("256", "512"), ("256", "512"), (2.7, 3.2))
    assert (probe.tails, probe.slow, probe.devices) == (True, True, ("cpu",))


def test_some_variants_may_be_timed_as_a_whole(tmp_path: Path) -> None:
    probe = read(tmp_path, with_lines('VARIANTS = ("first", "steady")', 'COLD = ("first",)', 'SINCE = "start"'))
    assert (probe.cold, probe.warm, probe.since_start) == (frozenset({"first"}), ("steady",), True)


def test_a_probe_that_is_cold_altogether_runs_in_the_ordinary_mode(tmp_path: Path) -> None:
    probe = read(tmp_path, with_lines("COLD = True"))
    assert (probe.cold, probe.warm, probe.modes) == (frozenset({""}), (), ("ordinary",))


def test_a_capability_probe_is_observed_once_on_a_processor(tmp_path: Path) -> None:
    probe = read(tmp_path, GOOD, "capability/mine.py")
    assert (probe.kind, probe.variants, probe.modes, probe.devices) == ("capability", ("",), ("ordinary",), ("cpu",))


def test_code_is_parted_into_what_is_shared_and_the_two_halves(tmp_path: Path) -> None:
    code = read(tmp_path, GOOD).code
    assert code.shared.startswith("from __future__ import annotations\n\nTITLE")
    assert code.shared.endswith("return n + SIZE")
    assert code.half("pytorch") == (
        "def _pytorch_helper() -> int:\n    return 1\n\n\n"
        'def pytorch(run: object) -> int:\n    """One half."""\n    return shared(_pytorch_helper())'
    )
    assert code.half("tensorflow") == (
        "class _TensorFlowModel:\n    pass\n\n\n"
        'def tensorflow(run: object) -> int:\n    """The other half."""\n    return shared(2)'
    )


def test_decorators_belong_to_what_they_decorate(tmp_path: Path) -> None:
    text = GOOD.replace("def tensorflow(", "@staticmethod\ndef tensorflow(")
    code = read(tmp_path, text).code
    assert "@staticmethod\ndef tensorflow(" in code.tensorflow
    assert "@staticmethod" not in code.shared


def test_probes_stand_in_the_order_of_the_subjects_and_capabilities_first(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "timing/b.py")
    write(tmp_path, GOOD, "timing/a.py")
    write(tmp_path, GOOD, "capability/z.py")
    write(tmp_path, GOOD.replace('"layers"', '"start"'), "timing/y.py")
    catalogue = read_catalogue(tmp_path)
    assert list(catalogue.probes) == ["y", "z", "a", "b"]
    assert [(name, [probe.id for probe in probes]) for name, probes in catalogue.by_subject()] == [
        ("Starting up", ["y"]),
        ("Operations and layers", ["z", "a", "b"]),
    ]


def test_what_is_no_probe_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "", "timing/__init__.py")
    write(tmp_path, "not Python at all", "timing/notes.txt")
    assert read_catalogue(tmp_path).probes == {}


def test_nothing_of_a_probe_is_executed(tmp_path: Path) -> None:
    marker = tmp_path / "was-here"
    read(tmp_path, with_lines(f"MARK = open({str(marker)!r}, 'w')", "raise SystemExit"))
    assert not marker.exists()


BROKEN: dict[str, tuple[str | bytes, str]] = {
    "no title": (GOOD.replace("TITLE =", "NAME ="), "TITLE"),
    "a computed title": (GOOD.replace('"A title"', 'str("A title")'), "TITLE"),
    "no subject": (GOOD.replace("SUBJECT =", "TOPIC ="), "SUBJECT"),
    "an unknown subject": (GOOD.replace('"layers"', '"cooking"'), "'cooking'"),
    "no docstring": ("TITLE = 'x'\nSUBJECT = 'layers'\ndef pytorch(r): ...\ndef tensorflow(r): ...\n", "docstring"),
    "one half": (GOOD.replace("def tensorflow(", "def keras("), "tensorflow"),
    "no half": (GOOD.replace("def tensorflow(", "def keras(").replace("def pytorch(", "def torch("), "pytorch"),
    "nothing": ("", "docstring"),
    "no Python": (GOOD + "\ndef (:\n", ""),
    "no UTF-8": (GOOD.encode() + b"# \xff\n", ""),
    "a null byte": (GOOD + "\0", ""),
    "variants that are no names": (with_lines("VARIANTS = 3"), "VARIANTS"),
    "one bare name for variants": (with_lines('VARIANTS = "256"'), "VARIANTS"),
    "an unknown mode": (with_lines('MODES = ("quick",)'), "MODES"),
    "an unknown device": (with_lines('DEVICES = ("tpu",)'), "DEVICES"),
    "cold variants that are none": (with_lines('VARIANTS = ("a",)', 'COLD = ("b",)'), "COLD"),
    "a subject that is a list": (GOOD.replace('"layers"', '["layers"]'), "SUBJECT"),
    "a title that is no text": (GOOD.replace('"A title"', "5"), "TITLE"),
    "a constant that cannot be made": (with_lines("TABLE = {[]: 1}", "SUBJECT = 1"), "SUBJECT"),
    "sizes that are no numbers": (with_lines('VARIANTS = ("small", "large")', "EXPONENT = (2.7, 3.2)"), "EXPONENT"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_probe_is_refused_with_its_file_and_what_it_lacks(tmp_path: Path, what: str) -> None:
    text, lacks = BROKEN[what]
    path = write(tmp_path, text)
    with pytest.raises(UnusableProbe) as refused:
        read_catalogue(tmp_path)
    assert str(path) in str(refused.value)
    assert lacks in str(refused.value)


def test_two_probes_of_one_id_are_refused(tmp_path: Path) -> None:
    """One would silently stand for the other."""
    write(tmp_path, GOOD, "timing/mine.py")
    write(tmp_path, GOOD, "capability/mine.py")
    with pytest.raises(UnusableProbe, match="mine"):
        read_catalogue(tmp_path)


def test_a_catalogue_cannot_be_changed(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    catalogue: Catalogue = read_catalogue(tmp_path)
    with pytest.raises(TypeError):
        catalogue.probes["other"] = catalogue.probes["mine"]  # type: ignore[index]
