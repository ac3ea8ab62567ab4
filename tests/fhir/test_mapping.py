"""Resources as values map to them: valid by two outside validators, and saying what they should."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fhir_values import (
    BARE_CHILD,
    BARE_STUDY,
    HOSPITALS,
    MEMBERS,
    RICH_CHILD,
    RICH_STUDY,
    bare_case,
    opinion,
    rich_case,
)
from hypothesis import given
from hypothesis import strategies as st
from r4 import faults_by_definitions, faults_by_models

from tongying.consult.states import State
from tongying.dicom.person_name import PersonName
from tongying.web.fhir.capability import capability_statement
from tongying.web.fhir.mapping.elements import (
    hospital_code,
    hospital_id,
    human_names,
    instant,
    narrative,
    patient_system,
    printable,
)
from tongying.web.fhir.mapping.imaging import imaging_study
from tongying.web.fhir.mapping.people import (
    organization,
    patient,
    practitioner,
    practitioner_role,
)
from tongying.web.fhir.mapping.question import (
    OBSERVATION_STATUS,
    REQUEST_STATUS,
    TASK_STATUS,
    measurements,
    observation,
    service_request,
    task,
)
from tongying.web.fhir.mapping.report import binary, diagnostic_report, provenance
from tongying.web.fhir.outcome import ISSUE_TYPE, operation_outcome
from tongying.web.fhir.values import FhirBinary

BASE = "https://alliance.example/fhir/"
DICOMWEB = "https://alliance.example/dicomweb/"


def every_resource() -> list[dict[str, Any]]:
    undated = rich_case(State.DRAFT)
    undated = replace(
        undated,
        case=replace(undated.case, question=replace(undated.case.question, measured_on=None)),
    )
    cases = [bare_case(), undated, *(rich_case(state) for state in State)]
    return [
        capability_statement(base=BASE),
        *(operation_outcome(status, "Sorry.") for status in ISSUE_TYPE),
        patient(RICH_CHILD),
        patient(BARE_CHILD),
        *(organization(one) for one in HOSPITALS),
        *(practitioner(one) for one in MEMBERS),
        *(practitioner_role(one) for one in MEMBERS),
        imaging_study(RICH_STUDY, dicomweb=DICOMWEB),
        imaging_study(BARE_STUDY, dicomweb=DICOMWEB),
        *(service_request(one) for one in cases),
        *(task(one) for one in cases),
        *(observation(measured) for one in cases for measured in measurements(one)),
        *(
            diagnostic_report(one, base=BASE)
            for one in (opinion(1), opinion(2), opinion(1, bare=True))
        ),
        *(provenance(one) for one in (opinion(1), opinion(2))),
        binary(FhirBinary("31-2-pdf-zh", "31", "application/pdf", b"%PDF-1.7")),
    ]


def test_every_resource_is_valid_by_hl7_definitions():
    assert faults_by_definitions(every_resource()) == []


def test_every_resource_is_valid_by_fhir_resources():
    assert faults_by_models(every_resource()) == []


def test_the_validators_bite():
    broken = [
        {**patient(RICH_CHILD), "gender": "boy"},
        {**service_request(rich_case()), "status": "reading"},
        {key: value for key, value in task(rich_case()).items() if key != "intent"},
        {**imaging_study(RICH_STUDY, dicomweb=DICOMWEB), "subject": {"reference": "Task/1"}},
        {**observation(measurements(rich_case())[0]), "colour": "red"},
    ]
    assert {name for name, _ in faults_by_definitions(broken)} == {
        one["resourceType"] for one in broken
    }
    models = [broken[2], broken[4], {**patient(RICH_CHILD), "birthDate": "2024-2-29"}]
    assert {name for name, _ in faults_by_models(models)} == {"Task", "Observation", "Patient"}


@pytest.mark.parametrize("resource", every_resource(), ids=lambda one: one["resourceType"])
def test_nothing_is_empty_and_ids_are_well_formed(resource: dict[str, Any]):
    def walk(value: object) -> None:
        assert value not in (None, "", [], {})
        if isinstance(value, dict):
            if "id" in value:
                assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", value["id"])
            for inner in value.values():
                walk(inner)
        if isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(resource)


def test_a_child_in_three_scripts():
    names = patient(RICH_CHILD)["name"]
    assert [name["extension"][0]["valueCode"] for name in names] == ["IDE", "ABC", "SYL"]
    assert names[0]["text"] == "王小明"
    assert (names[0]["family"], names[0]["given"]) == ("王", ["小明"])
    assert names[1]["text"] == "Wang Xiao Ming"
    assert (names[1]["family"], names[1]["given"]) == ("Wang", ["Xiao Ming"])


def test_characters_in_the_first_group_are_ideographic_and_are_not_torn_apart():
    (name,) = human_names(PersonName("王小明"))
    assert name["extension"][0]["valueCode"] == "IDE"
    assert name["text"] == "王小明"
    assert "family" not in name
    assert "given" not in name


def test_what_is_unknown_of_a_child_is_not_said():
    bare = patient(BARE_CHILD)
    assert bare["gender"] == "unknown"
    assert not {"birthDate", "name", "identifier", "link"} & bare.keys()


def test_a_childs_number_is_qualified_by_its_issuer():
    (identifier,) = patient(RICH_CHILD)["identifier"]
    assert identifier["system"] == "urn:x-tongying:patient-id:XIAN_1:HIS%201"
    assert identifier["value"] == "00123"
    assert identifier["assigner"]["reference"] == "Organization/XIAN.1"
    assert patient_system("A", "") != patient_system("B", "")


def test_a_study_without_time_zone_has_a_day():
    resource = imaging_study(RICH_STUDY, dicomweb=DICOMWEB)
    assert resource["started"] == "2026-03-03"
    assert resource["identifier"][0]["value"] == "urn:oid:1.2.840.113619.2.55.3.1"
    assert resource["contained"][0]["address"] == f"{DICOMWEB}studies/1.2.840.113619.2.55.3.1"
    assert resource["series"][0]["instance"] == [
        {
            "uid": "1.2.3.1.1",
            "sopClass": {
                "system": "urn:ietf:rfc:3986",
                "code": "urn:oid:1.2.840.10008.5.1.4.1.1.4",
            },
            "number": 1,
        }
    ]
    assert "tag" not in resource["meta"]
    assert "code" not in resource["series"][1]["modality"]  # absent, with the reason why


def test_a_study_without_its_instances_says_so():
    resource = imaging_study(BARE_STUDY, dicomweb=DICOMWEB)
    assert resource["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert "started" not in resource
    assert "number" not in resource["series"][0]


# Written a second time by hand: state, ServiceRequest, Task, who owns it.
EXPECTED = {
    "draft": ("draft", "draft", "PractitionerRole/3"),
    "submitted": ("active", "requested", "Organization/CHILD"),
    "returned": ("on-hold", "on-hold", "Organization/XIAN.1"),
    "assigned": ("active", "received", "PractitionerRole/2"),
    "reading": ("active", "in-progress", "PractitionerRole/2"),
    "waiting": ("on-hold", "on-hold", "Organization/XIAN.1"),
    "signed": ("completed", "completed", "Organization/XIAN.1"),
    "acknowledged": ("completed", "completed", None),
    "withdrawn": ("revoked", "cancelled", None),
    "refused": ("revoked", "rejected", None),
    "discarded": ("entered-in-error", "entered-in-error", None),
}


@pytest.mark.parametrize("state", State)
def test_states_owners_and_statuses(state: State):
    request, job = service_request(rich_case(state)), task(rich_case(state))
    owner = job.get("owner", {}).get("reference")
    assert (request["status"], job["status"], owner) == EXPECTED[state.value]
    assert job["businessStatus"]["coding"][0]["code"] == state.value


@pytest.mark.parametrize("table", [REQUEST_STATUS, TASK_STATUS, OBSERVATION_STATUS])
def test_every_state_has_a_status(table: dict[State, str]):
    assert set(table) == set(State)


def test_a_question():
    resource = service_request(rich_case())
    assert resource["priority"] == "stat"
    assert resource["reasonCode"][0]["text"].startswith("是否为 <低级别>")
    assert resource["note"] == [{"text": "头痛两周\n呕吐"}]
    assert resource["contained"][0]["code"]["text"] == "胶质瘤"
    assert [one["reference"] for one in resource["supportingInfo"]] == [
        "ImagingStudy/21",
        "ImagingStudy/20",
        "Observation/31-weight",
        "Observation/31-height",
        "Observation/31-gestation",
    ]


def test_a_bare_question_invents_nothing():
    resource = service_request(bare_case())
    absent = {"priority", "reasonCode", "reasonReference", "note", "contained"}
    assert not absent & resource.keys()
    job = task(bare_case())
    assert not {"restriction", "priority", "statusReason", "output"} & job.keys()


def test_a_task_says_when_it_is_due_and_why_it_stands():
    job = task(rich_case(State.WAITING))
    assert job["restriction"]["period"]["end"] == "2026-03-04T01:02:03.456Z"
    assert job["statusReason"]["text"] == "needs T1"
    assert [note["text"] for note in job["note"]] == ["请补 T1", "auto"]
    assert job["note"][0]["authorReference"]["reference"] == "Practitioner/2"
    assert "authorReference" not in job["note"][1]


def test_weight_height_and_gestation():
    found = [observation(one) for one in measurements(rich_case())]
    assert [
        (
            one["id"],
            one["code"]["coding"][0]["code"],
            one["valueQuantity"]["value"],
            one["valueQuantity"]["code"],
            one.get("effectiveDateTime"),
        )
        for one in found
    ] == [
        ("31-weight", "29463-7", 12.5, "kg", "2026-03-02"),
        ("31-height", "8302-2", 88.0, "cm", "2026-03-02"),
        ("31-gestation", "76516-4", 228, "d", None),
    ]
    assert measurements(bare_case()) == ()


def test_a_report_and_its_amendment():
    first, second = (diagnostic_report(opinion(version), base=BASE) for version in (1, 2))
    assert (first["status"], first["meta"]["versionId"]) == ("final", "1")
    assert (second["status"], second["meta"]["versionId"]) == ("amended", "2")
    assert second["conclusion"] == "否。No <b>& so on</b>."
    assert second["effectiveDateTime"] == "2026-03-03"
    assert [one["valueString"] for one in second["contained"]] == ["T2 高信号\n\x0b第二行", "复查"]
    assert [one["reference"] for one in second["result"]] == ["#findings", "#advice"]
    chinese, english = second["presentedForm"]
    assert chinese["url"] == f"{BASE}Binary/31-2-pdf-zh"
    assert (chinese["language"], english["language"]) == ("zh-CN", "en")
    assert b64decode(english["hash"]) == bytes(range(20))
    signed = provenance(opinion(2))
    assert signed["target"][0]["reference"] == "DiagnosticReport/31/_history/2"
    assert signed["entity"][0]["what"]["reference"] == "DiagnosticReport/31/_history/1"
    assert "data" not in signed["signature"][0]
    assert "entity" not in provenance(opinion(1))


def test_a_report_without_findings_or_documents_yet():
    resource = diagnostic_report(opinion(1, bare=True), base=BASE)
    assert not {"presentedForm", "result", "contained"} & resource.keys()


@given(st.text(), st.text())
def test_a_narrative_is_well_formed_and_holds_no_markup_of_others(heading: str, text: str):
    clean = {"\ufffe", "\uffff"}
    heading = "".join(
        char for char in heading if char not in clean and not "\ud800" <= char <= "\udfff"
    )
    text = "".join(char for char in text if char not in clean and not "\ud800" <= char <= "\udfff")
    root = ET.fromstring(narrative((heading, text))["div"])  # noqa: S314 - our own text
    allowed = {"div", "p", "b"}
    assert {
        element.tag.removeprefix("{http://www.w3.org/1999/xhtml}") for element in root.iter()
    } <= allowed


@given(st.from_regex(r"[A-Z0-9][A-Z0-9_-]{0,30}", fullmatch=True))
def test_a_hospitals_id_leads_back_to_its_code(code: str):
    assert hospital_code(hospital_id(code)) == code
    assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", hospital_id(code))


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_is_the_same_moment(at: datetime):
    back = datetime.fromisoformat(instant(at).replace("Z", "+00:00"))
    assert abs((at - back).total_seconds()) < 0.001


@given(st.text())
def test_only_characters_that_fhir_allows_leave(text: str):
    out = printable({"a": [text], "b": {"c": text, "d": 1, "e": True}})
    kept = out["a"][0]
    assert kept == out["b"]["c"]
    assert all(char >= " " or char in "\t\n\r" for char in kept)
    assert kept == "".join(char for char in text if char >= " " or char in "\t\n\r")
    assert (out["b"]["d"], out["b"]["e"]) == (1, True)
