"""A service that is killed again and again while it is used, and what must be true of it in the end."""

import contextlib
import fcntl
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from tests.support.runs.run_services import FINAL, RunServer, address_of, run_server, start_server
from tests.support.server.forking import Program
from tests.support.storage.databases import SERVER
from tests.support.web.web_client import CORE, HTML, advice_address
from tests.support.worker.interpreters import with_stand_in
from tests.support.worker.tiny_probes import write_probe, write_timing_probe
from tests.support.worker.worker_processes import workers_of

Victim = Literal["server", "worker", "both"]

LEAVING = """\
for own_session in (False, True):
    if os.fork() == 0:
        if own_session:
            os.setsid()
        time.sleep(600)
time.sleep(0.3)
return {"seen": "all of it"}
"""

PATIENCE_SECONDS = 120
"""How long something may take that has to happen; nothing here measures time."""

MOST_WAITING = 6
"""How many runs may wait before no more are asked for: in the end all must have had their turn."""


def write_probes(folder: Path) -> None:
    """Probes that work, take a moment, leave processes behind, fail, and take times."""
    write_probe(folder, "fine")
    write_probe(folder, "takes_its_time", 'time.sleep(0.4)\nreturn {"seen": "all of it"}')
    write_probe(folder, "leaving", LEAVING)
    write_probe(folder, "crashes", "ctypes.string_at(0)")
    write_timing_probe(folder, "rounds", seconds=0.005)


