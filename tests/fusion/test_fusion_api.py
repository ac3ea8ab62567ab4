"""Fused pairs by program: ask, look, cancel, and how it refuses."""

from __future__ import annotations

import json
from typing import Any

import archive_world as world
import fusion_world as made
import pytest
from django.test import Client

from tongying.web.fusion import perform, store
from tongying.web.fusion.models import FusionRow
from tongying.web.people.store import issue_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people(db: None) -> None:
    made.build()


def call(login: str, method: str, path: str, body: object = None) -> Any:
    token = issue_token(login, actor="test")
    return Client().generic(
        method,
        f"/api/{path}",
        "" if body is None else json.dumps(body),
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_ask_look_cancel() -> None:
    answer = call("requester", "POST", "fusions", {"fixed": made.CT, "moving": made.PET})
    assert answer.status_code == 201
    asked = answer.json()
    assert (asked["state"], asked["method"], asked["verdict"]) == ("waiting", "auto", None)
    assert (asked["fixed"]["series_uid"], asked["moving"]["modality"]) == (made.CT, "PT")
    again = call("expert", "POST", "fusions", {"fixed": made.CT, "moving": made.PET}).json()
    assert again["code"] == asked["code"]
    path = f"fusions/{asked['code']}"
    row = FusionRow.objects.get()
    perform.begin(row.pk)
    perform.tell(row.job_id, 0.5, "register", 12)
    assert call("trainee", "GET", path).json()["progress"] == {
        "stage": "register",
        "percent": 50,
        "seconds": 12,
    }
    assert call("trainee", "POST", f"{path}/cancel").status_code == 403
    assert call("requester", "POST", f"{path}/cancel").status_code == 200
    perform.end_cancelled(row.pk)
    assert call("requester", "GET", path).json()["state"] == "cancelled"
    over = call("requester", "POST", f"{path}/cancel")
    assert (over.status_code, over.json()["code"]) == (409, "fusion.over")


def test_a_result_is_given_as_the_command_line_gives_it() -> None:
    row = made.asked()
    perform.begin(row.pk)
    matrix = [[1, 0, 0, 2.5], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    perform.end_done(
        row.pk,
        {"method": "rigid", "verdict": "look", "estimated_error_mm": 2.5, "matrix": matrix},
    )
    store.judge(world.viewer("expert"), row.code, "rejected", "移位")
    got = call("requester", "GET", f"fusions/{row.code}").json()
    assert (got["state"], got["verdict"], got["estimated_error_mm"]) == ("done", "look", 2.5)
    assert got["result"]["matrix"] == matrix
    assert got["judgement"]["judgement"] == "rejected"
    assert got["not_measured"] == "An expert rejected this fusion; nothing is measured on it."


@pytest.mark.parametrize(
    ("login", "body", "status", "code"),
    [
        ("requester", {"fixed": made.CT, "moving": made.CT}, 400, "fusion.pair-refused"),
        (
            "requester",
            {"fixed": made.CT, "moving": made.STRANGERS_CT},
            400,
            "fusion.different-children",
        ),
        ("requester", {"fixed": made.CT, "moving": made.SCOUT}, 400, "fusion.series-barred"),
        ("requester", {"fixed": made.CT, "moving": "1.2"}, 404, "archive.not-found"),
        ("requester", {"fixed": made.CT, "moving": made.PET, "case": 9}, 404, "case.not-found"),
        ("requester", {"fixed": made.CT}, 400, "input.bad"),
        ("requester", {"fixed": made.CT, "moving": made.PET, "method": "x"}, 400, "input.bad"),
        ("trainee", {"fixed": made.CT, "moving": made.PET}, 403, "fusion.not-yours"),
        ("stranger", {"fixed": made.CT, "moving": made.PET}, 404, "archive.not-found"),
    ],
)
def test_refusals(login: str, body: dict[str, Any], status: int, code: str) -> None:
    answer = call(login, "POST", "fusions", body)
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not FusionRow.objects.exists()


def test_a_stranger_and_nobody_learn_nothing() -> None:
    row = made.asked()
    assert call("stranger", "GET", f"fusions/{row.code}").status_code == 404
    assert call("stranger", "POST", f"fusions/{row.code}/cancel").status_code == 404
    assert Client().get(f"/api/fusions/{row.code}").status_code == 401
    paths = Client().get("/api/openapi.json").json()["paths"]
    assert {path for path in paths if "fusions" in path} == {
        "/api/fusions",
        "/api/fusions/{code}",
        "/api/fusions/{code}/cancel",
    }
