"""The workitem of a case: its attributes, who sees it, and how the case and it move together."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import ups_world
from pydicom.dataset import Dataset
from ups_world import CT, OPINION, PRIOR, QUESTION, STUDY, TAGS, World, item_of

from tongying.consult.case import Urgency
from tongying.consult.states import Move, State
from tongying.kernel.ids import new_uid
from tongying.web.cases.models import CaseRow, DocumentRow, OpinionRow
from tongying.web.records.models import Instance, Series, Study
from tongying.web.trail.models import AuditRow
from tongying.web.workitems.attributes import PRIORITY
from tongying.web.workitems.mirror import STATES
from tongying.web.workitems.models import WorkItem

SEEN_BY = ("author", "tech", "trainee", "desk", "expert")
HIDDEN_FROM = ("second", "machine", "stranger")

# PS3.4 table CC.2.5-3, a second time by hand: what a returned workitem holds with a value (1) and
# at least as an element (2), columns N-GET and C-FIND return key.
WITH_VALUE = (
    "SOPClassUID",
    "SOPInstanceUID",
    "ScheduledProcedureStepPriority",
    "ProcedureStepLabel",
    "WorklistLabel",
    "ScheduledProcedureStepStartDateTime",
    "InputReadinessState",
    "ProcedureStepState",
)
PRESENT = (
    "ScheduledProcessingParametersSequence",
    "ScheduledStationNameCodeSequence",
    "ScheduledStationClassCodeSequence",
    "ScheduledStationGeographicLocationCodeSequence",
    "ScheduledHumanPerformersSequence",
    "ScheduledWorkitemCodeSequence",
    "InputInformationSequence",
    "StudyInstanceUID",
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "IssuerOfPatientIDQualifiersSequence",
    "OtherPatientIDsSequence",
    "PatientBirthDate",
    "PatientSex",
    "AdmissionID",
    "IssuerOfAdmissionIDSequence",
    "AdmittingDiagnosesDescription",
    "AdmittingDiagnosesCodeSequence",
    "ReferencedRequestSequence",
    "ProcedureStepProgressInformationSequence",
)
IN_REQUEST = (
    "AccessionNumber",
    "IssuerOfAccessionNumberSequence",
    "OrderPlacerIdentifierSequence",
    "OrderFillerIdentifierSequence",
    "RequestedProcedureID",
    "RequestedProcedureDescription",
    "RequestedProcedureCodeSequence",
)
IN_INPUT = ("TypeOfInstances", "StudyInstanceUID", "SeriesInstanceUID", "ReferencedSOPSequence")
AT_COMPLETION = (
    "PerformedStationNameCodeSequence",
    "PerformedProcedureStepStartDateTime",
    "PerformedWorkitemCodeSequence",
    "PerformedProcedureStepEndDateTime",
)


@pytest.fixture
def world(db: None) -> World:
    return ups_world.build()


def read(world: World, who: str, uid: str) -> Dataset:
    """Retrieve a workitem and read it with pydicom, which must give back what it was given."""
    found = world.get(who, uid)
    dataset = Dataset.from_json(found)
    assert without_empty(dataset.to_json_dict()) == found
    assert list(found) == sorted(found)
    return dataset


def without_empty(value: Any) -> Any:
    """Leave out the empty ``Value`` that pydicom writes for sequences (PS3.18 F.2.5 has none)."""
    if isinstance(value, dict):
        return {key: without_empty(one) for key, one in value.items() if one != []}
    return [without_empty(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("state", ["submitted", "assigned", "reading", "signed", "acknowledged"])
def test_a_workitem_holds_what_the_table_asks_for(world: World, state: str) -> None:
    uid = item_of(world.case_at(state)).uid
    retrieved = read(world, "desk", uid)
    (listed,) = world.found("desk", f"SOPInstanceUID={uid}")
    for dataset in (retrieved, Dataset.from_json(listed)):
        for keyword in WITH_VALUE:
            assert dataset.get(keyword), keyword
        for keyword in PRESENT:
            assert keyword in dataset, keyword
        (request,) = dataset.ReferencedRequestSequence
        assert request.StudyInstanceUID
        assert all(keyword in request for keyword in IN_REQUEST)
        assert "TransactionUID" not in dataset
    for item in retrieved.InputInformationSequence:
        assert all(item.get(keyword) for keyword in IN_INPUT)
        for reference in item.ReferencedSOPSequence:
            assert reference.ReferencedSOPClassUID == CT


def test_the_attributes_say_what_the_case_says(world: World) -> None:
    case = world.case_at("assigned")
    row, uid = CaseRow.objects.get(pk=case), item_of(case).uid
    found = read(world, "expert", uid)
    assert found.SOPClassUID == "1.2.840.10008.5.1.4.34.6.1"
    assert (found.ProcedureStepState, found.ScheduledProcedureStepPriority) == ("SCHEDULED", "HIGH")
    assert str(found.PatientName) == "Wang^Xiao Ming=王^小明"
    assert (found.PatientID, found.IssuerOfPatientID, found.PatientSex) == ("00123", "HIS", "M")
    assert found.PatientBirthDate == "20240229"
    assert found.CommentsOnTheScheduledProcedureStep == QUESTION.text
    assert found.StudyInstanceUID == STUDY
    (request,) = found.ReferencedRequestSequence
    assert request.RequestedProcedureID == f"TY-{row.created_at.year}-{case:06d}"
    assert (request.AccessionNumber, request.RequestingService) == ("A11", "某县人民医院")
    assert request.ReasonForTheRequestedProcedure == "股骨骨折？"
    (station,) = found.ScheduledStationNameCodeSequence
    assert (station.CodeValue, station.CodeMeaning) == ("CHILD", "儿童医院")
    (person,) = found.ScheduledHumanPerformersSequence
    assert person.HumanPerformerCodeSequence[0].CodeValue == str(world.members["expert"])
    assert person.HumanPerformerName
    (work,) = found.ScheduledWorkitemCodeSequence
    assert (work.CodeValue, work.CodingSchemeDesignator) == ("110005", "DCM")
    due = datetime.strptime(found.ExpectedCompletionDateTime, "%Y%m%d%H%M%S.%f%z")
    assert due == row.due_at
    starts = datetime.strptime(found.ScheduledProcedureStepStartDateTime, "%Y%m%d%H%M%S.%f%z")
    assert starts == row.submitted_at
    assert not found.UnifiedProcedureStepPerformedProcedureSequence
    inputs = {item.StudyInstanceUID: item for item in found.InputInformationSequence}
    assert set(inputs) == {STUDY, PRIOR}
    assert len(inputs[STUDY].ReferencedSOPSequence) == 3
    (access,) = inputs[STUDY].WADORSRetrievalSequence
    path = access.RetrieveURL.removeprefix("http://testserver/dicomweb/")
    assert path == f"studies/{STUDY}/series/{STUDY}.1"


def test_priority_and_start_by_urgency(world: World) -> None:
    assert {one: PRIORITY[one] for one in Urgency} == {
        Urgency.EMERGENCY: "HIGH",
        Urgency.URGENT: "HIGH",
        Urgency.ROUTINE: "MEDIUM",
        Urgency.BOOKED: "LOW",
    }
    case = world.case_at("submitted", replace(QUESTION, urgency=Urgency.BOOKED))
    when = datetime.now(UTC) + timedelta(days=3)
    world.act("desk", case, Move.BOOK, booked_for=when)
    found = read(world, "desk", item_of(case).uid)
    assert found.ScheduledProcedureStepPriority == "LOW"
    starts = found.ScheduledProcedureStepStartDateTime
    assert datetime.strptime(starts, "%Y%m%d%H%M%S.%f%z") == when


def test_states_follow_the_case() -> None:
    """A second time by hand; a draft and a discarded draft have none."""
    assert {state.value: STATES.get(state) for state in State} == {
        "draft": None,
        "submitted": "SCHEDULED",
        "returned": "SCHEDULED",
        "assigned": "SCHEDULED",
        "reading": "IN PROGRESS",
        "waiting": "IN PROGRESS",
        "signed": "COMPLETED",
        "acknowledged": "COMPLETED",
        "withdrawn": "CANCELED",
        "refused": "CANCELED",
        "discarded": None,
    }


def test_input_is_incomplete_while_the_county_owes_data(world: World) -> None:
    case = world.case_at("reading")
    world.act("expert", case, Move.ASK_DATA, reason="请补侧位")
    found = read(world, "expert", item_of(case).uid)
    assert (found.ProcedureStepState, found.InputReadinessState) == ("IN PROGRESS", "INCOMPLETE")
    (progress,) = found.ProcedureStepProgressInformationSequence
    assert progress.ProcedureStepProgressDescription.startswith("等待补充资料")
    world.act("author", case, Move.SUPPLY)
    assert read(world, "expert", item_of(case).uid).InputReadinessState == "READY"


def test_a_completed_step_names_its_performer_and_its_documents(world: World) -> None:
    case = world.case_at("signed")
    opinion = OpinionRow.objects.get(case_id=case)
    series = Series.objects.create(
        study=Study.objects.get(uid=STUDY), uid="1.2.99.1", modality="SR", instance_count=1
    )
    sop_class = "1.2.840.10008.5.1.4.1.1.88.33"
    Instance.objects.create(
        series=series,
        hospital_id="COUNTY",
        uid="1.2.99.1.1",
        sop_class_uid=sop_class,
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        digest="f" * 64,
        bytes=1,
        door="self",
        sent_by="system",
        arrived_at=ups_world.AT,
    )
    DocumentRow.objects.create(
        opinion=opinion,
        kind="dicom-sr",
        digest="f" * 64,
        bytes=1,
        sop_uid="1.2.99.1.1",
        made_at=opinion.signed_at,
    )
    found = read(world, "author", item_of(case).uid)
    assert found.ProcedureStepState == "COMPLETED"
    (performed,) = found.UnifiedProcedureStepPerformedProcedureSequence
    assert all(performed.get(keyword) for keyword in AT_COMPLETION)
    (person,) = performed.ActualHumanPerformersSequence
    assert person.HumanPerformerCodeSequence[0].CodeValue == str(world.members["expert"])
    (output,) = performed.OutputInformationSequence
    assert (output.StudyInstanceUID, output.SeriesInstanceUID) == (STUDY, "1.2.99.1")
    (reference,) = output.ReferencedSOPSequence
    assert reference.ReferencedSOPInstanceUID == "1.2.99.1.1"
    assert reference.ReferencedSOPClassUID == sop_class
    uids = {item.SeriesInstanceUID for item in found.InputInformationSequence}
    assert "1.2.99.1" not in uids


@pytest.mark.parametrize("who", [*SEEN_BY, *HIDDEN_FROM])
def test_who_sees_it(world: World, who: str) -> None:
    uid = item_of(world.case_at("assigned")).uid
    response = world.ask(who, "GET", f"workitems/{uid}")
    listed = [one["00080018"]["Value"][0] for one in world.found(who)]
    if who in SEEN_BY:
        assert response.status_code == 200
        assert response["Content-Type"] == "application/dicom+json"
        assert uid in listed
    else:
        assert response.status_code == 404
        assert listed == []
        for refused in (
            world.state(who, uid, "IN PROGRESS", new_uid()),
            world.cancel(who, uid, "x"),
            world.ask(who, "POST", f"workitems/{uid}", {}),
        ):
            assert refused.status_code == 404
            assert "Warning" not in refused.headers


def test_a_draft_has_no_workitem(world: World) -> None:
    case = world.case_at("submitted")
    assert WorkItem.objects.filter(case_id=case).count() == 1
    from tongying.web.cases import store

    store.begin(world.viewer("author"), PRIOR)
    assert WorkItem.objects.count() == 1


def test_the_assignee_claims(world: World) -> None:
    case = world.case_at("assigned")
    uid, mine = item_of(case).uid, new_uid()
    response = world.state("expert", uid, "IN PROGRESS", mine)
    assert (response.status_code, response.content) == (200, b"")
    row, item = CaseRow.objects.get(pk=case), item_of(case)
    assert (row.state, row.accepted_at is not None) == ("reading", True)
    assert (item.state, item.transaction_uid) == ("IN PROGRESS", mine)
    assert item.performer_id == world.members["expert"]
    moves = list(row.events.order_by("pk").values_list("move", flat=True))
    assert moves[-1] == "accept"
    last = AuditRow.objects.order_by("-pk")[:2]
    assert {(one.kind, one.actor) for one in last} == {("case", "expert"), ("workitem", "expert")}
    everything = json.dumps([world.get("expert", uid), world.found("desk", "includefield=all")])
    assert mine not in everything
    assert all(mine not in json.dumps(one.detail) for one in last)


def test_an_expert_claims_what_is_offered_to_them(world: World) -> None:
    case = world.offered("second", "third")
    uid = item_of(case).uid
    assert world.state("expert", uid, "IN PROGRESS", new_uid()).status_code == 404
    assert world.state("second", uid, "IN PROGRESS", new_uid()).status_code == 200
    row = CaseRow.objects.get(pk=case)
    assert (row.state, row.assignee_id) == ("reading", world.members["second"])
    assert world.state("third", uid, "IN PROGRESS", new_uid()).status_code == 404


@pytest.mark.parametrize("who", ["author", "tech", "trainee", "desk"])
def test_others_who_see_it_cannot_claim(world: World, who: str) -> None:
    case = world.case_at("assigned")
    response = world.state(who, item_of(case).uid, "IN PROGRESS", new_uid())
    assert response.status_code == 403
    assert response.json()["code"] == "case.not-yours"
    assert CaseRow.objects.get(pk=case).state == "assigned"
    assert item_of(case).transaction_uid == ""


def test_what_is_claimed_on_the_page_cannot_be_claimed_again(world: World) -> None:
    case = world.case_at("reading")
    response = world.state("expert", item_of(case).uid, "IN PROGRESS", new_uid())
    assert response.status_code == 409
    assert response.json()["code"] == "ups.state"
    assert item_of(case).transaction_uid == ""


def test_a_case_is_completed_by_signing_only(world: World) -> None:
    case = world.case_at("assigned")
    uid, mine = item_of(case).uid, new_uid()
    world.state("expert", uid, "IN PROGRESS", mine)
    response = world.state("expert", uid, "COMPLETED", mine)
    assert response.status_code == 409
    assert response.json()["title"] == "Sign the opinion; that completes the workitem."
    assert response["Warning"].endswith(
        ": The submitted request is inconsistent with the state of the UPS Instance."
    )
    world.act("expert", case, Move.SIGN, opinion=OPINION)
    after = world.state("expert", uid, "COMPLETED", mine)
    assert (after.status_code, after.content) == (200, b"")
    assert after["Warning"] == (
        "299 http://testserver/dicomweb: The UPS is already in the requested state of COMPLETED."
    )
    assert world.state("expert", uid, "COMPLETED", new_uid()).status_code == 400


def test_cancelling_what_is_being_read_is_refused(world: World) -> None:
    case = world.case_at("assigned")
    uid, mine = item_of(case).uid, new_uid()
    assert world.state("expert", uid, "CANCELED", mine).status_code == 409  # not in progress yet
    world.state("expert", uid, "IN PROGRESS", mine)
    assert world.state("expert", uid, "CANCELED", mine).status_code == 409
    assert CaseRow.objects.get(pk=case).state == "reading"


def test_a_request_to_cancel_is_the_viewers_own_way_out(world: World) -> None:
    for who, state, after, step in (
        ("author", "reading", "withdrawn", "CANCELED"),
        ("desk", "submitted", "refused", "CANCELED"),
        ("expert", "assigned", "submitted", "SCHEDULED"),
    ):
        case = world.case_at(state)
        uid = item_of(case).uid
        assert world.cancel(who, uid).status_code == 400  # needs a reason
        assert world.cancel(who, uid, "患儿已转院").status_code == 202
        assert CaseRow.objects.get(pk=case).state == after
        assert item_of(case).state == step
    case = world.case_at("reading")
    for who, status in (("tech", 403), ("desk", 409), ("expert", 403)):
        assert world.cancel(who, item_of(case).uid, "x").status_code == status
    assert CaseRow.objects.get(pk=case).state == "reading"


def test_a_cancelled_step_says_when_and_why(world: World) -> None:
    case = world.case_at("submitted")
    uid = item_of(case).uid
    world.cancel("author", uid, "患儿已转院")
    found = read(world, "author", uid)
    (progress,) = found.ProcedureStepProgressInformationSequence
    assert progress.ReasonForCancellation == "患儿已转院"
    assert progress.ProcedureStepCancellationDateTime
    assert progress.ProcedureStepDiscontinuationReasonCodeSequence[0].CodeValue == "110513"
    again = world.cancel("author", uid, "x")
    assert again.status_code == 202
    assert again["Warning"].endswith(": The UPS is already in the requested state of CANCELED.")
    refused = world.state("author", uid, "IN PROGRESS", new_uid())
    assert refused.status_code == 409


def test_a_completed_step_is_not_cancelled(world: World) -> None:
    response = world.cancel("author", item_of(world.case_at("signed")).uid, "x")
    assert response.status_code == 409
    assert response["Warning"] == "299 http://testserver/dicomweb: The UPS is already COMPLETED."


def test_a_case_given_to_somebody_else_gets_a_new_step(world: World) -> None:
    """A step in progress never goes back to SCHEDULED (PS3.4 CC.1.1)."""
    case = world.case_at("assigned")
    first, mine = item_of(case).uid, new_uid()
    world.state("expert", first, "IN PROGRESS", mine)
    world.act("desk", case, Move.ASSIGN, assignee=world.members["second"], reason="请假")
    second = item_of(case)
    assert (second.uid != first, second.state, second.transaction_uid) == (True, "SCHEDULED", "")
    old, new = read(world, "desk", first), read(world, "second", second.uid)
    assert old.ProcedureStepState == "CANCELED"
    assert old.ProcedureStepProgressInformationSequence[0].ReasonForCancellation
    assert new.ReplacedProcedureStepSequence[0].ReferencedSOPInstanceUID == first
    assert world.state("expert", first, "COMPLETED", mine).status_code == 404
    assert world.state("second", second.uid, "IN PROGRESS", mine).status_code == 200
    states = {one["00080018"]["Value"][0]: one for one in world.found("desk")}
    assert set(states) == {first, second.uid}


def test_an_amendment_leaves_the_step_completed(world: World) -> None:
    case = world.case_at("signed")
    before = item_of(case)
    world.act("expert", case, Move.AMEND, reason="漏写一句", opinion=OPINION)
    after = item_of(case)
    assert (after.pk, after.state, after.ended_at) == (before.pk, "COMPLETED", before.ended_at)


def progress(percent: int) -> dict[str, Any]:
    item = {"00741004": {"vr": "DS", "Value": [percent]}}
    return {TAGS["progress"]: {"vr": "SQ", "Value": [item]}}


def test_the_performer_tells_the_progress_of_a_case_and_nothing_else(world: World) -> None:
    case = world.case_at("assigned")
    uid, mine = item_of(case).uid, new_uid()
    address = f"workitems/{uid}"
    assert world.ask("expert", "POST", address, progress(10)).status_code == 409
    world.state("expert", uid, "IN PROGRESS", mine)
    missing = world.ask("expert", "POST", address, progress(10))
    assert missing.status_code == 400
    assert missing["Warning"].endswith(
        ": The submitted request is inconsistent with the current state of the Workitem."
    )
    assert world.ask("expert", "POST", f"{address}?{new_uid()}", progress(10)).status_code == 400
    assert world.ask("expert", "POST", f"{address}?{mine}", progress(40)).status_code == 200
    (told,) = read(world, "author", uid).ProcedureStepProgressInformationSequence
    assert told.ProcedureStepProgress == 40
    assert told.ProcedureStepProgressDescription.startswith("在读")
    priority = {TAGS["priority"]: {"vr": "CS", "Value": ["LOW"]}}
    refused = world.ask("expert", "POST", f"{address}?{mine}", priority)
    assert (refused.status_code, refused.json()["code"]) == (409, "ups.follows-case")


def test_steps_of_old_cases_are_made_up_for(world: World) -> None:
    import importlib

    from django.apps import apps

    cases = {state: world.case_at(state) for state in ("submitted", "reading", "signed")}
    WorkItem.objects.all().delete()
    migration = importlib.import_module("tongying.web.workitems.migrations.0003_steps_of_old_cases")
    migration.give_steps(apps, None)
    assert {state: item_of(case).state for state, case in cases.items()} == {
        "submitted": "SCHEDULED",
        "reading": "IN PROGRESS",
        "signed": "COMPLETED",
    }
    migration.give_steps(apps, None)
    assert WorkItem.objects.count() == 3