@dataclass
class Killing:
    """A folder with a service that is used and killed.

    Attributes:
        seed: of all moments and choices. What is asked in a life depends on how fast that goes; when it ends does not.
        accepted: every run that was answered with 202, with what was asked for.
        seen: how each run that was seen at its end had ended: it must stay so.
        heard: the numbers of the events that a listener heard of each run.
        owners: how the marks of all servers' workers start.
    """

    folder: Path
    seed: int
    accepted: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    heard: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    owners: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance, self._moments = random.Random(f"{self.seed}/use"), random.Random(f"{self.seed}/kill")
        write_probes(self.folder)
        interpreter = with_stand_in(self.folder / "stand-in")
        self.settings = {
            "TIEBREAK_PYTORCH_PYTHON": interpreter,
            "TIEBREAK_TENSORFLOW_PYTHON": interpreter,
            "TIEBREAK_QUEUE_LIMIT": "1000",
            "TIEBREAK_RUNS_PER_HOUR": "0",
            "TMPDIR": str(self.folder),
        }

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def lock(self) -> Path:
        return self.folder / "tiebreak-machine.lock"

    def live_and_die(self) -> None:
        """Start a server, use it, and kill it."""
        process, log = start_server(self.folder, self.data, self.settings)
        self.owners.append(owner := f"{os.uname().nodename}/{process.pid}/")
        victim: Victim = self._moments.choices(("server", "both", "worker"), (5, 3, 2))[0]
        starting, moment = self._moments.random() < 0.15, self._moments.uniform(0, 2.2)
        if starting:
            time.sleep(moment / 2)
            self._kill(process, owner, "server")
            return
        try:
            address = address_of(process, log)
            killer = threading.Timer(moment, self._kill, (process, owner, victim))
            killer.start()
            with httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client:
                self._use(RunServer(process, client, log, self.data), killer)
            killer.join()
        finally:
            if process.poll() is None:
                self._kill(process, owner, "server")

    def _kill(self, process: Program, owner: str, victim: Victim) -> None:
        """Kill what is to be killed; a worker only where there is one."""
        workers = workers_of(owner) if victim != "server" else []
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(worker.split()[0]), signal.SIGKILL)
        if victim != "worker":
            process.kill()
            process.wait()
        if victim != "worker" or workers:
            self.killed[victim if workers else "server"] += 1

    def _use(self, server: RunServer, killer: threading.Timer) -> None:
        """Ask for this and that until the server is killed, or the kill of a worker is over."""
        actions = (self._submit, self._cancel, self._listen, self._read)
        while killer.is_alive():
            try:
                self.chance.choices(actions, (4, 2, 2, 3))[0](server)
            except httpx.TransportError:  # it was killed: what it had not answered was never promised
                return
            time.sleep(self.chance.uniform(0, 0.1))

    def _submit(self, server: RunServer) -> None:
        waiting = [id for id in self.accepted if id not in self.seen]
        if len(waiting) >= MOST_WAITING:
            self._look(server, waiting[0])
            return
        probe = self.chance.choice(("fine", "fine", "takes_its_time", "leaving", "crashes", "rounds"))
        control = {"control": "pytorch"} if probe == "rounds" else {}
        self.accepted[server.submit(probe, **control)] = probe

    def _cancel(self, server: RunServer) -> None:
        open_ones = [id for id in self.accepted if id not in self.seen]
        if not open_ones:
            return
        id = self.chance.choice(open_ones)
        answer = server.client.delete(f"/api/v1/runs/{id}")
        assert answer.status_code in (200, 409), answer.text
        if answer.status_code == 200 and answer.json()["status"] in FINAL:
            self.seen[id] = answer.json()["status"]

    def _look(self, server: RunServer, id: str) -> None:
        run = server.get(id)
        if run["status"] in FINAL:
            assert self.seen.setdefault(id, run["status"]) == run["status"]

    def _listen(self, server: RunServer) -> None:
        """Hear what comes of a run, for some events; the connection then breaks."""
        if self.accepted:
            id = self.chance.choice(list(self.accepted))
            heard = []
            with contextlib.suppress(httpx.TransportError):
                for event in server.events(id):
                    heard.append(event)
                    if len(heard) >= 3:
                        break
            self.heard[id] = max(heard, self.heard.get(id, []), key=len)

    def _read(self, server: RunServer) -> None:
        for address in ("/", advice_address(CORE), "/readyz", *(f"/runs/{id}" for id in list(self.accepted)[-1:])):
            answer = server.client.get(address, headers=HTML)
            assert answer.status_code == 200, (address, answer.text)
        for id in list(self.accepted)[-3:]:
            self._look(server, id)

    @contextlib.contextmanager
    def last_life(self) -> Iterator[RunServer]:
        """A server that nobody kills, once all that waited has had its turn."""
        with run_server(self.folder, self.data, self.settings) as server:
            self.owners.append(server.owner)
            for id in self.accepted:
                server.over(id, PATIENCE_SECONDS)
            yield server
            assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)

    def check_run(self, server: RunServer, id: str) -> str:
        """A run that was promised is there and has ended once, for a reason. Returns how."""
        run, events = server.get(id), list(server.events(id))
        assert run["status"] in FINAL, run
        assert run["finished_at"]
        assert self.seen.get(id, run["status"]) == run["status"]
        assert [event["id"] for event in events] == list(range(1, len(events) + 1))
        assert [event["event"] for event in events].count("end") == 1
        assert (events[-1]["event"], events[-1]["data"]) == ("end", {"status": run["status"]})
        told = [event["data"] for event in events if event["event"] == "status"]
        assert [one["status"] for one in told] in (
            [run["status"]] if run["status"] == "queued" else ["queued", "running", run["status"]],
            ["queued", "cancelled"],
        )
        assert run["status"] == "done" or told[-1].get("reason"), told
        heard = self.heard.get(id, [])
        assert heard == events[: len(heard)]
        return f"{run['status']}: {told[-1].get('reason', 'with a result')}"

    def everything(self, server: RunServer) -> list[dict[str, Any]]:
        """The whole history, those included whose answer was lost."""
        found: list[dict[str, Any]] = []
        while page := server.client.get(f"/api/v1/runs?size=100&page={1 + len(found) // 100}").json():
            found += page
            if len(page) < 100:
                break
        return found

    def check_nothing_is_left(self) -> None:
        """No process, no file of a run, no lock; the database is whole."""
        assert [worker for owner in self.owners for worker in workers_of(owner)] == []
        assert list((self.data / "scratch").iterdir()) == []
        with self.lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if SERVER is None:
            self._check_sqlite()

    def _check_sqlite(self) -> None:
        with contextlib.closing(sqlite3.connect(self.data / "tiebreak.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
