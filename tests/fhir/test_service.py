"""The FHIR service end to end: what is found, by whom, in which words."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from typing import Any

import pytest
from django.test import Client
from r4 import faults_by_definitions, faults_by_models

from alliance import FOREIGN_UID, PDF, STUDY_UID, Alliance, keep_pdfs
from tongying.consult.desk import Opinion
from tongying.consult.states import Move
from tongying.web.cases.models import OpinionRow
from tongying.web.fhir.condition_table import CONDITIONS, conditions_for
from tongying.web.fhir.kinds import KINDS, Interaction, ParamType
from tongying.web.fhir.sources import SOURCES
from tongying.web.fhir.views import MAPPINGS
from tongying.web.trail.models import AuditRow

SEARCHED = [name for name, kind in KINDS.items() if Interaction.SEARCH in kind.interactions]


def get(world: Alliance, login: str, path: str, **headers: str) -> Any:
    return Client().get(f"/fhir/{path}", headers={**world.bearer(login), **headers})


def found(world: Alliance, login: str, path: str) -> list[str]:
    response = get(world, login, path)
    assert response.status_code == 200, response.content
    return [entry["resource"]["id"] for entry in response.json().get("entry", [])]


def amend(world: Alliance) -> None:
    world.act("li", Move.AMEND, reason="漏写一句", opinion=Opinion("否。", "", ""))
    keep_pdfs(world.case, 2)


def ids_of(world: Alliance) -> dict[str, str]:
    """The id of a resource of the case, for each type."""
    return {
        "Patient": str(world.child),
        "Organization": "COUNTY.1",
        "Practitioner": str(world.members["zhang"]),
        "PractitionerRole": str(world.members["zhang"]),
        "ServiceRequest": str(world.case),
        "Task": str(world.case),
        "Appointment": f"referral-{world.referral}",
        "Procedure": str(world.outcomes["procedure"]),
        "Communication": f"critical-{world.criticals['critical']}",
        "ImagingStudy": str(world.study),
        "Observation": f"{world.case}-weight",
        "DiagnosticReport": str(world.case),
        "Provenance": f"{world.case}-1",
        "Binary": f"{world.case}-1-pdf-zh",
    }


PUBLIC_TO_MEMBERS = {"Organization"}


def test_the_tables_agree() -> None:
    for name in SEARCHED:
        assert name in MAPPINGS
        if name != "Observation":
            names = {param.name for param in KINDS[name].params}
            sorts = {param.name for param in KINDS[name].params if param.sorts}
            for source in SOURCES[name]:
                assert set(conditions_for(None, source.conditions or name)) == names, name
                assert set(source.sorts) == sorts, name
    branches = {one.conditions for many in SOURCES.values() for one in many} - {""}
    assert set(CONDITIONS) == set(SEARCHED) | branches
    assert set(MAPPINGS) == set(SEARCHED)


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_read(world: Alliance, kind: str) -> None:
    address = f"{kind}/{ids_of(world)[kind]}"
    asking = ("zhang", "tech", "desk", "li")
    for login in asking:
        assert get(world, login, address).status_code == 200, login
    hidden = 200 if kind in PUBLIC_TO_MEMBERS else 404
    assert get(world, "stranger", address).status_code == hidden
    assert get(world, "wang", address).status_code == hidden
    anonymous = Client().get(f"/fhir/{address}")
    assert anonymous.status_code == 401
    assert anonymous["WWW-Authenticate"] == "Bearer"
    assert anonymous.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("kind", SEARCHED)
def test_who_may_search(world: Alliance, kind: str) -> None:
    wanted = ids_of(world)[kind]
    for login in ("zhang", "tech", "desk", "li"):
        assert wanted in found(world, login, kind)
    for login in ("wang", "stranger"):
        assert (wanted in found(world, login, kind)) == (kind in PUBLIC_TO_MEMBERS)
    assert Client().get(f"/fhir/{kind}").status_code == 401


@pytest.mark.parametrize("kind", ["ServiceRequest", "Task"])
def test_a_draft_is_its_authors_alone(world: Alliance, kind: str) -> None:
    for login in ("tech", "desk", "li", "stranger"):
        assert get(world, login, f"{kind}/{world.draft}").status_code == 404
        assert str(world.draft) not in found(world, login, kind)
    assert str(world.draft) in found(world, "zhang", kind)
    basedon = f"ImagingStudy?basedon={world.draft}"
    assert found(world, "zhang", basedon) == [str(world.bare_study)]
    assert found(world, "tech", basedon) == []
    assert "basedOn" not in get(world, "tech", f"ImagingStudy/{world.bare_study}").json()


BAD_IDS = ("0", "999999999999", "x", "-1", "1" * 30, "'", "1-2-3-4", "%00")


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_id(world: Alliance, kind: str) -> None:
    for bad in BAD_IDS:
        response = get(world, "zhang", f"{kind}/{bad}")
        assert response.status_code == 404, bad
        assert response.json()["issue"][0]["code"] == "not-found"


def test_every_resource_from_the_database_is_valid(world: Alliance) -> None:
    amend(world)
    resources = [Client().get("/fhir/metadata").json()]
    for kind in SEARCHED:
        bundle = get(world, "zhang", kind).json()
        assert bundle["total"] > 0, kind
        resources.append(bundle)
        for entry in bundle["entry"]:
            one = get(world, "zhang", f"{kind}/{entry['resource']['id']}")
            assert one.status_code == 200
            resources.append(one.json())
    resources.append(get(world, "zhang", f"DiagnosticReport/{world.case}/_history").json())
    resources.append(get(world, "zhang", "Nonsense").json())
    binary = f"Binary/{world.case}-2-pdf-en?_format=json"
    resources.append(get(world, "zhang", binary).json())
    assert faults_by_definitions(resources) == []
    assert faults_by_models(resources) == []


def test_every_reference_leads_somewhere(world: Alliance) -> None:
    amend(world)
    references: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("reference"), str):
                references.add(value["reference"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for login in ("zhang", "li", "desk"):
        references.clear()
        for kind in SEARCHED:
            walk(get(world, login, kind).json())
        outside = {one for one in references if not one.startswith("#")}
        assert len(outside) > 10
        for one in sorted(outside):
            assert get(world, login, one).status_code == 200, (login, one)


def test_capability_says_what_there_is(world: Alliance) -> None:
    response = Client().get("/fhir/metadata")
    assert response["Content-Type"].startswith("application/fhir+json")
    statement = response.json()
    assert statement["fhirVersion"] == "4.0.1"
    for resource in statement["rest"][0]["resource"]:
        kind = resource["type"]
        codes = {one["code"] for one in resource["interaction"]}
        assert get(world, "zhang", f"{kind}/{ids_of(world)[kind]}").status_code == 200
        searched = get(world, "zhang", kind).status_code
        assert searched == (200 if "search-type" in codes else 404)
        history = get(world, "zhang", f"{kind}/{ids_of(world)[kind]}/_history").status_code
        assert history == (200 if "history-instance" in codes else 404)
        for param in resource.get("searchParam", []):
            value = "2026-03-01" if param["type"] == ParamType.DATE.value else "1"
            answer = get(
                world, "zhang", f"{kind}?{param['name']}={value}", Prefer="handling=strict"
            )
            assert answer.status_code == 200, param
            assert param["name"] in answer.json()["link"][0]["url"]


# One line a search: type, query, and which of the world's things it finds.
SEARCHES = [
    ("Patient", "identifier=00123", ["child"]),
    ("Patient", "identifier=urn:x-tongying:patient-id:COUNTY_1:HIS|00123", ["child"]),
    ("Patient", "identifier=urn:x-tongying:patient-id:OTHER:HIS|00123", []),
    ("Patient", "name=王小明", ["child"]),
    ("Patient", "name=WXM", ["child"]),
    ("Patient", "name=wang ming", ["child"]),
    ("Patient", "name=李", []),
    ("Patient", "birthdate=2024-02-29", ["child"]),
    ("Patient", "birthdate=2024", ["child"]),
    ("Patient", "birthdate=lt2024-02-29", []),
    ("Patient", "birthdate=le2024-02-29", ["child"]),
    ("Patient", "birthdate=gt2024-02-29", []),
    ("Patient", "birthdate=ge2024-02&birthdate=lt2024-03", ["child"]),
    ("Patient", "gender=male", ["child"]),
    ("Patient", "gender=unknown", ["bare_child"]),
    ("Patient", "_id={child},{bare_child}", ["child", "bare_child"]),
    ("Organization", "identifier=CHILD", ["CHILD"]),
    ("Organization", "name=儿童", ["CHILD"]),
    ("ServiceRequest", "patient={child}", ["case"]),
    ("ServiceRequest", "subject=Patient/{child}", ["case"]),
    ("ServiceRequest", "subject:Patient={child}", ["case"]),
    ("ServiceRequest", "patient=http://testserver/fhir/Patient/{child}", ["case"]),
    ("ServiceRequest", "status=completed", ["case"]),
    ("ServiceRequest", "status=draft", ["draft"]),
    ("ServiceRequest", "status=draft,completed", ["case", "draft"]),
    ("ServiceRequest", "status=reading", []),
    ("ServiceRequest", "priority=urgent", ["case"]),
    ("ServiceRequest", "identifier={number}", ["case"]),
    ("ServiceRequest", "identifier=urn:x-tongying:case-number|{number}", ["case"]),
    ("ServiceRequest", "identifier=urn:other|{number}", []),
    ("ServiceRequest", "authored=ge2020-01-01T00:00:00Z", ["case", "draft"]),
    ("ServiceRequest", "authored=lt2020", []),
    ("ServiceRequest", "_lastUpdated=gt2020-01-01", ["case", "draft"]),
    ("Task", "status=completed&patient={child}", ["case"]),
    ("Task", "business-status=signed", ["case"]),
    ("Task", "business-status=acknowledged", []),
    ("Task", "based-on=ServiceRequest/{case}", ["case"]),
    ("Task", "focus={draft}", ["draft"]),
    ("ImagingStudy", "patient={child}", ["study", "prior"]),
    ("ImagingStudy", "started=2026-03-01", ["study"]),
    ("ImagingStudy", "started=lt2026-03-01", ["prior"]),
    ("ImagingStudy", "started=ge2025-01-05T12:00:00&started=le2025-01-05T13:00:00", ["prior"]),
    ("ImagingStudy", "identifier=urn:dicom:uid|urn:oid:" + STUDY_UID, ["study"]),
    ("ImagingStudy", "identifier=urn:dicom:uid|urn:oid:" + FOREIGN_UID, []),
    ("ImagingStudy", "identifier=A2", ["prior"]),
    ("ImagingStudy", "modality=MR", ["study", "prior"]),
    ("ImagingStudy", "modality=CT", []),
    ("ImagingStudy", "status=available&_id={study}", ["study"]),
    ("ImagingStudy", "status=cancelled", []),
    ("ImagingStudy", "basedon=ServiceRequest/{case}", ["study"]),
    ("DiagnosticReport", "patient={child}", ["case"]),
    ("DiagnosticReport", "patient={bare_child}", []),
    ("DiagnosticReport", "status=final", ["case"]),
    ("DiagnosticReport", "status=amended", []),
    ("DiagnosticReport", "date=2026-03-01", ["case"]),
    ("DiagnosticReport", "date=2026-03-02", []),
    ("DiagnosticReport", "issued=ge2020", ["case"]),
    ("DiagnosticReport", "identifier={number}", ["case"]),
    ("DiagnosticReport", "based-on={case}", ["case"]),
]


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in SEARCHES}))
def test_searches(plain: Alliance, kind: str) -> None:
    values = {key: value for key, value in vars(plain).items() if not isinstance(value, dict)}
    wrong = []
    for query, names in [line[1:] for line in SEARCHES if line[0] == kind]:
        wanted = {str(values.get(name, name)) for name in names}
        got = set(found(plain, "zhang", f"{kind}?{query.format(**values)}"))
        if got != wanted:
            wrong.append((query, got, wanted))
    assert wrong == []


def test_measurements_are_searched_by_patient_code_date_and_status(plain: Alliance) -> None:
    case = plain.case
    everything = [f"{case}-gestation", f"{case}-height", f"{case}-weight"]
    assert sorted(found(plain, "zhang", f"Observation?patient={plain.child}")) == everything
    for query, wanted in (
        ("code=29463-7", ["weight"]),
        ("code=http://loinc.org|8302-2", ["height"]),
        ("code=http://other|8302-2", []),
        ("date=2026-03-02", ["height", "weight"]),
        ("date=ge2026-03-03", []),
        ("status=final", ["gestation", "height", "weight"]),
        ("status=preliminary", []),
        (f"_id={case}-height", ["height"]),
        (f"based-on={case}&code=29463-7,76516-4", ["gestation", "weight"]),
    ):
        expected = [f"{case}-{name}" for name in wanted]
        assert sorted(found(plain, "zhang", f"Observation?{query}")) == expected, query
    by_date = found(plain, "zhang", "Observation?_sort=-date&_count=2")
    assert len(by_date) == 2


def test_pages_follow_each_other(plain: Alliance) -> None:
    seen: list[str] = []
    address = "ImagingStudy?_count=1&status=available"
    while address:
        bundle = get(plain, "zhang", address).json()
        assert bundle["total"] == 3
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        assert ("previous" in links) == (len(seen) > 1)
        address = links.get("next", "").removeprefix("http://testserver/fhir/")
    assert sorted(seen) == sorted(map(str, (plain.study, plain.prior, plain.bare_study)))
    counted = get(plain, "zhang", "ImagingStudy?_count=0").json()
    assert (counted["total"], "entry" in counted) == (3, False)


def test_sorting(plain: Alliance) -> None:
    ascending = found(plain, "zhang", "ImagingStudy?_sort=started")
    assert ascending == [str(one) for one in (plain.prior, plain.study, plain.bare_study)]
    descending = found(plain, "zhang", "ImagingStudy?_sort=-started")
    assert descending == [str(one) for one in (plain.study, plain.prior, plain.bare_study)]
    assert get(plain, "zhang", "ImagingStudy?_sort=modality").status_code == 400


def test_unknown_parameters(world: Alliance) -> None:
    lenient = get(world, "zhang", "Patient?colour=red&gender=male")
    assert lenient.status_code == 200
    assert lenient.json()["link"][0]["url"] == "http://testserver/fhir/Patient?gender=male"
    strict = get(world, "zhang", "Patient?colour=red", Prefer="handling=strict")
    assert strict.status_code == 400
    assert "colour" in strict.json()["issue"][0]["diagnostics"]


REFUSED = (
    "birthdate=yesterday",
    "birthdate=2024-02-30",
    "birthdate=ne2024-01-01",
    "birthdate=0000",
    "birthdate=9999-12-31",
    "birthdate=2024-01-01T25:00:00Z",
    "name:exact=x",
    "_count=many",
    "_count=-1",
    "_sort=colour",
)


def test_what_cannot_be_searched_is_said(world: Alliance) -> None:
    for query in REFUSED:
        response = get(world, "zhang", f"Patient?{query}")
        assert response.status_code == 400, query
        assert response.json()["issue"][0]["code"] == "invalid"


def test_people_are_searched_by_name_role_and_hospital(world: Alliance) -> None:
    members = world.members
    assert found(world, "zhang", "Practitioner?name=tech") == [str(members["tech"])]
    assert found(world, "zhang", "PractitionerRole?role=technologist") == [str(members["tech"])]
    ours = found(world, "zhang", "PractitionerRole?organization=Organization/COUNTY.1")
    assert set(ours) == {str(members[name]) for name in ("zhang", "tech")}
    one = f"PractitionerRole?practitioner=Practitioner/{members['li']}"
    assert found(world, "zhang", one) == [str(members["li"])]


def test_a_search_may_be_posted(world: Alliance) -> None:
    response = Client().post(
        "/fhir/Patient/_search?gender=male",
        data="identifier=00123",
        content_type="application/x-www-form-urlencoded",
        headers=world.bearer("zhang"),
    )
    assert [one["resource"]["id"] for one in response.json()["entry"]] == [str(world.child)]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_for_reading_only(world: Alliance, method: str) -> None:
    for path in ("Patient", f"Patient/{world.child}"):
        response = getattr(Client(), method)(
            f"/fhir/{path}", "{}", "application/json", headers=world.bearer("zhang")
        )
        assert response.status_code == 405
        assert response.json()["issue"][0]["code"] == "not-supported"
        assert "GET" in response["Allow"]


def test_addresses_that_do_not_exist(world: Alliance) -> None:
    for path in (
        "",
        "Nonsense",
        "Nonsense/1",
        "Binary",
        "a/b/c/d",
        "Patient/1/x",
        "Task/1/_history",
    ):
        response = get(world, "zhang", path)
        assert response.status_code == 404, path
        assert response.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("accept", "query", "status"),
    [
        ("application/fhir+json", "", 200),
        ("application/json", "", 200),
        ("*/*", "", 200),
        ("application/fhir+json; fhirVersion=4.0", "", 200),
        ("application/fhir+xml", "", 406),
        ("application/fhir+xml", "?_format=json", 200),
        ("*/*", "?_format=xml", 406),
        ("*/*", "?_format=application/fhir%2Bjson", 200),
    ],
)
def test_formats(world: Alliance, accept: str, query: str, status: int) -> None:
    response = get(world, "zhang", f"Patient/{world.child}{query}", Accept=accept)
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/fhir+json")
    assert response["Cache-Control"] == "private, no-store"


def test_versions_of_a_report(world: Alliance) -> None:
    before = get(world, "zhang", f"DiagnosticReport/{world.case}")
    assert (before["ETag"], before.json()["status"]) == ('W/"1"', "final")
    amend(world)
    now = get(world, "zhang", f"DiagnosticReport/{world.case}")
    assert (now["ETag"], now.json()["status"]) == ('W/"2"', "amended")
    assert now.json()["conclusion"] == "否。"
    old = get(world, "zhang", f"DiagnosticReport/{world.case}/_history/1")
    assert old.json() == before.json()
    history = get(world, "zhang", f"DiagnosticReport/{world.case}/_history").json()
    assert [one["resource"]["meta"]["versionId"] for one in history["entry"]] == ["2", "1"]
    for missing in ("3", "0", "x"):
        address = f"DiagnosticReport/{world.case}/_history/{missing}"
        assert get(world, "zhang", address).status_code == 404
    for hidden in ("_history", "_history/1"):
        address = f"DiagnosticReport/{world.case}/{hidden}"
        assert get(world, "stranger", address).status_code == 404
        assert Client().get(f"/fhir/{address}").status_code == 401
    assert found(world, "zhang", "DiagnosticReport?status=amended") == [str(world.case)]
    target = f"Provenance?target=DiagnosticReport/{world.case}"
    assert len(found(world, "zhang", target)) == 2
    assert found(world, "zhang", f"{target}/_history/2") == [f"{world.case}-2"]


def test_the_pdf_is_the_one_whose_hash_the_report_gives(world: Alliance) -> None:
    report = get(world, "zhang", f"DiagnosticReport/{world.case}").json()
    for form, (kind, data) in zip(report["presentedForm"], PDF.items(), strict=True):
        path = form["url"].removeprefix("http://testserver/fhir/")
        raw = get(world, "zhang", path)
        assert raw["Content-Type"] == "application/pdf"
        assert raw.content == data + b"1"
        assert len(raw.content) == form["size"]
        assert hashlib.sha1(raw.content).digest() == b64decode(form["hash"])  # noqa: S324
        wrapped = get(world, "zhang", path, Accept="application/fhir+json").json()
        assert b64decode(wrapped["data"]) == raw.content
        assert kind in path


def test_a_document_still_being_made_is_not_there_yet(world: Alliance) -> None:
    OpinionRow.objects.get(case_id=world.case).documents.all().delete()
    report = get(world, "zhang", f"DiagnosticReport/{world.case}").json()
    assert "presentedForm" not in report
    assert get(world, "zhang", f"Binary/{world.case}-1-pdf-zh").status_code == 404


def test_an_instance_list_comes_with_a_read_and_not_with_a_search(world: Alliance) -> None:
    whole = get(world, "zhang", f"ImagingStudy/{world.study}").json()
    assert [one["number"] for one in whole["series"][0]["instance"]] == [1, 2, 3]
    (entry,) = get(world, "zhang", f"ImagingStudy?_id={world.study}").json()["entry"]
    assert "instance" not in entry["resource"]["series"][0]
    assert entry["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("Patient", "child"),
        ("ImagingStudy", "study"),
        ("ServiceRequest", "case"),
        ("Task", "case"),
        ("Observation", "case"),
        ("DiagnosticReport", "case"),
        ("Provenance", "case"),
        ("Binary", "opinion"),
    ],
)
def test_a_reading_is_in_the_trail_of_the_hospital_that_owns_it(
    world: Alliance, kind: str, target: str
) -> None:
    before = AuditRow.objects.count()
    world.bearer("li")
    tokens = AuditRow.objects.count() - before
    get(world, "li", f"{kind}/{ids_of(world)[kind]}")
    (event,) = AuditRow.objects.order_by("id")[before + tokens :]
    assert (event.actor, event.action, event.kind) == ("li", "read", target)
    assert event.hospital == "COUNTY_1"
    named = {
        "child": str(world.child),
        "study": STUDY_UID,
        "case": world.number,
        "opinion": f"{world.number}/1",
    }
    assert event.target == named[target]


def test_a_search_leaves_its_readings_in_the_trail(plain: Alliance) -> None:
    plain.bearer("li")
    before = AuditRow.objects.order_by("-id").values_list("id", flat=True)[0]
    assert len(found(plain, "li", "ImagingStudy")) == 2
    targets = AuditRow.objects.filter(id__gt=before).values_list("kind", "actor")
    assert list(targets) == [("study", "li")] * 2
    found(plain, "stranger", "ImagingStudy?_id=1")


def test_answers_name_no_member_login_and_no_secret(world: Alliance) -> None:
    text = json.dumps([get(world, "zhang", kind).json() for kind in SEARCHED])
    code = OpinionRow.objects.get(case_id=world.case).verify_code
    assert code not in text


NASTY = (
    "x",
    "|",
    "||",
    ",",
    "\\",
    "\\|",
    "a|b|c",
    "%",
    "'",
    "Patient/",
    "/",
    "ge",
    "2026-13",
    "1" * 40,
    "\0",
    "TY-0000-000001",
    "TY-9999-999999999999",
    "王" * 300,
)


@pytest.mark.parametrize("kind", SEARCHED)
def test_no_value_upsets_a_search(world: Alliance, kind: str) -> None:
    client, headers = Client(), world.bearer("zhang")
    for name in (*(param.name for param in KINDS[kind].params), "_count", "_offset", "_sort"):
        for value in NASTY:
            response = client.get(f"/fhir/{kind}", {name: value}, headers=headers)
            assert response.status_code in (200, 400), (name, value)
            assert response.json()["resourceType"] in ("Bundle", "OperationOutcome")
