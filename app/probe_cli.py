"""`tiebreak probe list | run | all`: the probes without the service, in this terminal's own process."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

import click

from app.errors import InvalidFields, RunEnded
from app.knowledge.models import FRAMEWORKS
from app.run_report import run_line, run_report
from app.runs.catalogue import Probe, read_catalogue
from app.runs.executor.job import EventKind, Tell
from app.runs.models import Device, Mode, Preset, Run, RunRequest
from app.settings import read_settings
from app.usage import unusable

if TYPE_CHECKING:
    from app.runs.service import RunService


@click.group()
def probe() -> None:
    """Run the paired PyTorch and TensorFlow probes on this machine."""


@probe.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the catalogue as JSON.")
def list_probes(as_json: bool) -> None:
    """Show the catalogue."""
    catalogue = read_catalogue()
    if as_json:
        entries = [
            {"id": p.id, "title": p.title, "kind": p.kind, "subject": p.subject} for p in catalogue.probes.values()
        ]
        click.echo(json.dumps(entries, indent=2))
        return
    width = max(len(id) for id in catalogue.probes)
    for subject, probes in catalogue.by_subject():
        click.echo(f"\n{subject}")
        for one in probes:
            click.echo(f"  {one.id:{width}}  {one.kind:10}  {one.title}")


def _conditions(command: Any) -> Any:
    """The options that `run` and `all` share."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print what the API gives."),
        click.option("--mode", type=click.Choice(get_args(Mode)), default="ordinary", show_default=True),
        click.option("--device", type=click.Choice(get_args(Device)), default="cpu", show_default=True),
        click.option("--preset", type=click.Choice(get_args(Preset)), default="quick", show_default=True),
    ):
        command = option(command)
    return command


@probe.command("run")
@click.argument("id", metavar="ID")
@click.option("--control", type=click.Choice(FRAMEWORKS), help="Run this framework in both places.")
@_conditions
@click.pass_context
def run_probe(ctx: click.Context, /, id: str, as_json: bool, **conditions: Any) -> None:
    """Run one probe and print what it found. Exit status 1 when it failed."""
    known = read_catalogue().probes
    if id not in known:
        raise click.UsageError(f"ID: there is no probe {id!r} ({', '.join(known)})", ctx)
    try:
        run = _run_all([RunRequest(probe=id, **conditions)], quiet=as_json)[0]
    except InvalidFields as error:
        raise unusable(error, ctx) from None
    click.echo(run.model_dump_json(indent=2) if as_json else run_report(known[id], run))
    sys.exit(0 if run.status == "done" else 1)


@probe.command("all")
@_conditions
def run_all(as_json: bool, **conditions: Any) -> None:
    """Run the whole catalogue. Exit status 1 when a probe failed."""
    probes = [one for one in read_catalogue().probes.values() if _fits(one, conditions)]
    requests = [RunRequest(probe=one.id, **conditions) for one in probes]
    runs = _run_all(requests, quiet=as_json, each=None if as_json else lambda run: click.echo(run_line(run)))
    if as_json:
        click.echo(json.dumps([run.model_dump(mode="json") for run in runs], indent=2))
    else:
        click.echo(_summary(runs))
    sys.exit(0 if all(run.status == "done" for run in runs) else 1)


def _fits(probe: Probe, conditions: Mapping[str, Any]) -> bool:
    return conditions["device"] in probe.devices and conditions["mode"] in probe.modes


def _summary(runs: Sequence[Run]) -> str:
    counts = {status: sum(run.status == status for run in runs) for status in ("done", "failed")}
    return f"\n{len(runs)} probes: {counts['done']} done, {counts['failed']} failed"


def _run_all(requests: Sequence[RunRequest], quiet: bool, each: Callable[[Run], None] | None = None) -> list[Run]:
    """Run these one after the other, and store them in the history. Ctrl-C ends the run and the command."""
    from app.runs.assembling import make_run_service  # here, since the other commands need no database

    service = make_run_service(**read_settings().run_service)
    return asyncio.run(_run_each(service, requests, None if quiet else _show_progress, each))


async def _run_each(
    service: "RunService", requests: Sequence[RunRequest], tell: Tell | None, each: Callable[[Run], None] | None
) -> list[Run]:
    loop, finished = asyncio.get_running_loop(), []
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, service.stop_soon)
    for request in requests:
        run = await service.run_now(request, tell or _say_nothing)
        _clear_progress()
        if run.status == "interrupted":
            raise RunEnded("interrupted")
        finished.append(run)
        if each is not None:
            each(run)
    await service.stop()
    return finished


def _say_nothing(kind: EventKind, data: Mapping[str, Any]) -> None:
    """For programs, which want the result alone."""


def _show_progress(kind: EventKind, data: Mapping[str, Any]) -> None:
    """One line that is written over, where standard error is a terminal."""
    if kind == "progress" and sys.stderr.isatty():
        count = f"{data['done']}/{data['total']} " if data["total"] else ""
        click.echo(f"\r\033[K{count}{data['text']}", nl=False, err=True)


def _clear_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
