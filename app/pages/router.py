"""All pages under one router."""

from fastapi import APIRouter

from app.pages import (
    advice,
    claim,
    claims,
    decision_record,
    docs,
    methodology,
    paths,
    precedents,
    probes,
    questionnaire,
    runs,
    sources,
    verdicts,
)
from app.pages import map as answer_map

pages = APIRouter(include_in_schema=False)

for feature in (
    questionnaire,
    advice,
    decision_record,
    answer_map,
    paths,
    claims,
    claim,
    precedents,
    sources,
    methodology,
    docs,
    probes,
    verdicts,
    runs,
):
    pages.include_router(feature.router)
