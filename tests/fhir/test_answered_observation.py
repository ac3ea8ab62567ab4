"""Signed structured answers as Observations: one component an answer; found, valid, private."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from r4 import faults_by_definitions, faults_by_models

from alliance import Alliance
from tongying.consult.desk import Opinion
from tongying.consult.states import Move
from tongying.web.cases import store as cases
from tongying.web.pathways.answering import Part, kept, write
from tongying.web.pathways.library import on_offer_for
from tongying.web.pathways.models import CasePathway, StructuredAnswer
from tongying.web.people.store import viewer_of_login

pytestmark = pytest.mark.django_db
TEXT = """\
pathway: knee-pain
version: 1
name: {en: Painful knee, zh: 膝关节疼痛}
specialty: bone
keywords: [knee]
sources: ["An example of the tests."]
intake:
  - {id: birth-date, words: {en: Date of birth, zh: 出生日期}, fact: birth-date}
report:
  - id: joint
    words: {en: Joint, zh: 关节}
    fields:
      - id: depth
        kind: number
        sides: yes
        unit: mm
        low: 0
        high: 40
        words: {en: Depth, zh: 深度}
      - id: effusion
        kind: choice
        words: {en: Effusion, zh: 积液}
        options: [{id: none, en: none, zh: 无}, {id: some, en: some, zh: 有}]
      - {id: in-words, kind: text, words: {en: In words, zh: 描述}}
"""


@pytest.fixture
def answered(world: Alliance) -> str:
    """Answer and sign an amendment; return the resource id."""
    from tongying.web.pathways.library import add

    expert = viewer_of_login("li")
    pathway = add(expert, TEXT)
    (mine,) = [one for one in on_offer_for(expert) if one.number is not None]
    row = cases.cases_for(expert).get(pk=world.case)
    CasePathway.objects.create(
        case=row,
        pathway=pathway.id,
        version=1,
        digest=pathway.digest,
        text=mine.text,
        chosen_by_id=expert.user,
        chosen_at=row.changed_at,
    )
    revision = kept(expert, world.case, Part.REPORT).revision
    answers = {"depth.L": "4.5", "effusion": "some", "in-words": "少量积液"}
    write(expert, world.case, Part.REPORT, answers, revision=revision)
    opinion = Opinion("是。", "", "复查")
    world.act("li", Move.AMEND, opinion=opinion, reason="补充结构化报告")
    return f"answered-{StructuredAnswer.objects.get().pk}"


def get(world: Alliance, login: str, path: str) -> Any:
    return Client().get(f"/fhir/{path}", headers=world.bearer(login))


def found(world: Alliance, query: str, login: str = "zhang") -> set[str]:
    bundle = get(world, login, f"Observation?{query}").json()
    return {entry["resource"]["id"] for entry in bundle.get("entry", [])}


def test_each_answer_is_a_component(world: Alliance, answered: str) -> None:
    resource = get(world, "zhang", f"Observation/{answered}").json()
    assert resource["status"] == "amended"
    assert resource["code"]["coding"][0]["code"] == "knee-pain"
    assert resource["basedOn"] == [{"reference": f"ServiceRequest/{world.case}"}]
    assert resource["effectiveDateTime"] == "2026-03-01"
    depth, effusion, words = resource["component"]
    assert depth["code"]["coding"][0]["code"] == "knee-pain.depth.L"
    assert (depth["valueQuantity"]["value"], depth["valueQuantity"]["code"]) == (4.5, "mm")
    assert effusion["valueCodeableConcept"]["coding"][0]["code"] == "knee-pain.effusion=some"
    assert words["valueString"] == "少量积液"
    assert faults_by_models([resource]) == []
    assert faults_by_definitions([resource]) == []


def test_it_is_found_by_what_it_is_and_whose(world: Alliance, answered: str) -> None:
    for query in (
        "",
        "code=knee-pain",
        f"patient={world.child}",
        f"based-on={world.case}",
        "date=2026-03-01",
        "status=amended",
        f"_id={answered}",
        "_sort=-date",
    ):
        assert answered in found(world, query), query
    for query in ("code=hip", "date=2026-03-02", "status=final", "_id=answered-x"):
        assert answered not in found(world, query), query


def test_strangers_and_drafts_find_none(world: Alliance, answered: str) -> None:
    assert get(world, "stranger", f"Observation/{answered}").status_code == 404
    assert answered not in found(world, "", "stranger")
    StructuredAnswer.objects.update(opinion=None)
    assert get(world, "li", f"Observation/{answered}").status_code == 404
