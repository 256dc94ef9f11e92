"""Python's while and if on tensor values, eagerly, captured, and in a model that is trained.

Eagerly both run the same Python loop. tf.function rewrites while and if into graph operations (AutoGraph), which
needs the source code of the function; torch.compile runs the undecidable part in Python, unless one whole graph is
asked for, and torch.export refuses it: there the branch is written as torch.cond. In a model trained by hand only the
branch that was taken gets a gradient, in both. Keras's fit() compiles the model without rewriting its call(): look at
`model_with_an_if`, where the ways that train are beside the one that does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Python's while and if on tensors"
SUBJECT = "execution"

START = 27
ROWS = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


def steps_to_one(n: Any) -> Any:
    """Halve what is even, take 3n + 1 of what is odd, and count until 1 is reached."""
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


def opening(error: dict[str, str] | None) -> dict[str, str] | None:
    """The error with the beginning of its message, where the rest is advice and internals."""
    return error and {"type": error["type"], "message": error["message"][:330]}


def pytorch() -> Observation:
    """Eager, torch.compile (its backend changes nothing), torch.export, and a module with an if."""
    import torch

    class Forked(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.positive = torch.nn.Linear(2, 1)
            self.negative = torch.nn.Linear(2, 1)

        def forward(self, x: Any) -> Any:
            if x.sum() > 0:
                return self.positive(x)
            return self.negative(x)

    class ForkedByOperation(Forked):
        def forward(self, x: Any) -> Any:
            return torch.cond(x.sum() > 0, self.positive, self.negative, (x,))

    def losses(model: Any) -> list[float]:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        history = []
        for _ in range(3):
            optimizer.zero_grad()
            loss = model(rows).square().mean()
            loss.backward()
            optimizer.step()
            history.append(loss.item())
        return history

    number, rows = torch.tensor(START), torch.from_numpy(ROWS)
    compiled = torch.compile(steps_to_one, backend="eager")
    answer = int(compiled(number))
    torch.compiler.reset()
    whole = torch.compile(steps_to_one, backend="eager", fullgraph=True)
    model = Forked()
    model(rows).sum().backward()
    exported = torch.export.export(ForkedByOperation(), (rows,)).module()
    return {
        "in_python": steps_to_one(START),
        "eager": int(steps_to_one(number)),
        "captured": answer,
        "captured_as_one_graph_without_rewriting": opening(raised(lambda: whole(number))),
        "gradients": {name: part.weight.grad is not None for name, part in model.named_children()},
        "model_with_an_if": {
            "own_loop": losses(Forked()),
            "captured": losses(torch.compile(Forked(), backend="eager")),
            "exported": opening(raised(lambda: torch.export.export(Forked(), (rows,)))),
            "exported_with_cond": bool(torch.allclose(exported(-rows), ForkedByOperation()(-rows))),
        },
    }
