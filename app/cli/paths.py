"""`tiebreak rules paths`: how a model from either framework reaches each place."""

import json
from collections.abc import Iterator
from datetime import date

import click

from app.advice.schema.ship import Ship
from app.advice.ship import all_ways
from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.knowledge.models import FRAMEWORKS, NAMES
from app.knowledge.models.paths import TRODDEN_WORDS
from app.settings import read_settings


@click.command("paths")
@click.option("--json", "as_json", is_flag=True, help="Print the paths as the API gives them.")
def rules_paths(as_json: bool) -> None:
    """Print the places, and each framework's ways to them."""
    knowledge, today = load(read_settings().rules), date.today()
    if as_json:
        click.echo(json.dumps([line.model_dump(mode="json") for line in _all(knowledge, today)], indent=2))
        return
    place = ""
    for line in _all(knowledge, today):
        if line.place_name != place:
            place = line.place_name
            click.echo(f"{place}:")
        click.echo(f"  {_words(line)}")


def _all(knowledge: Knowledge, today: date) -> Iterator[Ship]:
    for place in knowledge.places.values():
        for framework in FRAMEWORKS:
            yield from all_ways(knowledge, place, framework, today)


def _words(line: Ship) -> str:
    """`PyTorch: torch.onnx, ONNX Runtime (usual)`."""
    steps = ", ".join(step.name for step in line.path)
    return f"{NAMES[line.framework]}: {f'{steps} ' if steps else ''}({TRODDEN_WORDS[line.maturity]})"
