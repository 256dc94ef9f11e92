"""Arguments: the points that statements make."""

from typing import Literal

from app.knowledge.models.base import Entry, Id, Text

Sides = Literal["one", "both"]


class Argument(Entry):
    """A point on which statements agree, whoever makes them. For each framework its strongest statement counts.

    `sides`: whether its statements may favour one framework only (`one`; Keras stands with TensorFlow) or each of them
    (`both`).
    """

    id: Id
    criterion: Id
    name: Text
    sides: Sides
