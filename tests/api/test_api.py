"""The JSON API end to end: a case by program, who may what, and how it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from alliance import BARE_UID, FOREIGN_UID, PRIOR_UID, STUDY_UID, Alliance
from tongying.web.people.models import Member

QUESTION = {
    "text": "骨折?",
    "provisional_diagnosis": "骨折",
    "confidence": "unsure",
    "urgency": "emergency",
    "weight_kg": 9.5,
    "measured_on": "2026-03-01",
}


def call(world: Alliance, login: str, method: str, path: str, body: object = None) -> Any:
    return Client().generic(
        method,
        f"/api/{path}",
        "" if body is None else json.dumps(body),
        "application/json",
        headers=world.bearer(login),
    )


def get(world: Alliance, login: str, path: str) -> Any:
    return call(world, login, "GET", path)


def refusal(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem.keys() == {"type", "title", "status", "code"}
    assert problem["status"] == response.status_code
    assert problem["title"]
    return response.status_code, problem["code"]


def routes(world: Alliance) -> list[tuple[str, str, object]]:
    """Every operation with a body that is right for it."""
    return [
        ("GET", "me", None),
        ("GET", "studies", None),
        ("GET", "cases", None),
        ("POST", "cases", {"study": STUDY_UID}),
        ("GET", f"cases/{world.case}", None),
        ("PUT", f"cases/{world.draft}/question", QUESTION),
        ("POST", f"cases/{world.case}/moves/acknowledge", {}),
    ]


def schema() -> dict[str, Any]:
    response = Client().get("/api/openapi.json")
    assert response.status_code == 200
    return response.json()


def test_me(world: Alliance) -> None:
    assert get(world, "zhang", "me").json() == {
        "id": world.members["zhang"],
        "login": "zhang",
        "hospital": "COUNTY_1",
        "role": "requester",
    }


def test_nobody_gets_nothing(world: Alliance) -> None:
    for method, path, body in routes(world):
        data = "" if body is None else json.dumps(body)
        response = Client().generic(method, f"/api/{path}", data, "application/json")
        assert refusal(response) == (401, "login.needed"), path
        assert response["WWW-Authenticate"] == "Bearer"


def test_a_wrong_token_is_refused(world: Alliance) -> None:
    for word in ("Bearer", "bearer"):
        headers = {"Authorization": f"{word} wrong"}
        assert Client().get("/api/me", headers=headers).status_code == 401


def test_a_session_reads_and_needs_a_csrf_token_to_write(world: Alliance) -> None:
    client = Client(enforce_csrf_checks=True)
    member = Member.objects.get(login="zhang")
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/me").json()["login"] == "zhang"
    address = f"/api/cases/{world.draft}/question"
    bare = client.put(address, QUESTION, "application/json")
    assert refusal(bare) == (403, "csrf.missing")
    disguised = client.put(
        address, QUESTION, "application/json", headers={"Authorization": "bearer x"}
    )
    assert disguised.status_code == 403
    token = "a" * 32
    client.cookies[settings.CSRF_COOKIE_NAME] = token
    passed = client.put(address, QUESTION, "application/json", headers={"X-CSRFToken": token})
    assert passed.status_code == 200


def test_studies(world: Alliance) -> None:
    page = get(world, "zhang", "studies").json()
    assert [one["uid"] for one in page["items"]] == [STUDY_UID, PRIOR_UID, BARE_UID]
    assert (page["total"], page["offset"], page["limit"]) == (3, 0, 100)
    first, _, last = page["items"]
    assert first["child"]["name"] == "王小明"
    assert first["child"]["age"] == {
        "days": 731,
        "months": 24,
        "english": "2 y",
        "chinese": "2 岁",
    }
    unknown = last["child"]
    assert (unknown["sex"], unknown["birth_date"], unknown["age"], unknown["local_id"]) == (
        None,
        None,
        None,
        None,
    )
    second = get(world, "zhang", "studies?limit=1&offset=1").json()
    assert [one["uid"] for one in second["items"]] == [PRIOR_UID]
    for text, wanted in (
        ("王小明", [STUDY_UID, PRIOR_UID]),
        ("wxm A1", [STUDY_UID]),
        ("00123", [STUDY_UID, PRIOR_UID]),
        (BARE_UID, [BARE_UID]),
        ("nobody", []),
    ):
        items = get(world, "zhang", f"studies?text={text}").json()["items"]
        assert [one["uid"] for one in items] == wanted, text


def test_studies_of_others_are_not_there(world: Alliance) -> None:
    for login, wanted in (
        ("stranger", [FOREIGN_UID]),
        ("li", [STUDY_UID, PRIOR_UID]),
        ("wang", []),
    ):
        items = get(world, login, "studies").json()["items"]
        assert [one["uid"] for one in items] == wanted, login


def test_cases(world: Alliance) -> None:
    page = get(world, "zhang", "cases").json()
    assert {one["id"] for one in page["items"]} == {world.case, world.draft}
    assert page["counts"]["all"] == 2
    (signed,) = get(world, "zhang", "cases?tab=signed").json()["items"]
    assert (signed["state"], signed["mine"]) == ("signed", True)
    assert (signed["urgency"], signed["modalities"]) == ("urgent", ["MR"])
    assert get(world, "zhang", "cases?text=无此").json()["items"] == []
    assert get(world, "stranger", "cases").json()["items"] == []
    assert [one["id"] for one in get(world, "tech", "cases").json()["items"]] == [world.case]


def test_a_case_for_those_on_it(world: Alliance) -> None:
    for login, moves in (
        ("zhang", ["acknowledge"]),
        ("tech", []),
        ("desk", []),
        ("li", ["amend"]),
    ):
        shown = get(world, login, f"cases/{world.case}").json()
        assert shown["moves"] == moves
        assert shown["question"]["weight_kg"] == 12.5
        assert shown["opinions"][0]["answer"] == "是。"
        assert {one["kind"] for one in shown["opinions"][0]["documents"]} == {"pdf-zh", "pdf-en"}
        assert [one["uid"] for one in shown["studies"]] == [STUDY_UID, PRIOR_UID]
        assert (shown["draft"]["answer"] != "") == (login == "li")


@pytest.mark.parametrize("login", ["stranger", "wang"])
def test_a_case_of_others_is_not_there(world: Alliance, login: str) -> None:
    case = f"cases/{world.case}"
    assert refusal(get(world, login, case)) == (404, "case.not-found")
    assert refusal(call(world, login, "PUT", f"{case}/question", QUESTION))[0] == 404
    for move in ("acknowledge", "sign", "assign"):
        assert refusal(call(world, login, "POST", f"{case}/moves/{move}", {}))[0] == 404
    begun = call(world, login, "POST", "cases", {"study": STUDY_UID})
    assert refusal(begun) == (404, "archive.not-found")


def test_a_draft_is_its_authors_alone(world: Alliance) -> None:
    draft = f"cases/{world.draft}"
    assert get(world, "zhang", draft).status_code == 200
    for login in ("tech", "desk", "li", "stranger"):
        assert refusal(get(world, login, draft)) == (404, "case.not-found")


def test_a_bad_id(world: Alliance) -> None:
    for bad in ("0", "-1", "x", str(2**64), "1.5"):
        response = get(world, "zhang", f"cases/{bad}")
        assert refusal(response)[0] in (400, 404), bad
    assert refusal(get(world, "zhang", "cases/999999")) == (404, "case.not-found")
    move = call(world, "zhang", "POST", f"cases/{world.case}/moves/fly", {})
    assert refusal(move) == (400, "input.bad")
    begun = call(world, "zhang", "POST", "cases", {"study": "1.2.3"})
    assert refusal(begun) == (404, "archive.not-found")
    assert refusal(get(world, "zhang", "nowhere")) == (404, "object.not-found")


def test_a_whole_case_by_program(world: Alliance) -> None:
    begun = call(world, "zhang", "POST", "cases", {"study": PRIOR_UID})
    assert begun.status_code == 201
    case = begun.json()
    place = f"cases/{case['id']}"
    again = call(world, "zhang", "POST", "cases", {"study": PRIOR_UID}).json()
    assert again["id"] == case["id"]

    def move(login: str, name: str, **brings: object) -> Any:
        return call(world, login, "POST", f"{place}/moves/{name}", brings)

    assert refusal(move("zhang", "submit")) == (400, "case.question")
    written = call(
        world, "zhang", "PUT", f"{place}/question", {**QUESTION, "revision": case["revision"]}
    )
    assert written.json()["question"]["weight_kg"] == 9.5
    stale = call(
        world, "zhang", "PUT", f"{place}/question", {**QUESTION, "revision": case["revision"]}
    )
    assert refusal(stale) == (409, "case.stale")
    assert move("zhang", "submit").json()["state"] == "submitted"
    assert refusal(move("zhang", "submit")) == (409, "case.out-of-place")
    assert refusal(move("zhang", "assign", assignee=world.members["li"])) == (403, "case.not-yours")
    assert refusal(move("desk", "assign")) == (400, "case.assignee-missing")
    stranger = world.members["stranger"]
    assert refusal(move("desk", "assign", assignee=stranger)) == (400, "case.assignee")
    assigned = move("desk", "assign", assignee=world.members["wang"]).json()
    assert assigned["assignee"]["id"] == world.members["wang"]
    assert move("wang", "accept").json()["state"] == "reading"
    opinion = {"answer": "无骨折。", "findings": "", "advice": "随访"}
    assert move("wang", "write", opinion=opinion).json()["draft"] == opinion
    assert refusal(move("wang", "sign")) == (400, "case.answer-missing")
    signed = move("wang", "sign", opinion=opinion).json()
    assert (signed["state"], signed["opinions"][0]["version"]) == ("signed", 1)
    assert refusal(move("wang", "amend", opinion=opinion)) == (400, "case.reason-missing")
    amended = move("wang", "amend", opinion={"answer": "有骨折。"}, reason="复核").json()
    assert [one["version"] for one in amended["opinions"]] == [2, 1]
    done = move("zhang", "acknowledge").json()
    assert done["state"] == "acknowledged"
    assert done["moves"] == []
    assert done["opinions"][0]["acknowledged_by"] == "zhang 医生"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "cases", "not json"),
        ("POST", "cases", {}),
        ("POST", "cases", {"study": 5}),
        ("PUT", "cases/{draft}/question", {"weight_kg": "heavy"}),
        ("PUT", "cases/{draft}/question", {"urgency": "soon"}),
        ("PUT", "cases/{draft}/question", {"weight_kg": 9.5}),
        ("PUT", "cases/{draft}/question", {"weight_kg": 0.1, "measured_on": "2026-01-01"}),
        ("PUT", "cases/{draft}/question", {"weight_kg": float("nan")}),
        ("PUT", "cases/{draft}/question", {"text": "a\0b"}),
        ("PUT", "cases/{draft}/question", '{"text": "\\ud800"}'),
        ("GET", "studies?text=%00", None),
        ("GET", "cases?limit=0", None),
        ("GET", "cases?tab=none", None),
        ("GET", "studies?offset=-1", None),
    ],
)
def test_bad_input_is_named(world: Alliance, method: str, path: str, body: object) -> None:
    data = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    response = Client().generic(
        method,
        "/api/" + path.format(draft=world.draft),
        data,
        "application/json",
        headers=world.bearer("zhang"),
    )
    assert refusal(response)[0] == 400
    assert "heavy" not in response.json()["title"]


def test_the_schema_is_complete() -> None:
    found = schema()
    assert found["openapi"].startswith("3.1")
    operations = {
        (method.upper(), path.removeprefix("/api/"))
        for path, methods in found["paths"].items()
        for method in methods
    }
    assert operations == {
        ("GET", "me"),
        ("GET", "studies"),
        ("GET", "cases"),
        ("POST", "cases"),
        ("GET", "cases/{case_id}"),
        ("PUT", "cases/{case_id}/question"),
        ("POST", "cases/{case_id}/moves/{move}"),
        ("POST", "fusions"),
        ("GET", "fusions/{code}"),
        ("POST", "fusions/{code}/cancel"),
        ("GET", "norms"),
        ("POST", "norms/score"),
        ("POST", "norms/score/bulk"),
        ("GET", "measurements"),
        ("POST", "measurements"),
        ("POST", "measurements/{code}/strike"),
        ("GET", "ai/models"),
        ("GET", "ai/studies/{study}/runs"),
        ("POST", "ai/studies/{study}/runs"),
        ("GET", "ai/studies/{study}/events"),
        ("POST", "ai/runs/{code}/again"),
        ("POST", "ai/runs/{code}/cancel"),
        ("GET", "measure/recipes"),
        ("POST", "measure/preview"),
        ("POST", "measure/drawings"),
        ("GET", "measure/drawings/{code}"),
    }
    names = {one["type"] for one in found["components"]["securitySchemes"].values()}
    assert names == {"http", "apiKey"}
    defined = found["components"]["schemas"]
    for name, one in defined.items():
        assert one.get("description") or "enum" in one, name

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                assert value["$ref"].removeprefix("#/components/schemas/") in defined
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(found)
    for methods in found["paths"].values():
        for operation in methods.values():
            assert operation["security"]
            assert operation["summary"]
            assert "401" in operation["responses"]


def test_there_is_no_page_that_loads_scripts_from_elsewhere() -> None:
    assert Client().get("/api/docs").status_code == 404
