"""Reference values and measurements over the API: scores, refusals as problems, many at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from alliance import STUDY_UID, Alliance
from tongying.norms.catalogue.loading import catalogue

pytestmark = pytest.mark.django_db
BOY = {"born": "2024-03-01", "sex": "M"}
HEAD: dict[str, Any] = {
    "measure": "head-circumference",
    "value": 486,
    "unit": "mm",
    "on": "2026-03-01",
    "child": BOY,
}
NORM = "china-2013.head-circumference@1"


def call(world: Alliance, login: str, method: str, path: str, body: object = None) -> HttpResponse:
    data = "" if body is None else json.dumps(body)
    headers = world.bearer(login)
    return Client().generic(method, f"/api/{path}", data, "application/json", headers=headers)


def test_the_catalogue_names_population_method_and_range(world: Alliance) -> None:
    every = call(world, "zhang", "GET", "norms").json()["items"]
    assert {one["id"] for one in every} >= set(catalogue())
    some = call(world, "zhang", "GET", "norms?measure=head-circumference").json()["items"]
    (norm,) = [one for one in some if one["id"] == NORM]
    assert (norm["country"], norm["foreign"], norm["unit"]) == ("CN", False, "cm")
    assert set(norm["ranges"]) == {"F", "M"}
    assert norm["axis_unit"] == "d"
    assert {one["measure"] for one in some} == {"head-circumference"}
    assert call(world, "zhang", "GET", "norms?measure=nose").json()["items"] == []


def test_one_value_is_scored_as_the_core_scores_it(world: Alliance) -> None:
    found = call(world, "zhang", "POST", "norms/score", HEAD)
    assert found.status_code == 200
    score = found.json()
    assert score["norm"] == NORM
    assert score["value"] == pytest.approx(48.6)
    assert score["position"] == "within"
    assert 0 < score["centile"] < 100
    assert {one["code"] for one in score["caveats"]} >= {"norms.unsigned"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"measure": "nose"}, "norms.measure-unknown"),
        ({"unit": "kg"}, "norms.unit-mismatch"),
        ({"value": 4860}, "norms.value-impossible"),
        ({"child": BOY | {"sex": "1"}}, "norms.sex-refused"),
        ({"child": BOY | {"sex": None}}, "norms.sex-unknown"),
        ({"child": {"sex": "M"}}, "norms.age-unknown"),
        ({"child": BOY | {"born": "2000-01-01"}}, "norms.age-outside"),
        ({"norm": "china-2013.height@1"}, "norms.measure-mismatch"),
        ({"norm": "nobody.nothing@1"}, "norms.norm-unknown"),
    ],
)
def test_a_refusal_is_a_problem_with_its_code(
    world: Alliance, changes: dict[str, Any], code: str
) -> None:
    refused = call(world, "zhang", "POST", "norms/score", HEAD | changes)
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == code
    many = call(world, "zhang", "POST", "norms/score/bulk", {"items": [HEAD, HEAD | changes]})
    assert many.status_code == 200
    first, second = many.json()["items"]
    assert first["score"]["norm"] == NORM and first["refusal"] is None
    assert second["score"] is None
    assert second["refusal"]["code"] == code
    assert second["refusal"]["title"] == refused.json()["title"]


def test_how_many_at_once_is_limited(world: Alliance) -> None:
    assert call(world, "zhang", "POST", "norms/score/bulk", {"items": []}).status_code == 400
    many = {"items": [HEAD] * 1001}
    assert call(world, "zhang", "POST", "norms/score/bulk", many).status_code == 400
    assert Client().post("/api/norms/score", HEAD, "application/json").status_code == 401


def test_a_measurement_is_entered_read_and_struck(world: Alliance) -> None:
    body = {"study": STUDY_UID, "measure": "spleen-length", "value": 7.5, "unit": "cm"}
    made = call(world, "zhang", "POST", "measurements", body)
    assert made.status_code == 201
    one = made.json()
    assert (one["study"], one["measured_on"], one["source"]) == (STUDY_UID, "2026-03-01", "typed")
    assert (one["score"] is None) != (one["refusal"] is None)
    for query in (f"study={STUDY_UID}", f"child={world.child}", f"case={world.case}"):
        (listed,) = call(world, "li", "GET", f"measurements?{query}").json()["items"]
        assert listed == one, query
        assert call(world, "stranger", "GET", f"measurements?{query}").status_code == 404
    path = f"measurements/{one['code']}/strike"
    assert call(world, "li", "POST", path, {"reason": "x"}).status_code == 403
    assert call(world, "stranger", "POST", path, {"reason": "x"}).status_code == 404
    assert call(world, "zhang", "POST", path, {"reason": " "}).status_code == 400
    struck = call(world, "zhang", "POST", path, {"reason": "wrong child"}).json()
    assert struck["struck"]["reason"] == "wrong child"
    assert call(world, "zhang", "POST", path, {"reason": "again"}).status_code == 409


@pytest.mark.parametrize("query", ["", f"study={STUDY_UID}&case=1", "child=0", "case=x"])
def test_whose_measurements_must_be_said(world: Alliance, query: str) -> None:
    assert call(world, "zhang", "GET", f"measurements?{query}").status_code == 400


def test_a_wrong_measurement_is_refused(world: Alliance) -> None:
    body = {"study": STUDY_UID, "measure": "spleen-length", "value": 750, "unit": "cm"}
    refused = call(world, "zhang", "POST", "measurements", body)
    assert (refused.status_code, refused.json()["code"]) == (400, "measurement.refused")
