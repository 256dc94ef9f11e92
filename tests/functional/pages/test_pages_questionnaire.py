"""The questionnaire as a visitor without JavaScript meets it."""

from urllib.parse import urlencode

import httpx
import pytest

from tests.support.advice.answer_sets import POLICIES, shipped_rules
from tests.support.pages.page_client import RICH, SAMPLE, chosen_in, form_of, page_at
from tests.support.pages.page_tree import form_values, only, text_of, with_class, with_id
from tests.support.web.web_client import CORE, HTML, advice_address, advice_from_api, pairs_of, problem_fields

SCRIPT = "<script>alert(1)</script>"


async def test_the_four_core_questions_come_first_and_the_rest_can_be_unfolded(client: httpx.AsyncClient) -> None:
    page = await page_at(client, "/")
    questions = [element.get("id", "") for element in form_of(page).iter("fieldset")]
    assert questions == [f"question-{id}" for id in shipped_rules().questions]
    details = only(form_of(page), "details")
    assert questions[:4] == ["question-language", "question-deployment", "question-data_type", "question-goal"]
    assert [element.get("id", "") for element in details.iter("fieldset")] == questions[4:]
    assert "open" not in details.attrib
    assert form_of(page).get("method") == "get"


async def test_every_question_has_its_help_and_its_options(client: httpx.AsyncClient) -> None:
    page = await page_at(client, "/")
    for id, question in shipped_rules().questions.items():
        fieldset = with_id(page, f"question-{id}")
        assert text_of(only(fieldset, "legend")) == question.ask
        assert f"help-{id}" in fieldset.get("aria-describedby", "").split()
        assert question.help in text_of(with_id(page, f"help-{id}"))
        fields = list(fieldset.iter("input"))
        assert {field.get("name") for field in fields} == {id}
        assert {field.get("type") for field in fields} == {"radio" if question.kind == "one" else "checkbox"}
        assert [field.get("value") for field in fields if field.get("value")] == list(question.option_ids)


async def test_not_sure_is_a_choice_where_one_choice_is_asked_and_the_question_is_optional(
    client: httpx.AsyncClient,
) -> None:
    page = await page_at(client, "/")
    for id, question in shipped_rules().questions.items():
        unsure = [field for field in with_id(page, f"question-{id}").iter("input") if not field.get("value")]
        assert len(unsure) == (question.kind == "one" and not question.core)
        assert all("checked" in field.attrib for field in unsure)
        if unsure:
            label = next(label for label in page.iter("label") if label.get("for") == unsure[0].get("id"))
            assert text_of(label) == "Not sure"


async def test_an_empty_form_gets_a_message_at_each_required_question(client: httpx.AsyncClient) -> None:
    page = await page_at(client, "/advice", status=422)
    for id in CORE:
        assert with_id(page, f"problem-{id}").text
        assert f"problem-{id}" in with_id(page, f"question-{id}").get("aria-describedby", "")
    assert len(with_class(page, "problem")) == len(CORE)


BAD_ANSWERS = [
    ("language", ["klingon"]),
    ("language", ["python", "java"]),
    ("language", []),
    ("deployment", []),
    ("deployment", ["mobile", "moon"]),
    ("goal", [SCRIPT]),
    ("experience", ["wizard"]),
    ("needs", ["speed", "luck"]),
    ("codebase", ["keras", "pytorch"]),
]


@pytest.mark.parametrize(("question", "options"), BAD_ANSWERS)
async def test_a_bad_answer_is_a_message_at_its_question_and_keeps_the_others(
    client: httpx.AsyncClient, question: str, options: list[str]
) -> None:
    raw = RICH | {question: options}
    page = await page_at(client, advice_address(raw, "documents"), status=422)
    fieldset = with_id(page, f"question-{question}")
    assert text_of(with_id(fieldset, f"problem-{question}"))
    assert f"problem-{question}" in fieldset.get("aria-describedby", "").split()
    assert len(with_class(page, "problem")) == 1

    summary = next(element for element in page.iter() if element.get("role") == "alert")
    assert [link.get("href") for link in summary.iter("a")] == [f"#question-{question}"]

    kept = chosen_in(page)
    assert {key: kept[key] for key in RICH if key != question} == {k: v for k, v in RICH.items() if k != question}
    assert set(kept.get(question, [])) <= set(shipped_rules().questions[question].option_ids)
    assert kept["policy"] == ["documents"]
    assert "open" in only(form_of(page), "details").attrib


async def test_several_bad_answers_are_all_named_at_once(client: httpx.AsyncClient) -> None:
    page = await page_at(client, "/advice?language=klingon&goal=fame&deployment=mobile&policy=tomorrow", status=422)
    assert {element.get("id") for element in with_class(page, "problem")} == {
        "problem-language",
        "problem-data_type",
        "problem-goal",
    }
    summary = next(element for element in page.iter() if element.get("role") == "alert")
    assert len(list(summary.iter("li"))) == 4
    assert "policy" in text_of(summary)
    assert chosen_in(page)["deployment"] == ["mobile"]


async def test_a_program_gets_the_same_problems_as_problem_details(client: httpx.AsyncClient) -> None:
    response = await client.get("/advice?language=klingon&deployment=mobile&data_type=images&policy=x")
    assert response.status_code == 422
    assert problem_fields(response) == ["language", "goal", "policy"]


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_form_that_is_sent_ends_at_the_permalink(client: httpx.AsyncClient, policy: str) -> None:
    """As a browser sends it: with the empty fields of "not sure", which a redirect drops."""
    for raw in SAMPLE[:20]:
        page = await page_at(client, advice_address(raw, policy, "/"))
        sent = form_values(form_of(page))
        answered = await client.get(f"/advice?{urlencode(sent)}", headers=HTML)
        permalink = (await advice_from_api(client, raw, policy))["permalink"]
        if any(value == "" for _, value in sent):
            assert (answered.status_code, answered.headers["location"]) == (303, permalink)
        else:
            assert answered.status_code == 200
        hidden = {("policy", policy)} if policy == "documents" else set()
        assert set(pairs_of(chosen_in(page))) == set(pairs_of(raw)) | hidden


async def test_an_address_with_empty_fields_redirects_to_one_without(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{advice_address(CORE)}&experience=&control=&policy=", headers=HTML)
    assert response.status_code == 303
    assert response.headers["location"] == advice_address(CORE)
