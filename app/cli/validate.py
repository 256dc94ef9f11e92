"""`tiebreak rules validate`: how often the advice agrees with what real projects decided."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
import yaml
from pydantic import ValidationError

from app.audit.validation import validate as held_against
from app.audit.validation_text import validation_data, validation_lines
from app.errors import UnusableSetting
from app.knowledge.loader import load
from app.knowledge.models import Precedent
from app.settings import read_settings

FIELDS = ("id", "project", "decided", "kind", "was", "choice", "citation", "answers", "confidence")
UNDATED = "unknown"


@click.command("validate")
@click.option(
    "--cases",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A YAML file with a list `cases` of decisions in place of the shipped precedents. Entries with "
    "`platform: true`, and those without a date, are left out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the tables and the calibration.")
def validate(cases: Path | None, as_json: bool) -> None:
    """Hold the advice and simple rules of thumb against what real projects decided."""
    knowledge = load(read_settings().rules)
    decisions = list(knowledge.precedents.values()) if cases is None else _read(cases)
    found = held_against(knowledge, decisions, date.today())
    if as_json:
        click.echo(json.dumps(validation_data(found), indent=2))
    else:
        click.echo("\n".join(validation_lines(found)))


def _read(file: Path) -> list[Precedent]:
    """Raises UnusableSetting, naming the file, the case and the field."""
    try:
        plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnusableSetting(f"{file} cannot be read: {error}") from None
    entries = plain.get("cases") if isinstance(plain, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UnusableSetting(f"{file} has no list `cases` of decisions")
    return [_decision(file, entry) for entry in entries if _is_tested(entry)]


def _is_tested(entry: Mapping[str, Any]) -> bool:
    return not entry.get("platform") and entry.get("decided") != UNDATED


def _decision(file: Path, entry: Mapping[str, Any]) -> Precedent:
    plain = {name: entry[name] for name in FIELDS if name in entry}
    try:
        return Precedent.model_validate({**plain, "decided": str(entry.get("decided", ""))})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise UnusableSetting(f"{file}: case {entry.get('id', '?')}: {field}: {first['msg']}") from None
