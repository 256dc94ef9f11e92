"""How the command line refuses arguments that the engines cannot use."""

import click

from app.errors import FieldProblem, InvalidFields


def unusable(error: InvalidFields, ctx: click.Context) -> click.UsageError:
    """The error with exit status 2 that names each option and the values that it takes."""
    return click.UsageError("\n".join(map(_line, error.problems)), ctx)


def _line(problem: FieldProblem) -> str:
    """`--data-type: 'smells' is not one of the options (images, text)`; what follows a space is the option's value."""
    option, space, value = problem.field.partition(" ")
    allowed = f" ({', '.join(problem.allowed)})" if problem.allowed else ""
    return f"--{option.replace('_', '-')}{space}{value}: {problem.message}{allowed}"
