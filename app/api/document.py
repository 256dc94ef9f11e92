"""The OpenAPI document, with the values that only the rules and the catalogue of probes know."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.advice.model.priorities import MOST
from app.knowledge.ledger import choices
from app.knowledge.models import Question
from app.knowledge.precedent_filter import precedent_choices
from app.runs.models import EVERYTHING
from app.web.problems import Problem
from app.web.service import Service

Schema = dict[str, Any]


def operation_id(route: APIRoute) -> str:
    """The operation id of a route is the name of its function. Generated clients name their functions after it."""
    return route.name


def complete_document(app: FastAPI, service: Service) -> None:
    """Complete the application's document. It is made once, on the first request for it."""
    plain: Callable[[], Schema] = app.openapi

    def openapi() -> Schema:
        if app.openapi_schema is None:
            document = plain()
            _add_problems(document["components"]["schemas"])
            _add_values(document, service)
        return plain()

    app.openapi = openapi  # type: ignore[method-assign]


def _add_problems(schemas: Schema) -> None:
    """Add the schema of problem details, which the routes refer to."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}) | {"Problem": problem})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)


def _add_values(document: Schema, service: Service) -> None:
    knowledge, schemas = service.knowledge, document["components"]["schemas"]
    advice, run = schemas["AdviceRequest"]["properties"], schemas["RunRequest"]["properties"]
    advice["answers"].update(_answers(knowledge.questions.values()))
    factor = {"type": "number", "minimum": 0, "maximum": MOST}
    advice["priorities"].update(_only(dict.fromkeys(knowledge.criteria, factor)))
    run["probe"]["enum"] = [*service.runs.catalogue.probes, EVERYTHING]
    for path, known in (("claims", choices(knowledge)), ("precedents", precedent_choices(knowledge))):
        for parameter in document["paths"][f"/api/v1/{path}"]["get"]["parameters"]:
            if parameter["name"] in known:
                parameter["schema"] = {"type": "string", "enum": ["", *known[parameter["name"]]]}


def _answers(questions: Iterable[Question]) -> Schema:
    """The schema of the input of `app.advice.model.answers.parse_answers`; an empty text is no answer."""
    questions = list(questions)
    properties = {question.id: _answer(question) for question in questions}
    return {**_only(properties), "required": [question.id for question in questions if question.core]}


def _answer(question: Question) -> Schema:
    options, least = list(question.option_ids), int(question.core)
    text: Schema = {"type": "string", "enum": options if least else [*options, ""]}
    if question.kind == "many":
        lists = [{"type": "array", "items": {"enum": options}, "minItems": least}]
    else:  # the same option twice is one option
        lists = [{"type": "array", "items": {"const": option}, "minItems": least} for option in options]
    return {"description": question.ask, "anyOf": [text, *lists]}


def _only(properties: Mapping[str, Schema]) -> Schema:
    return {"properties": dict(properties), "additionalProperties": False}
