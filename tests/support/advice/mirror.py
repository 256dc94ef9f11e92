"""The world with the two frameworks' names exchanged: rules, answers and advice."""

import re
from pathlib import Path
from typing import Any

from app.paths import RULES
from tests.support.advice.answer_sets import RawAnswers

EXCHANGED = {
    "pytorch": "tensorflow",
    "PyTorch": "TensorFlow",
    "Pytorch": "Tensorflow",
    "tensorflow": "pytorch",
    "TensorFlow": "PyTorch",
    "Tensorflow": "Pytorch",
}
NAME = re.compile("|".join(EXCHANGED))


def mirrored_text(text: str) -> str:
    """The text with either name in place of the other, inside longer words too."""
    return NAME.sub(lambda match: EXCHANGED[match.group()], text)


def mirrored(value: Any) -> Any:
    """Plain data with every text in it mirrored, keys as well."""
    if isinstance(value, str):
        return mirrored_text(value)
    if isinstance(value, dict):
        return {mirrored(key): mirrored(item) for key, item in value.items()}
    return [mirrored(item) for item in value] if isinstance(value, list) else value


def mirrored_answers(raw: RawAnswers) -> RawAnswers:
    return {question: [mirrored_text(option) for option in options] for question, options in raw.items()}


def mirrored_advice(advice: dict[str, Any]) -> dict[str, Any]:
    """What the advice of the mirrored rules must be, as plain data, but for the version of the rules.

    Signed contributions to the margin are positive for PyTorch, so they change their sign.
    """
    image: dict[str, Any] = mirrored(advice)
    for difference in image["other_policy"]["differences"]:
        difference["before"], difference["after"] = -difference["before"], -difference["after"]
    return image


def write_mirrored_rules(folder: Path) -> None:
    """The shipped rules into `folder`, with the names exchanged everywhere."""
    for path in RULES.rglob("*.yaml"):
        copy = folder / path.relative_to(RULES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(mirrored_text(path.read_text(encoding="utf-8")), encoding="utf-8")
