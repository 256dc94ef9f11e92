"""The command line: `tiebreak serve | advise | probe | rules | backup | restore`.

Exit status: 0 when it worked, 1 when it failed, 2 for unusable arguments (Click's own convention).
"""

import sys
from collections.abc import Sequence
from datetime import date
from typing import Any, get_args

import click

from app import __version__
from app.advice.advise import advise as compute_advice
from app.advice.preferences import DEFAULT_POLICY, DEFAULT_SEARCH, FlipSearch
from app.advice.query import AdviceQuery
from app.advice.query_fields import HERE
from app.cli.advice_text import advice_report
from app.cli.backup import backup, restore
from app.cli.errors import unusable
from app.cli.facts import facts
from app.cli.local_verdicts import local_evidence
from app.cli.paths import rules_paths
from app.cli.probe import probe, run_now
from app.cli.rules import check
from app.cli.validate import validate
from app.cli.verdicts_file import verdicts_file
from app.errors import InvalidFields, RunEnded, TiebreakError
from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.knowledge.models import PolicyId, Question
from app.runs.models import EVERYTHING, Preset, RunRequest
from app.settings import read_settings


def main() -> None:
    """The entry point: errors raised on purpose become one message and exit status 1."""
    try:
        cli()
    except TiebreakError as error:
        click.echo(f"tiebreak: {error}", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tiebreak")
def cli() -> None:
    """PyTorch or TensorFlow? Evidence instead of opinion."""


@cli.command()
@click.option("--host", help="The address to listen on. Default: TIEBREAK_LISTEN_HOST, else 127.0.0.1.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port, 0 for any free one. Default: TIEBREAK_LISTEN_PORT, else 8000.",
)
def serve(host: str | None, port: int | None) -> None:
    """Start the service."""
    from app.server.run import run  # here, since the other commands need no web framework

    run(read_settings(), host, port)


class AdviseCommand(click.Command):
    """A command with one option for each question of the rule base that is in use."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*map(_question_option, _knowledge(ctx).questions.values()), *super().get_params(ctx)]


def _knowledge(ctx: click.Context) -> Knowledge:
    """The rule base, loaded once a command."""
    if ctx.obj is None:
        ctx.obj = load(read_settings().rules)
    knowledge: Knowledge = ctx.obj
    return knowledge


def _question_option(question: Question) -> click.Option:
    return click.Option(
        [f"--{question.id.replace('_', '-')}", question.id],
        multiple=True,
        metavar="|".join(question.option_ids),
        help=f"{question.ask} {_how_often(question)}",
    )


def _how_often(question: Question) -> str:
    repeat = "Repeat it for several." if question.kind == "many" else ""
    return f"{repeat}{' ' if repeat and question.core else ''}{'Required.' if question.core else ''}".strip()


@cli.command(cls=AdviseCommand)
@click.option("--policy", type=click.Choice(get_args(PolicyId)), default=DEFAULT_POLICY, show_default=True)
@click.option(
    "--verdicts",
    default=HERE,
    metavar="here|shipped|NUMBER",
    show_default=True,
    help="Which verdicts count: all of this machine's own, none of them, or those up to a finding.",
)
@click.option(
    "--weight",
    "weights",
    multiple=True,
    metavar="CRITERION=FACTOR",
    help="Let a criterion count more or less than the answers make of it, by a factor from 0 to 10. Repeat it.",
)
@click.option("--no-precedents", is_flag=True, help="Leave out what other projects decided.")
@click.option(
    "--flips",
    type=click.Choice(get_args(FlipSearch)),
    default=DEFAULT_SEARCH,
    show_default=True,
    help="Look for single answers that change the advice, or also for two and three together.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the advice as the API gives it.")
@click.pass_context
def advise(
    ctx: click.Context,
    /,
    policy: PolicyId,
    verdicts: str,
    weights: Sequence[str],
    no_precedents: bool,
    flips: FlipSearch,
    as_json: bool,
    **given: Any,
) -> None:
    """Advise on a project. Leave out what you are not sure of."""
    knowledge = _knowledge(ctx)
    try:
        query = AdviceQuery.from_options(knowledge, given, policy, weights, verdicts, not no_precedents, flips)
        evidence = local_evidence(query.revision)
    except InvalidFields as error:
        raise unusable(error, ctx) from None
    advice = compute_advice(knowledge, query.answers, query.preferences, date.today(), evidence)
    click.echo(advice.model_dump_json(indent=2) if as_json else advice_report(knowledge, advice))


cli.add_command(probe)
cli.add_command(backup)
cli.add_command(restore)


@cli.group()
def rules() -> None:
    """The rule base."""


@rules.command("verdicts")
@click.option("--preset", type=click.Choice(get_args(Preset)), default="standard", show_default=True)
def rules_verdicts(preset: Preset) -> None:
    """Check everything on this machine, and print the verdicts as the rule file that is shipped."""
    knowledge = load(read_settings().rules)
    run = run_now(RunRequest(probe=EVERYTHING, preset=preset), quiet=False)
    if run.status != "done":
        raise RunEnded(run.error.message if run.error else run.status)
    click.echo(verdicts_file(knowledge, run), nl=False)


rules.add_command(check)
rules.add_command(rules_paths)
rules.add_command(facts)
rules.add_command(validate)
