"""How the command line refuses arguments that the engines cannot use."""

import click

from app.errors import InvalidFields


def unusable(error: InvalidFields, ctx: click.Context) -> click.UsageError:
    """The error with exit status 2 that names each option and what it takes."""
    lines = [f"--{p.field.replace('_', '-')}: {p.message} ({', '.join(p.allowed)})" for p in error.problems]
    return click.UsageError("\n".join(lines), ctx)
