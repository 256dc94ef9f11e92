"""How much to measure."""

from dataclasses import dataclass

from app.runs.models import Preset


@dataclass(frozen=True)
class Options:
    """What a person may ask for.

    Attributes:
        quick: only try that the code works.
        repetitions: how often each tool measures each task in `agreement`.
        suites, preset: how many suites of control runs `false_winners` makes, and at which level.
        runs: how many runs of each task `detection` makes with the larger slow-down; two thirds as many of the other.
    """

    quick: bool = False
    repetitions: int = 4
    suites: int = 10
    preset: Preset = "standard"
    runs: int = 3

    @classmethod
    def of(cls, quick: bool, repetitions: int, suites: int, preset: str, runs: int) -> "Options":
        if quick:
            return cls(quick=True, repetitions=1, suites=1, preset="quick", runs=1)
        return cls(False, repetitions, suites, "rigorous" if preset == "rigorous" else "standard", runs)
