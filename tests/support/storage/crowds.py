"""Several processes that use one store at the same moment."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.server.child_processes import PATIENCE_S, environment
from tests.support.storage.databases import database_of

CROWD = 4

START = """
import asyncio, json, sys
from app.errors import *
from app.runs.models import *
from app.runs.store.address import read_address
from app.runs.store.store import Store

async def work(store, me):
{work}

async def main():
    store = Store(read_address(sys.argv[1]))
    await store.check()
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(await work(store, sys.argv[2])))
    await store.close()

asyncio.run(main())
"""


def at_once(data: Path, work: str, crowd: int = CROWD) -> list[Any]:
    """What each of some processes returns of its work on the folder's store; all begin when all are ready.

    `work` is the body of a function of the `store` and of the process's own name, `me`.
    """
    script = START.format(work="\n".join(f"    {line}" for line in work.strip().splitlines()))
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, database_of(data), f"host/{number}/1.00"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(PYTHONPATH=":".join(sys.path)),
        )
        for number in range(crowd)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        outputs = [child.communicate(timeout=PATIENCE_S)[0] for child in _begun(children)]
    finally:
        for child in children:
            child.kill()
            child.wait()
    assert [child.returncode for child in children] == [0] * crowd
    return [json.loads(output) for output in outputs]


def _begun(children: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return children
