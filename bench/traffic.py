"""Traffic as a public server has it: readers, programs, people who follow runs, and people who send nonsense."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

import httpx

from bench.load import TARGETS
from bench.web import ANSWERS

USERS = 8

PROBES = ("polynomial_gradient", "making_tensors", "dispatch")
RUN_EVERY_SECONDS = 15.0
LISTEN_SECONDS = 4.0
"""How long somebody follows a run; some leave before it ends."""

PAGES = tuple(path for paths in TARGETS.values() for path in paths)
LISTS = ("/api/v1/claims", "/api/v1/probes", "/api/v1/sources", "/api/v1/runs", "/api/v1/environment", "/verdicts")
NONSENSE = ("/advice?language=latin", "/claims/none", "/api/v1/probes/..%2f", "/runs/0", "/api/v1/claims?status=x")

KINDS = {"page": 60, "advice": 20, "list": 8, "nonsense": 6, "body": 2, "run": 3, "follow": 1}
"""Of a hundred requests so many are of each kind."""


@dataclass
class Traffic:
    """Sends requests; counts them by kind, and records those that got a wrong response."""

    client: httpx.AsyncClient
    seconds: float
    per_second: float
    sent: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)

    async def flow(self) -> None:
        """Send it all, evenly over the time."""
        async with asyncio.timeout(self.seconds * 2 + 60), asyncio.TaskGroup() as tasks:
            tasks.create_task(self._start_runs())
            for number in range(USERS):
                tasks.create_task(self._user(random.Random(number)))

    async def _user(self, stream: random.Random) -> None:
        loop = asyncio.get_running_loop()
        began, interval = loop.time(), USERS / self.per_second
        for number in range(int(self.seconds / interval)):
            await asyncio.sleep(max(0.0, began + number * interval - loop.time()))
            (kind,) = stream.choices(list(KINDS), list(KINDS.values()))
            self.sent[kind] += 1
            await self._ask(kind, stream)

    async def _ask(self, kind: str, stream: random.Random) -> None:
        match kind:
            case "page":
                await self._expect(200, "GET", stream.choice(PAGES))
            case "advice":
                answers = {**ANSWERS, "goal": stream.choice(("research", "production", "learning"))}
                await self._expect(200, "POST", "/api/v1/advice", json={"answers": answers})
            case "list":
                await self._expect(200, "GET", stream.choice(LISTS))
            case "nonsense":
                await self._expect(4, "GET", stream.choice(NONSENSE))
            case "body":
                await self._expect(4, "POST", "/api/v1/advice", content=b"x" * stream.choice((10, 60_000, 200_000)))
            case "run" if self.runs:
                await self._expect(200, "GET", f"/runs/{stream.choice(self.runs)}")
            case "follow" if self.runs:
                await self._follow(self.runs[-1])

    async def _expect(self, status: int, method: str, path: str, **sent: object) -> httpx.Response | None:
        """Ask, and note what is answered otherwise than with this status, or with one of this class."""
        try:
            response = await self.client.request(method, path, **sent)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            self.failed.append(f"{method} {path[:80]}: {error!r}")
            return None
        if status not in (response.status_code, response.status_code // 100):
            self.failed.append(f"{method} {path[:80]}: {response.status_code}")
        return response

    async def _follow(self, run: str) -> None:
        """Listen to a run for a while, and leave whether it has ended or not."""
        try:
            async with (
                asyncio.timeout(LISTEN_SECONDS),
                self.client.stream("GET", f"/api/v1/runs/{run}/events") as answer,
            ):
                async for _ in answer.aiter_bytes():
                    pass
        except TimeoutError:
            return
        except httpx.HTTPError as error:
            self.failed.append(f"events: {error!r}")

    async def _start_runs(self) -> None:
        """A run now and then; each fourth is cancelled while it goes on."""
        for number in range(int(self.seconds / RUN_EVERY_SECONDS) + 1):
            sent = {"probe": PROBES[number % len(PROBES)]}
            answer = await self._expect(202, "POST", "/api/v1/runs", json=sent)
            if answer is not None and answer.status_code == 202:
                self.runs.append(answer.json()["id"])
            await asyncio.sleep(2)
            if number % 4 == 3:
                await self._expect(200, "DELETE", f"/api/v1/runs/{self.runs[-1]}")
            await asyncio.sleep(max(0.0, min(RUN_EVERY_SECONDS, self.seconds) - 2))
