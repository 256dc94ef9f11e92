"""The rules that come with Tiebreak are whole: what the documents say, what the contract names, well put."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.lint.satisfiable import example_answers
from app.knowledge.loader import load
from app.knowledge.models import Claim, ClaimStatus
from app.paths import RULES

WIDTH = 120
FILES = sorted(RULES.rglob("*.yaml"))

QUESTIONNAIRE = {
    "language": "python cpp java javascript swift other",
    "deployment": "experiments server aws gcp mobile edge microcontroller browser desktop",
    "data_type": "images text audio tabular sequences sparse",
    "goal": "research prototype production learning competition",
    "experience": "beginner intermediate expert",
    "control": "high_level full_control",
    "model": "standard custom dynamic pretrained",
    "needs": "debugging higher_order_gradients string_tensors ragged_batches sparse_formats complex_numbers "
    "numpy_interop input_pipelines augmentation custom_cpp_ops dashboards portability reproducibility speed low_memory "
    "long_term_support language_models on_device_training",
    "scale": "one_machine multi_gpu cluster tpu",
    "system": "linux windows macos",
    "codebase": "none pytorch tensorflow tensorflow1 keras mixed",
    "phone_system": "android ios",
    "chip": "litert_toolchain onnx_toolchain",
    "python": "py310 py311 py312 py313 py314 py315",
}
"""The contract's questions and options, in its order; there may be more."""

REQUIRED = {"language", "deployment", "data_type", "goal"}
MANY = {"deployment", "data_type", "needs", "system", "phone_system", "python"}
STATUSES = {"confirmed", "both", "partly", "refuted", "not_testable", "superseded", "opinion", "unchecked"}

LEANING_START = re.compile(
    r"(also|another|both|but|he|here|however|instead|it|its|likewise|once|otherwise|she|similarly|so|such|that|their"
    r"|and|then|therefore|these|they|this|those|too)\b",
    re.IGNORECASE,
)
"""First words of a statement that would lean on what stands before it in its document."""


@cache
def rules() -> Knowledge:
    return load()


CLAIMS = list(rules().claims.values())


def document_claims() -> dict[str, str]:
    """Claim id → criterion, of every statement that the four documents make."""
    lines = (Path(__file__).parent / "document_claims.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(" ") for line in lines)
    return {id: criterion for id, _, criterion in pairs}


def id_of(claim: Claim) -> str:
    return claim.id


def test_every_statement_of_the_documents_is_a_claim() -> None:
    assert len(document_claims()) == 206
    assert set(document_claims()) - set(rules().claims) == set()


def test_every_statement_of_the_documents_kept_its_criterion() -> None:
    found = {id: rules().claims[id].criterion for id in document_claims()}
    assert found == document_claims()


def test_every_statement_of_the_documents_cites_a_document() -> None:
    uncited = [
        id
        for id in document_claims()
        if not any(rules().sources[citation.id].kind == "document" for citation in rules().claims[id].sources)
    ]
    assert uncited == []


def test_each_file_of_claims_is_about_one_criterion_and_named_for_it() -> None:
    for path in sorted((RULES / "claims").glob("*.yaml")):
        criteria = {entry["criterion"] for entry in parsed(path)["claims"]}
        assert criteria == {path.stem}


def test_the_questions_of_the_contract_are_there_in_its_order() -> None:
    assert [id for id in rules().questions if id in QUESTIONNAIRE] == list(QUESTIONNAIRE)


@pytest.mark.parametrize("id", QUESTIONNAIRE)
def test_the_options_of_the_contract_are_there_in_its_order(id: str) -> None:
    wanted = QUESTIONNAIRE[id].split()
    assert [option for option in rules().questions[id].option_ids if option in wanted] == wanted


def test_the_required_questions_are_those_of_the_contract_and_come_first() -> None:
    core = [question.core for question in rules().questions.values()]
    assert {question.id for question in rules().questions.values() if question.core} == REQUIRED
    assert core == sorted(core, reverse=True)


def test_the_questions_for_many_are_those_of_the_contract() -> None:
    kinds = {id: rules().questions[id].kind for id in QUESTIONNAIRE}
    assert kinds == {id: "many" if id in MANY else "one" for id in QUESTIONNAIRE}


def test_the_statuses_are_those_of_the_contract() -> None:
    assert set(get_args(ClaimStatus)) == STATUSES
    assert {claim.status for claim in CLAIMS} <= STATUSES


def test_no_statement_stands_there_twice() -> None:
    counted = Counter(re.sub(r"\W+", " ", claim.statement).casefold().strip() for claim in CLAIMS)
    assert [statement for statement, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("claim", CLAIMS, ids=id_of)
def test_a_statement_is_a_sentence_that_stands_alone(claim: Claim) -> None:
    words = re.findall(r"[\w’']+", claim.statement)
    assert re.search(r"[.!?][\"”’)]?$", claim.statement)
    assert claim.statement[0].isupper() or not claim.statement[0].isalpha()
    assert not LEANING_START.match(claim.statement)
    assert len(words) >= 4
    assert "\n" not in claim.statement
    assert "  " not in claim.statement


def test_each_background_claim_gives_a_reason() -> None:
    background = [claim for claim in CLAIMS if claim.matters_when is None]
    assert background
    for claim in background:
        assert claim.background is not None, claim.id
        assert len(claim.background.split()) >= 5, claim.id


def with_required(answers: Chosen) -> dict[str, frozenset[str]]:
    """The answers with the first option of each required question that they leave open."""
    required = {q.id: frozenset({q.option_ids[0]}) for q in rules().questions.values() if q.core}
    return required | dict(answers)


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim.matters_when], ids=id_of)
def test_a_claim_counts_for_some_answers(claim: Claim) -> None:
    assert claim.matters_when is not None
    example = example_answers(rules(), claim.matters_when)
    assert example is not None
    answers = with_required(example)
    assert claim.matters_when.holds(answers)
    for id, chosen in answers.items():
        question = rules().questions[id]
        assert chosen <= set(question.option_ids)
        assert len(chosen) == 1 or question.kind == "many"


def test_no_claim_counts_without_any_answer_but_those_that_always_do() -> None:
    for claim in CLAIMS:
        if claim.matters_when is not None and not claim.matters_when.always:
            assert not claim.matters_when.holds({}), claim.id


def test_conflicts_are_named_by_both_claims() -> None:
    one_sided = [
        (claim.id, other)
        for claim in CLAIMS
        for other in claim.conflicts_with
        if claim.id not in rules().claims[other].conflicts_with
    ]
    assert one_sided == []


@cache
def parsed(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def lists_of_entries(node: Any) -> Iterator[list[Any]]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, list):
        yield node
    for child in children:
        yield from lists_of_entries(child)


def file_name(path: Path) -> str:
    return path.relative_to(RULES).as_posix()


@pytest.mark.parametrize("path", FILES, ids=file_name)
def test_no_two_neighbouring_entries_share_an_id(path: Path) -> None:
    for entries in lists_of_entries(parsed(path)):
        described = [entry for entry in entries if isinstance(entry, dict) and "id" in entry]
        for first, second in pairwise(described):
            same_place = first["id"] == second["id"] and first.get("section") == second.get("section")
            assert not same_place, first["id"]


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "verdicts.yaml"], ids=file_name)
def test_a_rule_file_that_people_edit_stays_narrow_enough_to_read(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > WIDTH] == []


@pytest.mark.parametrize("path", FILES, ids=file_name)
def test_a_rule_file_says_in_its_first_line_what_it_is(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")
