"""Grammar for the templates."""

from datetime import UTC, date, datetime

import pytest

from app.pages.grammar import capitalised, counted, day_words, listed, moment_words, plural
from app.pages.progress import progress_text


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 claims"), (1, "1 claim"), (2, "2 claims"), (10_000, "10,000 claims")]
)
def test_a_number_has_the_word_that_fits(number: int, words: str) -> None:
    assert counted(number, "claim") == words


def test_irregular_words_are_given_in_both_forms() -> None:
    assert [plural(number, "takes", "take") for number in (0, 1, 2)] == ["take", "takes", "take"]
    assert counted(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("words", "sentence"), [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_words_become_a_list(words: list[str], sentence: str) -> None:
    assert listed(words, "or") == sentence


def test_only_the_first_letter_becomes_a_capital() -> None:
    assert [capitalised(text) for text in ("", "tensorFlow wins", "ärger")] == ["", "TensorFlow wins", "Ärger"]


def test_days_and_moments_are_in_words() -> None:
    assert day_words(date(2026, 11, 5)) == "5 November 2026"
    assert day_words("2020") == "2020"
    assert moment_words(datetime(2026, 11, 5, 4, 3, 2, tzinfo=UTC)) == "5 November 2026, 04:03:02 UTC"


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (None, "Waiting in the queue"),
        ({"done": 0, "total": 0, "text": "starting", "seconds_left": None}, "starting"),
        ({"done": 3, "total": 10, "text": "one thread", "seconds_left": 0}, "3 of 10: one thread, about 0 s left"),
    ],
)
def test_progress_is_told_in_words(progress: dict[str, object] | None, text: str) -> None:
    assert progress_text(progress) == text
