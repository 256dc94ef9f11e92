"""The numbers in the documents are those of the code."""

import re

import pytest

from app.api.event_stream import SILENCE_SECONDS
from app.paths import ROOT
from app.runs import readiness
from app.runs.measuring.presets import LEVELS
from app.runs.measuring.variant import SINGLE_CALLS
from app.runs.run_settings import RunLimits
from app.runs.store import boundary, database, migration, retention
from app.runs.worker import limits, process, scratch
from app.server.protocol import SLOWEST_BYTES
from app.settings import SHORTEST_TOKEN, Settings
from app.telemetry.traces import FLUSH_SECONDS, WARN_SECONDS
from app.web.request_limits import MAX_HEADER_BYTES, MAX_HEADERS

LIMITS = RunLimits()
DEFAULTS = {name: field.default for name, field in Settings.model_fields.items()}

OPERATING = (
    f"Opening a connection may take {database.CONNECT_SECONDS} s, waiting for a lock {database.BUSY_SECONDS} s,",
    f"a statement on PostgreSQL {database.STATEMENT_SECONDS} s, and any call {boundary.LIMIT_SECONDS:.0f} s",
    f"keeps {database.POOL} connections open and opens up to {database.POOL} more",
    f"writes a heartbeat every {LIMITS.beat_seconds:.0f} s",
    f"saw no heartbeat for {LIMITS.lease_seconds:.0f} s",
    f"the others wait for up to {migration.WAIT_SECONDS} s",
    f"the newest `TIEBREAK_KEEP_RUNS` runs ({DEFAULTS['keep_runs']:,})",
    f"deletes up to {retention.BATCH} older ones",
    f"a comment every {SILENCE_SECONDS:.0f} seconds",
    f"It needs {SHORTEST_TOKEN} characters or more",
    f"`TIEBREAK_RUNS_PER_HOUR` runs ({DEFAULTS['runs_per_hour']})",
    f"to read each {SLOWEST_BYTES // 1024} KiB of an answer",
    f"{MAX_HEADERS} headers, and {MAX_HEADER_BYTES // 1024} KiB for all headers together",
    f"the service needs up to {process.TICK_SECONDS} s to notice",
    f"writes {scratch.CHECKED_BYTES // 1024} KiB to the folder",
    f"within the last {LIMITS.stuck_seconds:.0f} s",
    f"takes longer than {LIMITS.check_seconds:.0f} s",
    f"reuses a result for {readiness.KEPT_SECONDS:.0f} s",
    f"says so every {WARN_SECONDS:.0f} s",
    f"for {FLUSH_SECONDS} s at most",
)
PROBES = (
    f"times {SINGLE_CALLS} single calls",
    " or ".join(f"{seconds * 1000:.0f}" for seconds in sorted({level.block_seconds for level in LEVELS.values()})),
)
RECORD_13 = (
    f"{LEVELS['standard'].pairs} at `standard`",
    f"{LEVELS['rigorous'].pairs} to {LEVELS['rigorous'].pairs + LEVELS['rigorous'].more_pairs} at `rigorous`",
    f"±δ ({LEVELS['standard'].delta:.0%} and {LEVELS['rigorous'].delta:.0%})",
)
SENTENCES = [
    *(("docs/operating.md", sentence) for sentence in OPERATING),
    *(("docs/probes.md", sentence) for sentence in PROBES),
    *(("docs/decisions/0013-pairs-of-processes.md", sentence) for sentence in RECORD_13),
]


@pytest.mark.parametrize(("document", "sentence"), SENTENCES, ids=[sentence[:60] for _, sentence in SENTENCES])
def test_the_document_has_the_number_of_the_code(document: str, sentence: str) -> None:
    assert sentence in " ".join((ROOT / document).read_text(encoding="utf-8").split())


def test_the_service_watches_as_often_as_the_guide_says() -> None:
    assert (1 / process.TICK_SECONDS, limits.SCRATCH_SECONDS) == (5, 1)


def test_the_most_that_was_observed_is_what_the_limits_were_chosen_by() -> None:
    source = " ".join((ROOT / "app/runs/worker/limits.py").read_text(encoding="utf-8").split())
    observed = re.findall(
        r"The (?:most|largest) that a shipped \w+ (?:had|wrote)(?: on two cores)? was (\d+(?: MB)?)", source
    )
    section = (
        (ROOT / "docs/operating.md").read_text(encoding="utf-8").split("## What a probe may use")[1].split("\n## ")[0]
    )
    column = [row.split(" | ")[2] for row in section.splitlines() if row.count(" | ") == 4]
    assert len(observed) == 4
    assert set(observed) == {cell.removesuffix(" on two cores") for cell in column if cell[:1].isdigit()} - {"1.8 GiB"}
