"""The readers: what can be read is read exactly, and all else is None."""

from pathlib import Path

import pytest

from app.machine import readers


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("0", (0,)),
        ("0-3\n", (0, 1, 2, 3)),
        ("8,0-1,1", (0, 1, 8)),
        ("", None),
        (None, None),
        ("3-1", None),
        ("0-", None),
        ("-1", None),
        ("0-70000", None),
        ("0-99999999999", None),
        ("1,,2", None),
        ("a", None),
    ],
)
def test_lists_of_processors(value: str | None, numbers: tuple[int, ...] | None) -> None:
    assert readers.cpu_list(value) == numbers


@pytest.mark.parametrize("value", [None, "", "-1", "1.5", "1_000", "٣", "0x10", "9" * 5000, "max", "nan"])
def test_what_is_no_whole_number(value: str | None) -> None:
    assert readers.whole(value) is None


@pytest.mark.parametrize("value", [None, "", "-0.5", "nan", "inf", "1e300", "1,5", "9" * 5000])
def test_what_is_no_decimal_number(value: str | None) -> None:
    assert readers.decimal(value) is None


def test_numbers() -> None:
    assert readers.whole(" 42\n") == 42
    assert readers.decimal("0.26") == 0.26
    assert readers.decimal("7") == 7


@pytest.mark.parametrize(("value", "kept"), [("  a name\nmore", "a name"), ("\x00\x1b", None), ("x" * 999, "x" * 200)])
def test_clean_keeps_one_printable_line(value: str, kept: str | None) -> None:
    assert readers.clean(value) == kept


def test_of_two_fields_with_one_name_the_first_counts() -> None:
    assert readers.fields("a: 1\nno field\na: 2\nb :c: d") == {"a": "1", "b": "c: d"}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert readers.text(tmp_path) is None
    assert readers.text(tmp_path / "missing") is None
    assert readers.text(Path("a\x00b")) is None
    assert not readers.exists(tmp_path / ("x" * 5000))


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"caf\xe9")
    assert readers.text(tmp_path / "file") == "caf\ufffd"


@pytest.mark.parametrize("error", [OSError, NotImplementedError, AttributeError, ValueError])
def test_a_system_that_cannot_answer(error: type[Exception]) -> None:
    def question() -> int:
        raise error

    assert readers.or_none(question) is None


@pytest.mark.parametrize("value", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_clock_rates_that_are_none(value: float | None) -> None:
    assert readers.positive(value) is None
