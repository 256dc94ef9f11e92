"""Everything that the documents name exists: files, headings, commands, make targets, routes, settings, functions."""

import inspect
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from fastapi import FastAPI
from starlette.routing import Match

from app.advice.schema.advice import Advice
from app.advice.schema.request import AdviceRequest
from app.cli.main import cli
from app.knowledge.loader import load
from app.main import create_app
from app.paths import ROOT
from app.settings import Settings

GUIDES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
DOCUMENTS = (*GUIDES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs" / "decisions").glob("*.md")))
FOLDERS_IN_THE_CONTAINER = {"/data", "/tmp"}
OPTIONAL = {"rules/impact.toml"}
"""Files that a contributor may add."""

FOLDERS = ("app", "bench", "docs", "image", "probes", "rules", "static", "templates", "tests", ".ci")

LINK = re.compile(r"\]\((?!https?://)([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
PATH = re.compile(rf"(?<![\w/.-])(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*\w")
MAKE = re.compile(r"(?:`|^|\s)make ([a-z]+)")
COMMAND = re.compile(r"(?:`|^(?:\$ )?|tiebreak )tiebreak ((?:[a-z]+ )*[a-z]+)([^`\n#|]*)", re.MULTILINE)
ROUTE = re.compile(r"(?:GET|POST|DELETE) (/[\w/{}.]*)|`(/(?:api/v1/)?[a-z]+(?:\.\w+)?(?:/\{id\}(?:/\w+)?)?)`")
SIGNATURE = re.compile(r"`(app(?:\.\w+)+)\.(\w+)\(([\w, ]+)\)`")


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def code_of(document: Path) -> str:
    """The code of a document: blocks and spans."""
    return "\n".join(CODE.findall(text_of(document)))


def names(documents: tuple[Path, ...]) -> list[str]:
    return [str(document.relative_to(ROOT)) for document in documents]


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text_of(document), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_links_lead_to_files_and_headings(document: Path) -> None:
    for link in LINK.findall(text_of(document)):
        place, _, anchor = link.partition("#")
        target = (document.parent / place).resolve() if place else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_paths_exist(document: Path) -> None:
    """CHANGELOG's table of names also gives the old ones, in its first column."""
    code = re.sub(r"^\| .*? \|", "", code_of(document), flags=re.MULTILINE)
    assert [path for path in PATH.findall(code) if path not in OPTIONAL and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_make_targets_exist(document: Path) -> None:
    makefile = text_of(ROOT / "Makefile")
    named = set(MAKE.findall(code_of(document)))
    assert {target for target in named if not re.search(rf"^{target}:.*## ", makefile, flags=re.MULTILINE)} == set()


def commands_of(document: Path) -> Iterator[tuple[list[str], str]]:
    """The words and the options of each command `tiebreak …` in a document."""
    for words, rest in COMMAND.findall(code_of(document)):
        yield words.split(), rest


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_commands_and_their_options_exist(document: Path) -> None:
    for words, rest in commands_of(document):
        command: click.Command = cli
        for word in words:
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, (words, word)
            command = command.commands[word]
        known = {option for parameter in command.get_params(click.Context(command)) for option in parameter.opts}
        assert set(re.findall(r"--[a-z][a-z-]*", rest)) <= known | {"--help"}, (words, rest)


def test_every_command_is_in_the_guide() -> None:
    named = {" ".join(words) for words, _ in commands_of(ROOT / "docs" / "command-line.md")}
    groups = {name: command for name, command in cli.commands.items() if isinstance(command, click.Group)}
    known = {f"{name} {command}" for name, group in groups.items() for command in group.commands}
    assert known | (set(cli.commands) - set(groups)) <= named


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(Settings(rules=None, data=tmp_path_factory.mktemp("data")))


def is_route(application: FastAPI, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path.replace("{id}", "x"), "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is not Match.NONE for route in application.routes)


@pytest.mark.parametrize("document", GUIDES, ids=names(GUIDES))
def test_routes_exist(document: Path, application: FastAPI) -> None:
    named = {either or other for either, other in ROUTE.findall(text_of(document))} - FOLDERS_IN_THE_CONTAINER
    assert {path for path in named if not is_route(application, path)} == set()


def test_every_route_of_the_api_is_in_the_guide(application: FastAPI) -> None:
    rows = re.findall(r"^\| (`.*?) \|", text_of(ROOT / "docs" / "api.md"), flags=re.MULTILINE)
    named = {match for row in rows for match in re.findall(r"`([A-Z]+ /[^`]*)`", row)}
    known = {f"{method.upper()} {path}" for path, item in application.openapi()["paths"].items() for method in item}
    assert named == known


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_settings_exist(document: Path) -> None:
    others = {"PORT", "TEST_SIZE"}  # Kubernetes sets the first one, and the tests read the second one
    named = set(re.findall(r"TIEBREAK_(\w*[A-Z])\b", text_of(document))) - others
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_signatures_are_those_of_the_functions() -> None:
    found = SIGNATURE.findall(text_of(ROOT / "docs" / "contributing.md"))
    assert found
    for module, function, parameters in found:
        real = list(inspect.signature(getattr(import_module(module), function)).parameters)
        assert [name.strip() for name in parameters.split(",")] == real, function


def definitions() -> Counter[str]:
    """How often each class, or type of literals, is defined in the service."""
    text = "\n".join(text_of(file) for file in (ROOT / "app").rglob("*.py"))
    return Counter(re.findall(r"^(?:class )?([A-Z]\w+)(?:\(|\[|:| = Literal)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("document", ["contributing.md", "glossary.md"])
def test_classes_exist(document: str) -> None:
    named = set(re.findall(r"`([A-Z][a-z]+[A-Za-z]*)`", text_of(ROOT / "docs" / document))) - {"Dockerfile", "Makefile"}
    assert len(named) > 5
    assert named <= set(definitions())


def test_a_class_of_the_glossary_is_the_only_one_of_its_name() -> None:
    named = set(re.findall(r"`([A-Z]\w+)`", text_of(ROOT / "docs" / "glossary.md")))
    known = definitions()
    assert len(named) > 30
    assert [name for name in named if known[name] != 1] == []


def test_a_term_of_the_glossary_is_there_once() -> None:
    rows = re.findall(r"^\| ([^|]*) \|", text_of(ROOT / "docs" / "glossary.md"), flags=re.MULTILINE)
    terms = Counter(term.strip() for row in rows for term in row.split(",")) - Counter({"term": 9, "---": 9})
    assert [term for term, times in terms.items() if times > 1] == []


def test_the_fields_in_the_guide_to_the_api_exist() -> None:
    guide = text_of(ROOT / "docs" / "api.md")
    fields, options = (guide.split(head)[1].split("\n\n")[1] for head in ("important fields:", "of the request:"))
    for table, model in ((fields, Advice), (options, AdviceRequest)):
        rows = re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", " ".join(rows))) <= set(model.model_fields)


def test_the_new_names_exist_and_the_old_ones_do_not(application: FastAPI) -> None:
    rows = re.findall(r"^\| (.*?) \| `(\w+)` \| `(\w+)` \|$", text_of(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)
    document = application.openapi()
    operations = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    known = {"operation id": operations, "OpenAPI schema": set(document["components"]["schemas"])}
    found = [(old, new, known[where]) for where, old, new in rows if where in known]
    assert len(found) > 20
    assert [(old, new) for old, new, there in found if new not in there or old in there] == []


def test_the_readme_gives_the_number_of_statements() -> None:
    knowledge = load(None)
    documents = {source.id for source in knowledge.sources.values() if source.kind == "document"}
    cited = [claim for claim in knowledge.claims.values() if documents & {source.id for source in claim.sources}]
    assert f"{len(cited)} statements" in text_of(ROOT / "README.md")


def test_the_readme_is_short() -> None:
    assert len(text_of(ROOT / "README.md").split()) <= 900


def test_the_guide_lists_every_package() -> None:
    packages = {str(file.parent.relative_to(ROOT)) for file in (ROOT / "app").rglob("__init__.py")}
    listed = set(re.findall(r"`(app/[\w/]*)/`", text_of(ROOT / "docs" / "contributing.md")))
    assert packages - {"app", "app/runs/store/migrations", "app/runs/store/migrations/versions"} == listed
