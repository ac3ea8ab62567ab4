"""Workitems that stand by themselves: created, changed, claimed, completed, cancelled, refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import ups_world
from django.test import Client
from pydicom.dataset import Dataset
from ups_world import TAGS, World, scheduled

from tongying.kernel.ids import new_uid
from tongying.web.trail.models import AuditRow
from tongying.web.workitems.dataset import element_of
from tongying.web.workitems.models import WorkItem
from tongying.web.workitems.requirements import (
    EMPTY_AT_CREATION,
    NESTED_TYPE_1,
    NOT_TO_UPDATE,
    PERFORMED_AT_COMPLETION,
    TYPE_1,
    TYPE_2,
)

UID = "2.25.1"

# PS3.4 table CC.2.5-3, N-CREATE 1/1, a second time by hand.
NEEDED = {
    "00404005": "ScheduledProcedureStepStartDateTime",
    "00404041": "InputReadinessState",
    "00741000": "ProcedureStepState",
    "00741200": "ScheduledProcedureStepPriority",
    "00741204": "ProcedureStepLabel",
}


@pytest.fixture
def world(db: None) -> World:
    return ups_world.build()


def create(world: World, who: str = "machine", uid: str = UID, **changes: Any) -> Any:
    return world.ask(who, "POST", f"workitems?{uid}", scheduled(**changes))


def test_every_keyword_is_in_the_data_dictionary() -> None:
    tables = (TYPE_1, TYPE_2, EMPTY_AT_CREATION, NOT_TO_UPDATE, PERFORMED_AT_COMPLETION)
    nested = [keyword for many in NESTED_TYPE_1.values() for keyword in many]
    for keyword in (*(one for table in tables for one in table), *NESTED_TYPE_1, *nested):
        element_of(keyword)
    assert set(TYPE_1) == set(NEEDED.values())


@pytest.mark.parametrize("who", ["machine", "desk", "expert"])
def test_a_workitem_is_created(world: World, who: str) -> None:
    response = create(world, who)
    assert (response.status_code, response.content) == (201, b"")
    assert response["Location"] == f"http://testserver/dicomweb/workitems/{UID}"
    assert response["Warning"] == (
        "299 http://testserver/dicomweb: The Workitem was created with modifications."
    )
    found = Dataset.from_json(world.get(who, UID))
    assert (found.ProcedureStepState, found.ProcedureStepLabel) == (
        "SCHEDULED",
        "分割 Segmentation",
    )
    assert found.WorklistLabel == "CHILD"
    assert all(keyword in found for keyword in (*TYPE_1, *TYPE_2))
    assert found.ScheduledProcedureStepModificationDateTime
    event = AuditRow.objects.filter(kind="workitem", action="create").get()
    assert (event.actor, event.target, event.hospital) == (who, UID, "CHILD")


def test_a_complete_one_is_created_as_it_is(world: World) -> None:
    everything = {element_of(keyword)[0]: {"vr": element_of(keyword)[1]} for keyword in TYPE_2}
    label = {"00741202": {"vr": "LO", "Value": ["AI"]}}
    response = create(world, **{**everything, **label})
    assert response.status_code == 201
    assert "Warning" not in response.headers


def test_the_uid_may_stand_in_the_body(world: World) -> None:
    for number, tag in enumerate(("00080018", "00001000")):
        uid = f"2.25.{number + 7}"
        body = [scheduled(**{tag: {"vr": "UI", "Value": [uid]}})]
        assert world.ask("machine", "POST", "workitems", body).status_code == 201
        assert "00001000" not in world.get("machine", uid)
    named = f"workitems?workitem={UID}"
    assert world.ask("machine", "POST", named, scheduled()).status_code == 201
    for address in ("workitems", "workitems?2.25.01", "workitems?workitem=x"):
        assert world.ask("machine", "POST", address, scheduled()).status_code == 400
    differs = scheduled(**{"00080018": {"vr": "UI", "Value": ["2.25.9"]}})
    assert world.ask("machine", "POST", "workitems?2.25.8", differs).status_code == 400


@pytest.mark.parametrize("who", ["author", "trainee"])
def test_who_may_not_create(world: World, who: str) -> None:
    assert create(world, who).status_code == 403
    assert Client().post(f"/dicomweb/workitems?{UID}").status_code == 401
    assert not WorkItem.objects.exists()


def test_one_uid_is_one_workitem(world: World) -> None:
    assert create(world).status_code == 201
    assert create(world).status_code == 409
    assert create(world, "stranger").status_code == 409
    assert WorkItem.objects.count() == 1


def test_it_is_the_hospitals_own(world: World) -> None:
    create(world)
    for who in ("desk", "expert", "second"):
        assert world.get(who, UID)
        assert len(world.found(who)) == 1
    for who in ("author", "tech", "stranger"):
        assert world.ask(who, "GET", f"workitems/{UID}").status_code == 404
        assert world.found(who) == []
        assert world.state(who, UID, "IN PROGRESS", new_uid()).status_code == 404
        assert world.cancel(who, UID).status_code == 404


@pytest.mark.parametrize("tag", NEEDED)
def test_a_type_1_attribute_is_needed(world: World, tag: str) -> None:
    body = scheduled()
    empty = {**body, tag: {"vr": body[tag]["vr"]}}
    del body[tag]
    for one in (body, empty):
        response = world.ask("machine", "POST", f"workitems?{UID}", one)
        assert response.status_code == 400
        assert NEEDED[tag] in response.json()["title"]
    assert not WorkItem.objects.exists()


CODE = {"00080100": {"vr": "SH", "Value": ["1"]}}
REFUSED_ELEMENTS = (
    {"00741000": {"vr": "CS", "Value": ["IN PROGRESS"]}},
    {"00741200": {"vr": "CS", "Value": ["STAT"]}},
    {"00404041": {"vr": "CS", "Value": ["SOON"]}},
    {"00081195": {"vr": "UI", "Value": ["2.25.5"]}},
    {"00080016": {"vr": "UI", "Value": ["1.2.840.10008.5.1.4.1.1.2"]}},
    {"00741002": {"vr": "SQ", "Value": [{"00741004": {"vr": "DS", "Value": [1]}}]}},
    {"00741216": {"vr": "SQ", "Value": [{"00404050": {"vr": "DT", "Value": ["2026"]}}]}},
    {"0040A370": {"vr": "SQ", "Value": [{"00080050": {"vr": "SH", "Value": ["A1"]}}]}},
    {"00404034": {"vr": "SQ", "Value": [{"00404009": {"vr": "SQ", "Value": [CODE]}}]}},
    {"00741204": {"vr": "SH", "Value": ["x"]}},
    {"00741204": {"vr": "LO", "Value": ["x" * 65]}},
    {"00741204": {"vr": "LO", "Value": [7]}},
    {"00741204": {"vr": "LO", "Value": ["a\u0000b"]}},
    {"00741204": {"vr": "LO", "Value": ["\ud800"]}},
    {"00741204": {"vr": "LO", "Value": "x"}},
    {"00741204": {"vr": "LO", "BulkDataURI": "http://x"}},
    {"00741204": {"Value": ["x"]}},
    {"00741204": ["x"]},
    {"00404005": {"vr": "DT", "Value": ["tomorrow"]}},
    {"00100030": {"vr": "DA", "Value": ["2024-02-29"]}},
    {"00100010": {"vr": "PN", "Value": ["Wang"]}},
    {"00100010": {"vr": "PN", "Value": [{"Latin": "Wang"}]}},
    {"7FE00010": {"vr": "OB", "InlineBinary": "AAAA"}},
    {"00280010": {"vr": "US", "Value": [10**30]}},
    {"00280010": {"vr": "US", "Value": [True]}},
    {"WorklistLabel": {"vr": "LO", "Value": ["x"]}},
)


@pytest.mark.parametrize("elements", REFUSED_ELEMENTS, ids=lambda one: json.dumps(one)[:60])
def test_what_is_no_workitem_is_refused(world: World, elements: dict[str, Any]) -> None:
    response = create(world, **elements)
    assert response.status_code == 400, response.content
    assert response.json()["title"]
    assert not WorkItem.objects.exists()


BODIES = (b"", b"{", b"[]", b"[{},{}]", b"7", b"null", b'"x"', b"[" * 5000, b'{"a":NaN}', b"\xff")


@pytest.mark.parametrize("body", BODIES, ids=lambda one: one[:10].decode("latin1"))
def test_a_body_that_is_no_data_set(world: World, body: bytes) -> None:
    create(world)
    for method, path in (
        ("POST", "workitems?2.25.3"),
        ("POST", f"workitems/{UID}"),
        ("PUT", f"workitems/{UID}/state"),
    ):
        assert world.ask("machine", method, path, body).status_code == 400, (method, path)


def test_deep_and_large_bodies(world: World) -> None:
    deep: dict[str, Any] = {"00741204": {"vr": "LO", "Value": ["x"]}}
    for _ in range(50):
        deep = {"00404021": {"vr": "SQ", "Value": [deep]}}
    assert create(world, **deep).status_code == 400
    long = {"00404021": {"vr": "SQ", "Value": [{"00081190": {"vr": "UR", "Value": ["x" * 2**21]}}]}}
    assert create(world, **long).status_code == 400


def test_other_media_types(world: World) -> None:
    xml = world.ask("machine", "POST", f"workitems?{UID}", b"<x/>", "application/dicom+xml")
    assert (xml.status_code, xml.json()["code"]) == (415, "ups.media-type")
    create(world)
    headers = {"Authorization": f"Bearer {world.tokens['machine']}", "Accept": "text/html"}
    assert Client().get(f"/dicomweb/workitems/{UID}", headers=headers).status_code == 406
    assert Client().get("/dicomweb/workitems", headers=headers).status_code == 406


# States by hand: PS3.4 table CC.1.1-2 by PS3.18 section 11.7: (state, asked for, transaction) to
# the HTTP status and the end of the warning.
MISSING = "The Transaction UID is missing."
WRONG = "The Transaction UID is incorrect."
STATE = "The submitted request is inconsistent with the state of the UPS Instance."
DONE = "The UPS is already in the requested state of {}."
CHANGES = {
    ("SCHEDULED", "IN PROGRESS", "mine"): (200, ""),
    ("SCHEDULED", "IN PROGRESS", "none"): (400, MISSING),
    ("SCHEDULED", "IN PROGRESS", "bad"): (400, WRONG),
    ("SCHEDULED", "SCHEDULED", "mine"): (409, STATE),
    ("SCHEDULED", "COMPLETED", "mine"): (409, STATE),
    ("SCHEDULED", "COMPLETED", "none"): (400, MISSING),
    ("SCHEDULED", "CANCELED", "mine"): (409, STATE),
    ("IN PROGRESS", "IN PROGRESS", "mine"): (409, STATE),
    ("IN PROGRESS", "IN PROGRESS", "other"): (409, STATE),
    ("IN PROGRESS", "SCHEDULED", "mine"): (409, STATE),
    ("IN PROGRESS", "COMPLETED", "mine"): (200, ""),
    ("IN PROGRESS", "COMPLETED", "other"): (400, WRONG),
    ("IN PROGRESS", "COMPLETED", "none"): (400, MISSING),
    ("IN PROGRESS", "CANCELED", "mine"): (200, ""),
    ("IN PROGRESS", "CANCELED", "other"): (400, WRONG),
    ("IN PROGRESS", "CANCELED", "none"): (400, MISSING),
    ("IN PROGRESS", "CANCELLED", "mine"): (400, STATE),
    ("IN PROGRESS", "", "mine"): (400, STATE),
    ("COMPLETED", "IN PROGRESS", "mine"): (409, STATE),
    ("COMPLETED", "COMPLETED", "mine"): (200, DONE.format("COMPLETED")),
    ("COMPLETED", "COMPLETED", "other"): (400, WRONG),
    ("COMPLETED", "CANCELED", "mine"): (409, STATE),
    ("CANCELED", "IN PROGRESS", "mine"): (409, STATE),
    ("CANCELED", "CANCELED", "mine"): (200, DONE.format("CANCELED")),
    ("CANCELED", "CANCELED", "none"): (400, MISSING),
    ("CANCELED", "COMPLETED", "mine"): (409, STATE),
}


def performed() -> dict[str, Any]:
    item = {
        "00404028": {"vr": "SQ", "Value": [CODE]},
        "00404050": {"vr": "DT", "Value": ["20260303120000"]},
        "00404019": {"vr": "SQ", "Value": [CODE]},
        "00404051": {"vr": "DT", "Value": ["20260303121000"]},
        "00404033": {"vr": "SQ"},
    }
    return {TAGS["performed"]: {"vr": "SQ", "Value": [item]}}


def bring_to(world: World, state: str, transaction: str) -> None:
    create(world)
    if state == "SCHEDULED":
        return
    assert world.state("machine", UID, "IN PROGRESS", transaction).status_code == 200
    address = f"workitems/{UID}?{transaction}"
    assert world.ask("machine", "POST", address, performed()).status_code == 200
    if state != "IN PROGRESS":
        assert world.state("machine", UID, state, transaction).status_code == 200


@pytest.mark.parametrize("change", CHANGES, ids="-".join)
def test_changes_of_state(world: World, change: tuple[str, str, str]) -> None:
    state, asked, transaction = change
    status, warning = CHANGES[change]
    given = {"mine": "2.25.77", "other": "2.25.78", "none": "", "bad": "2.25.x"}[transaction]
    bring_to(world, state, "2.25.77")
    # "bad" cannot be sent as UI at all: the payload itself is refused.
    response = world.state("machine", UID, asked, given)
    assert response.status_code == status, response.content
    if transaction == "bad":
        warning = STATE
    expected = f"299 http://testserver/dicomweb: {warning}" if warning else None
    assert response.headers.get("Warning") == expected
    after = WorkItem.objects.get()
    done = status == 200 and not warning
    assert after.state == (asked if done else state)
    assert "2.25.77" not in json.dumps(world.get("machine", UID))
    if done and asked == "IN PROGRESS":
        assert (after.transaction_uid, after.performer.login) == ("2.25.77", "machine")


@pytest.mark.parametrize("who", ["expert", "second", "desk", "machine"])
def test_who_may_claim(world: World, who: str) -> None:
    create(world)
    assert world.state(who, UID, "IN PROGRESS", new_uid()).status_code == 200
    other = "desk" if who == "machine" else "machine"
    assert world.state(other, UID, "IN PROGRESS", new_uid()).status_code == 409


def test_completing_needs_what_was_performed(world: World) -> None:
    create(world)
    world.state("machine", UID, "IN PROGRESS", "2.25.77")
    assert world.state("machine", UID, "COMPLETED", "2.25.77").status_code == 409
    for keyword in (*PERFORMED_AT_COMPLETION, "OutputInformationSequence"):
        body = performed()
        del body[TAGS["performed"]]["Value"][0][element_of(keyword)[0]]
        assert world.ask("machine", "POST", f"workitems/{UID}?2.25.77", body).status_code == 200
        response = world.state("machine", UID, "COMPLETED", "2.25.77")
        assert response.status_code == 409
        assert keyword in response.json()["title"]
    world.ask("machine", "POST", f"workitems/{UID}?2.25.77", performed())
    assert world.state("machine", UID, "COMPLETED", "2.25.77").status_code == 200


def test_updates(world: World) -> None:
    create(world)
    address = f"workitems/{UID}"
    label = {"00741204": {"vr": "LO", "Value": ["另一步 Another"]}}
    assert world.ask("desk", "POST", address, label).status_code == 200
    assert world.get("desk", UID)["00741204"]["Value"] == ["另一步 Another"]
    # A Transaction UID where nobody has claimed.
    early = world.ask("desk", "POST", f"{address}?2.25.5", label)
    assert early.status_code == 409
    world.state("machine", UID, "IN PROGRESS", "2.25.77")
    assert world.ask("desk", "POST", address, label).status_code == 400
    assert world.ask("desk", "POST", f"{address}?2.25.5", label).status_code == 400
    inside = {**label, TAGS["transaction"]: {"vr": "UI", "Value": ["2.25.77"]}}
    assert world.ask("machine", "POST", address, inside).status_code == 200
    assert world.ask("machine", "POST", f"{address}?2.25.5", inside).status_code == 400
    assert WorkItem.objects.get().attributes.get(TAGS["transaction"]) is None
    world.state("machine", UID, "CANCELED", "2.25.77")
    over = world.ask("machine", "POST", f"{address}?2.25.77", label)
    assert (over.status_code, over.json()["code"]) == (400, "ups.final")
    assert over["Warning"].endswith(
        ": The submitted request is inconsistent with the current state of the Workitem."
    )


@pytest.mark.parametrize("keyword", NOT_TO_UPDATE)
def test_what_may_not_be_updated(world: World, keyword: str) -> None:
    create(world)
    name, vr = element_of(keyword)
    response = world.ask("desk", "POST", f"workitems/{UID}", {name: {"vr": vr}})
    assert response.status_code == 400
    assert keyword in response.json()["title"]


def test_a_scheduled_one_is_cancelled_on_request(world: World) -> None:
    create(world)
    response = world.cancel("desk", UID, "模型停用")
    assert (response.status_code, response.content) == (202, b"")
    found = Dataset.from_json(world.get("machine", UID))
    assert found.ProcedureStepState == "CANCELED"
    (progress,) = found.ProcedureStepProgressInformationSequence
    assert progress.ReasonForCancellation == "模型停用"
    assert progress.ProcedureStepCancellationDateTime
    again = world.cancel("desk", UID)
    assert again.status_code == 202
    assert again["Warning"].endswith(DONE.format("CANCELED"))


def test_nobody_tells_the_performer(world: World) -> None:
    create(world)
    world.state("machine", UID, "IN PROGRESS", "2.25.77")
    response = world.cancel("desk", UID)
    assert response.status_code == 409
    assert response["Warning"].endswith(": The performer cannot be contacted.")
    assert WorkItem.objects.get().state == "IN PROGRESS"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_subscriptions_are_not_offered(world: World, method: str) -> None:
    create(world)
    for path in (
        f"workitems/{UID}/subscribers/PACS",
        "workitems/1.2.840.10008.5.1.4.34.5/subscribers/PACS",
        "workitems/1.2.840.10008.5.1.4.34.5/subscribers/PACS/suspend",
    ):
        response = world.ask("machine", method, path)
        assert (response.status_code, response.json()["code"]) == (501, "ups.no-subscriptions")
    assert world.ask("machine", "GET", "subscribers/PACS").status_code == 501


def test_other_methods(world: World) -> None:
    create(world)
    for method, path in (
        ("PUT", "workitems"),
        ("DELETE", f"workitems/{UID}"),
        ("POST", f"workitems/{UID}/state"),
        ("GET", f"workitems/{UID}/cancelrequest"),
    ):
        assert world.ask("machine", method, path).status_code == 405
