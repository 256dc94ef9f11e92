"""Whether everything works that runs need, asked with a limit in time and without letting anybody ask it too often."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from app.errors import FieldProblem, NotReady
from app.runs.single_flight import SingleFlight

KEPT_SECONDS = 1.0
"""How long a finding is given out again: nobody makes the server write more often."""

Check = Callable[[], Awaitable[None]]
"""Raises NotReady or OSError, saying what does not work."""


class ReadinessChecks:
    """Named checks, each of which may take so many seconds."""

    def __init__(self, checks: Mapping[str, Check], seconds: float) -> None:
        self._seconds = seconds
        self._checks = {name: SingleFlight(check, seconds, KEPT_SECONDS) for name, check in checks.items()}

    async def check(self) -> dict[str, str]:
        """What was checked, each of it "ok".

        Raises:
            NotReady: naming each check that failed, and why.
        """
        faults = dict(zip(self._checks, await asyncio.gather(*map(self._fault, self._checks.values())), strict=True))
        problems = [FieldProblem(name, why) for name, why in faults.items() if why is not None]
        if problems:
            raise NotReady(f"Not ready: {', '.join(problem.field for problem in problems)}.", problems)
        return dict.fromkeys(faults, "ok")

    async def _fault(self, check: Check) -> str | None:
        """Why a check failed; None when it did not."""
        try:
            await check()
        except TimeoutError:
            return f"gave no answer within {self._seconds:.0f} s"
        except NotReady as error:
            return error.detail
        except OSError as error:
            return error.strerror or type(error).__name__
        return None


def in_thread(check: Callable[[], None]) -> Check:
    """A check that blocks, as one that does not."""

    async def checked() -> None:
        await asyncio.to_thread(check)

    return checked
