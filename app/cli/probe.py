"""`tiebreak probe list | run | all`: the probes without the service, in this terminal's own process."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

import click

from app.cli.errors import unusable
from app.cli.run_text import grave_failures, ledger_report, run_report
from app.errors import InvalidFields, RunEnded
from app.knowledge.loader import load
from app.knowledge.models import FRAMEWORKS
from app.runs.catalogue import read_catalogue
from app.runs.measuring.jobs import EventKind, ReportEvent
from app.runs.models import EVERYTHING, Device, Mode, Preset, Run, RunRequest
from app.runs.worker.hardening import hide_own_memory
from app.settings import read_settings

if TYPE_CHECKING:
    from app.runs.service import RunService


ALL_PRESETS = "quick: what is quick. The others: also what compiles, starts processes or measures time, so carefully."


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


@probe.command("run")
@click.argument("id", metavar="ID")
@click.option("--control", type=click.Choice(FRAMEWORKS), help="Run this framework in both places.")
@click.option("--preset", type=click.Choice(get_args(Preset)), default="quick", show_default=True)
@click.option("--device", type=click.Choice(get_args(Device)), default="cpu", show_default=True)
@click.option("--mode", type=click.Choice(get_args(Mode)), default="ordinary", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print what the API gives.")
@click.pass_context
def run_probe(ctx: click.Context, /, id: str, as_json: bool, **conditions: Any) -> None:
    """Run one probe and print what it found. Exit status 1 when it failed."""
    known = read_catalogue().probes
    if id not in known:
        raise click.UsageError(f"ID: there is no probe {id!r} ({', '.join(known)})", ctx)
    try:
        run = run_now(RunRequest(probe=id, **conditions), quiet=as_json)
    except InvalidFields as error:
        raise unusable(error, ctx) from None
    click.echo(run.model_dump_json(indent=2) if as_json else run_report(known[id], run))
    sys.exit(0 if run.status == "done" else 1)


@probe.command("all")
@click.option("--json", "as_json", is_flag=True, help="Print what the API gives of the run.")
@click.option("--preset", type=click.Choice(get_args(Preset)), default="quick", show_default=True, help=ALL_PRESETS)
def check_everything(as_json: bool, preset: Preset) -> None:
    """Check every claim that a probe can check. Exit status 1 when a half failed for no lack of the environment."""
    run = run_now(RunRequest(probe=EVERYTHING, preset=preset), quiet=as_json)
    click.echo(run.model_dump_json(indent=2) if as_json else ledger_report(run))
    sys.exit(0 if run.status == "done" and not list(grave_failures(run)) else 1)


def run_now(request: RunRequest, quiet: bool) -> Run:
    """Run it and store it in the history. Ctrl-C ends the run and the command."""
    from app.runs.assembly import make_run_service, questions_of  # here, since the other commands need no database

    settings = read_settings()
    hide_own_memory()
    service = make_run_service(settings.runs, questions_of(load(settings.rules)))
    return asyncio.run(_run_until_done(service, request, _say_nothing if quiet else _show_progress))


async def _run_until_done(service: "RunService", request: RunRequest, report: ReportEvent) -> Run:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, service.stop_soon)
    run = await service.run_now(request, report)
    _clear_progress()
    if run.status == "interrupted":
        raise RunEnded("interrupted")
    await service.stop()
    return run


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
