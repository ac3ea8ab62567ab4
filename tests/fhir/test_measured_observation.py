"""Measurements as Observations: value, limits, interpretation, z and centile; found and valid."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from r4 import faults_by_definitions, faults_by_models

from alliance import STUDY_UID, Alliance
from tongying.web.measurements.store import Asked, Entry, enter, strike
from tongying.web.people.store import viewer_of_login

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 1)


@pytest.fixture
def measured(world: Alliance) -> dict[str, str]:
    zhang = viewer_of_login("zhang")
    case = Asked(case=world.case)
    on_study = Asked(study=STUDY_UID)
    entries = {
        "head": Entry(case, "head-circumference", 486.0, "mm", measured_on=ON),
        "spleen": Entry(on_study, "spleen-length", 9.5, "cm"),
        "kidney": Entry(on_study, "kidney-length", 62.0, "mm", side="R", tool="caliper"),
        "struck": Entry(on_study, "spleen-length", 7.5, "cm"),
    }
    codes = {name: enter(zhang, entry) for name, entry in entries.items()}
    strike(zhang, codes["struck"], "wrong child")
    return {name: f"measured-{code}" for name, code in codes.items()}


def get(world: Alliance, login: str, path: str) -> Any:
    return Client().get(f"/fhir/{path}", headers=world.bearer(login))


def found(world: Alliance, query: str, login: str = "zhang") -> set[str]:
    bundle = get(world, login, f"Observation?{query}").json()
    return {entry["resource"]["id"] for entry in bundle.get("entry", [])}


def component(resource: dict[str, Any], code: str) -> float:
    (value,) = [
        one["valueQuantity"]["value"]
        for one in resource["component"]
        if one["code"]["coding"][0]["code"] == code
    ]
    return float(value)


def test_a_score_is_told_with_limits_interpretation_z_and_centile(
    world: Alliance, measured: dict[str, str]
) -> None:
    head = get(world, "li", f"Observation/{measured['head']}").json()
    assert head["status"] == "final"
    assert head["valueQuantity"] == {
        "value": 48.6,
        "unit": "cm",
        "system": "http://unitsofmeasure.org",
        "code": "cm",
    }
    codes = {one["code"] for one in head["code"]["coding"]}
    assert codes == {"9843-4", "head-circumference"}
    assert head["effectiveDateTime"] == "2026-03-01"
    assert head["basedOn"] == [{"reference": f"ServiceRequest/{world.case}"}]
    (limits,) = head["referenceRange"]
    assert limits["low"]["value"] < 48.6 < limits["high"]["value"]
    assert limits["age"]["low"] == limits["age"]["high"]
    assert limits["appliesTo"][1]["coding"][0]["code"] in {"248153007", "248152002"}
    assert head["interpretation"][0]["coding"][0]["code"] == "N"
    assert abs(component(head, "121416")) < 1.96
    assert 2.5 < component(head, "121415") < 97.5
    assert any("china-2013.head-circumference@1" in one["text"] for one in head["note"])


def test_a_refusal_and_a_strike_are_told(world: Alliance, measured: dict[str, str]) -> None:
    kidney = get(world, "zhang", f"Observation/{measured['kidney']}").json()
    assert kidney["bodySite"]["text"] == "Kidney, right"
    assert kidney["partOf"] == [{"reference": f"ImagingStudy/{world.study}"}]
    assert kidney["method"]["text"] == "caliper"
    struck = get(world, "zhang", f"Observation/{measured['struck']}").json()
    assert struck["status"] == "entered-in-error"
    assert struck["note"][0]["text"] == "Struck: wrong child"


def test_it_is_found_by_patient_code_date_status_and_case(
    world: Alliance, measured: dict[str, str]
) -> None:
    every = set(measured.values())
    of_child = found(world, f"patient={world.child}")
    assert every < of_child
    assert {f"{world.case}-weight", f"{world.case}-height"} <= of_child
    ours = "urn:x-tongying:measure|"
    for query, names in (
        (f"code={ours}spleen-length", {"spleen", "struck"}),
        (f"code={ours}spleen-length&status=final", {"spleen"}),
        ("code=http://loinc.org|9843-4", {"head"}),
        ("code=kidney-length&date=2026-03-01", {"kidney"}),
        ("code=kidney-length&date=2026-03-02", set()),
        ("status=entered-in-error", {"struck"}),
        (f"_id={measured['head']}", {"head"}),
        (f"based-on={world.case}&code=head-circumference", {"head"}),
    ):
        assert found(world, query) == {measured[name] for name in names}, query
    seen: list[str] = []
    for offset in range(0, 12, 2):
        page = get(world, "zhang", f"Observation?_count=2&_offset={offset}&_sort=-date").json()
        seen += [entry["resource"]["id"] for entry in page.get("entry", [])]
    assert len(seen) == len(set(seen)) == page["total"]


def test_what_one_does_not_see_does_not_exist(world: Alliance, measured: dict[str, str]) -> None:
    for login in ("stranger", "wang"):
        for id_ in measured.values():
            assert get(world, login, f"Observation/{id_}").status_code == 404
        assert not found(world, f"patient={world.child}", login)


def test_they_are_valid_r4(world: Alliance, measured: dict[str, str]) -> None:
    resources = [get(world, "zhang", f"Observation/{one}").json() for one in measured.values()]
    assert faults_by_models(resources) == []
    assert faults_by_definitions(resources) == []
