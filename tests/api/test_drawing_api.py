"""Measuring on images over the API: recipes, what marks would give, keeping and correcting."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from alliance import STUDY_UID, Alliance
from tongying.measure.registry import recipes
from tongying.web.measurements.models import DrawingRow
from tongying.web.records.models import Instance, InstanceMetadata

pytestmark = pytest.mark.django_db


def call(world: Alliance, login: str, method: str, path: str, body: object = None) -> HttpResponse:
    data = "" if body is None else json.dumps(body)
    headers = world.bearer(login)
    return Client().generic(method, f"/api/{path}", data, "application/json", headers=headers)


def drawing(**changes: Any) -> dict[str, Any]:
    """Return marks 60 mm apart on an image of the case's study, which gets a header first."""
    image = Instance.objects.filter(series__study__uid=STUDY_UID).select_related("series").first()
    assert image is not None
    Instance.objects.filter(pk=image.pk).update(frames=b"-")
    header = {
        "00080060": {"vr": "CS", "Value": ["MR"]},
        "00280010": {"vr": "US", "Value": [256]},
        "00280011": {"vr": "US", "Value": [256]},
        "00280030": {"vr": "DS", "Value": [0.5, 0.5]},
    }
    InstanceMetadata.objects.update_or_create(
        instance=image, defaults={"json": json.dumps(header).encode()}
    )
    given = {
        "study": STUDY_UID,
        "series": image.series.uid,
        "instance": image.uid,
        "recipe": "spleen-length",
        "marks": {"calipers": [[10.0, 10.0], [130.0, 10.0]]},
    }
    return given | changes


def test_recipes_say_their_steps_in_both_languages(world: Alliance) -> None:
    every = call(world, "zhang", "GET", "measure/recipes").json()["items"]
    assert [one["id"] for one in every] == list(recipes())
    sound = call(world, "zhang", "GET", "measure/recipes?modality=US").json()["items"]
    assert 0 < len(sound) < len(every)
    graf = next(one for one in sound if one["id"] == "graf")
    assert graf["sided"] == "one"
    assert all(step["english"] and step["chinese"] and step["mark"] for step in graf["steps"])


def test_a_preview_keeps_nothing_and_says_why_nothing_follows(world: Alliance) -> None:
    found = call(world, "zhang", "POST", "measure/preview", drawing(marks={})).json()
    assert found["measurements"] == []
    assert found["refusal"]["code"] == "measure.marks-missing"
    assert set(found["scale"]) == {
        *("column_mm", "row_mm", "aspect", "source", "caveats", "reason"),
    }
    assert not DrawingRow.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"recipe": "nose"}, 404),
        ({"study": "1.2.3"}, 404),
        ({"frame": 0}, 400),
        ({"side": "X"}, 400),
        ({"marks": {"calipers": [[1.0]]}}, 400),
        ({"marks": {"nose": [[1.0, 1.0]]}}, 400),
        ({"marks": {}}, 400),
        ({"replaces": "x"}, 404),
        ({"marks": {"calipers": [[1.0, 1.0], [999.0, 1.0]]}}, 400),
    ],
)
def test_what_is_no_drawing_is_refused(
    world: Alliance, changes: dict[str, Any], status: int
) -> None:
    answer = call(world, "zhang", "POST", "measure/drawings", drawing(**changes))
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not DrawingRow.objects.exists()


def test_a_drawing_is_kept_read_and_corrected(world: Alliance) -> None:
    shown = call(world, "zhang", "POST", "measure/preview", drawing()).json()
    assert [one["value"] for one in shown["measurements"]] == [6.0]
    assert shown["scale"]["column_mm"] == 0.5
    made = call(world, "zhang", "POST", "measure/drawings", drawing())
    assert made.status_code == 201
    one = made.json()
    (value,) = one["measurements"]
    assert (value["measure"], value["value"], value["source"]) == ("spleen-length", 6.0, "drawn")
    marks = {"calipers": [[10.0, 10.0], [150.0, 10.0]]}
    better = drawing(marks=marks, replaces=one["code"])
    other = call(world, "zhang", "POST", "measure/drawings", better).json()
    assert [each["value"] for each in other["measurements"]] == [7.0]
    old = call(world, "zhang", "GET", f"measure/drawings/{one['code']}").json()
    assert (old["measurements"], old["marks"]) == ([], drawing()["marks"])
    assert call(world, "stranger", "GET", f"measure/drawings/{one['code']}").status_code == 404


def test_an_object_without_a_picture_is_not_drawn_on(world: Alliance) -> None:
    body = drawing()
    Instance.objects.update(frames=None)
    answer = call(world, "zhang", "POST", "measure/drawings", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "dicom.no-pixel-data")


def test_a_stranger_neither_draws_nor_reads(world: Alliance) -> None:
    assert call(world, "stranger", "POST", "measure/drawings", drawing()).status_code == 404
    assert call(world, "stranger", "POST", "measure/preview", drawing()).status_code == 404
    assert call(world, "zhang", "GET", "measure/drawings/none").status_code == 404
