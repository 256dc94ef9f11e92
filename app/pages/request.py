"""What a reader asked an advice page for, and the addresses of pages that differ from it in one thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.advice.model.answers import Answers, accepted_answers
from app.advice.permalinks import LATELY, Made, permalink
from app.advice.preferences import Wishes
from app.knowledge.base import Knowledge


@dataclass(frozen=True)
class Asked:
    """Answers and wishes, the server's finding up to which its verdicts count, and the rules and day of a kept link."""

    answers: Answers
    wishes: Wishes
    revision: int | None = None
    made: Made = LATELY

    def link(self) -> str:
        return permalink(self.answers, self.wishes, self.revision, self.made)

    def wishing(self, wishes: Wishes) -> "Asked":
        return replace(self, wishes=wishes)

    def answering(self, knowledge: Knowledge, answered: Mapping[str, Sequence[str]]) -> "Asked":
        """With other answers to some questions; an empty answer is none."""
        raw: dict[str, Sequence[str]] = {**self.answers.chosen, **answered}
        return replace(self, answers=accepted_answers(knowledge, {id: list(options) for id, options in raw.items()}))
