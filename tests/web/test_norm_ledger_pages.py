"""The ledger of normal children in the browser: three clicks, blinded reading, withdrawal."""

from __future__ import annotations

import re
from html import unescape

import archive_world as world
import ledger_world as books
import pytest
from django.test import Client

from tongying.web.norms.models import InclusionRule, NormEntry, NormReading, NormSubject

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    books.build()


def text(browser: Client, url: str, status: int = 200) -> str:
    answer = browser.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return unescape(answer.content.decode())


def give(login: str, code: str, value: str) -> int:
    path = f"/norms/ledger/values/{code}/read/"
    return world.client(login).post(path, {"value": value}).status_code


# ---- three clicks -----------------------------------------------------------------------------


def test_from_a_study_in_three_clicks() -> None:
    """Another child was entered before: rule, measures and method stand there as chosen then."""
    books.enrolled(books.OTHER_CHILD, measures=("brain-volume", "ventricle-volume"))
    browser, clicks = world.client("researcher"), 0

    study = text(browser, f"/studies/{books.STUDY}/")
    add = f"/norms/ledger/children/new/?study={books.STUDY}"
    assert add in books.Form("", study).links
    page, clicks = text(browser, add), clicks + 1

    form = books.Form("/norms/ledger/children/new/", page)
    assert form.values["measures"] == ["brain-volume", "ventricle-volume"]
    assert form.values["height_cm"] == ["98"] and form.values["weight_kg"] == ["15.2"]
    assert form.values["tool"] == ["deepbet"] and form.values["rule"]
    # The consent is this child's own: its number is typed, its day chosen with one click.
    assert form.values["consent_reference"] == [""] and form.values["consent"] == ["given"]
    form.values["consent_reference"] = ["ICF-2"]
    form.values["consent_on"], clicks = ["2026-02-28"], clicks + 1

    answer, clicks = browser.post(form.action, form.values), clicks + 1
    assert answer.status_code == 302 and clicks <= 3
    row = NormSubject.objects.get(label="N-0002")
    assert (row.sex, str(row.born), row.consent_reference) == ("M", "2024-03-01", "ICF-2")
    entries = NormEntry.objects.filter(subject=row)
    assert {one.measure for one in entries} == {"brain-volume", "ventricle-volume"}
    assert {(one.age_days, one.height_cm, one.weight_kg) for one in entries} == {(730, 98.0, 15.2)}
    assert "N-0002" in text(browser, answer["Location"])


def test_a_waiver_is_remembered_whole_so_that_two_clicks_do() -> None:
    from tongying.norms.ledger.eligibility import Agreement, Consent

    waived = Agreement(Consent.WAIVED, None, "伦理 2026-17")
    rule = InclusionRule.objects.get(code="routine-mr").pk
    books.enrolled(books.OTHER_CHILD, rule=rule, agreement=waived)
    browser = world.client("researcher")
    form = books.Form(
        "/norms/ledger/children/new/",
        text(browser, f"/norms/ledger/children/new/?study={books.STUDY}"),
    )
    assert form.values["consent_reference"] == ["伦理 2026-17"]
    assert browser.post(form.action, form.values).status_code == 302
    assert NormSubject.objects.get(label="N-0002").rule.route == "indirect"


def test_what_is_missing_is_said_and_nothing_typed_is_lost() -> None:
    browser = world.client("researcher")
    typed = {"study": books.STUDY, "label": "X-9", "tool": "caliper", "rule": "0"}
    typed["rule"] = str(InclusionRule.objects.get(code="healthy-volunteers").pk)
    typed |= {"gestation_weeks": "39", "gestation_days": "9"}
    answer = browser.post("/norms/ledger/children/new/", typed)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422 and not NormSubject.objects.exists()
    # A ground that nobody named is none, and nine days of a week are none either.
    assert "A volunteer needs the guardian's consent." in page
    assert 'name="gestation_days"' in page and 'value="9"' in page
    answer = browser.post("/norms/ledger/children/new/", {**typed, "consent": "given"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 422 and not NormSubject.objects.exists()
    assert "Choose at least one measure." in page
    assert "Give the number of the signed consent form." in page
    assert "Give the day of the consent." in page
    assert 'value="X-9"' in page and 'value="caliper"' in page


def test_a_child_of_unknown_sex_cannot_be_chosen() -> None:
    uid = "1.2.826.0.1.3680043.10.97.9"
    world.send("technologist", world.instance(1, study=uid, PatientID="P-9", PatientSex="O"))
    page = text(world.client("admin"), f"/norms/ledger/children/new/?study={uid}")
    assert "The child's sex is not known" in page
    assert "consent_reference" not in page


def test_only_researchers_and_administrators_see_the_button() -> None:
    for login, sees in (("researcher", True), ("admin", True), ("expert", False)):
        page = text(world.client(login), f"/studies/{books.STUDY}/")
        assert ("/norms/ledger/children/new/" in page) is sees


# ---- two readers and a third ------------------------------------------------------------------


def test_a_reader_never_sees_the_other_value_before_giving_their_own() -> None:
    code = books.entry().code
    assert give("expert", code, "1312.5") == 302
    for login in ("second", "technologist", "researcher", "admin"):
        browser = world.client(login)
        for url in (
            f"/norms/ledger/values/{code}/",
            "/norms/ledger/readings/",
            "/norms/ledger/",
            f"/norms/ledger/children/{NormSubject.objects.get().code}/",
            "/trail/",
        ):
            assert "1312.5" not in browser.get(url).content.decode(), (login, url)
    assert "1312.5" in text(world.client("expert"), f"/norms/ledger/values/{code}/")
    assert give("second", code, "1320.5") == 302
    page = text(world.client("second"), f"/norms/ledger/values/{code}/")
    assert "1312.5" in page and "1320.5" in page and "1316.5" in page
    assert NormEntry.objects.get().value == 1316.5


def test_a_dispute_goes_to_a_third_person() -> None:
    code = books.entry().code
    give("expert", code, "1200")
    give("second", code, "1350")
    row = NormEntry.objects.get()
    assert (row.state, row.value) == ("disputed", None)
    decide = f"/norms/ledger/values/{code}/decide/"
    assert world.client("second").post(decide, {"value": "1350"}).status_code == 422
    lists = text(world.client("technologist"), "/norms/ledger/readings/")
    assert code in lists
    assert world.client("technologist").post(decide, {"value": "1290"}).status_code == 302
    row = NormEntry.objects.get()
    assert (row.state, row.value) == ("agreed", 1290)
    assert world.client("researcher").post(decide, {"value": "1"}).status_code == 409
    assert [one.kind for one in NormReading.objects.order_by("pk")] == [
        "reader",
        "reader",
        "adjudicator",
    ]


def test_nobody_reads_twice_and_nobody_reads_third() -> None:
    code = books.entry().code
    give("expert", code, "1200")
    assert give("expert", code, "1210") == 409
    give("second", code, "1210")
    assert give("technologist", code, "1220") == 409
    assert NormReading.objects.count() == 2


def test_an_impossible_value_is_refused_and_stays_in_the_field() -> None:
    code = books.entry().code
    answer = world.client("expert").post(f"/norms/ledger/values/{code}/read/", {"value": "1312500"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 422 and "is not possible in a child" in page
    assert 'value="1312500"' in page and not NormReading.objects.exists()


def test_the_waiting_list_empties_as_one_reads() -> None:
    code = books.entry().code
    assert code in text(world.client("expert"), "/norms/ledger/readings/")
    give("expert", code, "1312")
    page = text(world.client("expert"), "/norms/ledger/readings/")
    assert code not in re.split("Quality gate", page)[0]


def test_the_quality_gate_needs_a_reason_to_stay_shut() -> None:
    code = books.entry().code
    path = f"/norms/ledger/values/{code}/quality/"
    browser = world.client("technologist")
    assert browser.post(path, {"quality": "failed"}).status_code == 422
    assert browser.post(path, {"quality": "failed", "reason": "运动伪影"}).status_code == 302
    row = NormEntry.objects.get()
    assert (row.quality, row.state) == ("failed", "excluded")
    assert give("expert", code, "1300") == 409
    assert browser.post(path, {"quality": "passed"}).status_code == 302
    assert NormEntry.objects.get().state == "waiting"


# ---- list, rules, withdrawal ------------------------------------------------------------------


def test_the_list_counts_children_by_age_and_sex() -> None:
    row = books.entry()
    give("expert", row.code, "1300")
    give("second", row.code, "1310")
    empty = text(world.client("researcher"), "/norms/ledger/?measure=brain-volume")
    assert 'value="1"' not in empty.split("Ready for a fit")[1]
    world.client("expert").post(f"/norms/ledger/values/{row.code}/quality/", {"quality": "passed"})
    page = text(world.client("researcher"), "/norms/ledger/?measure=brain-volume&state=agreed")
    assert 'max="120" value="1"' in page and "1305 cm³" in page
    assert "Nothing in the ledger fits" in text(
        world.client("researcher"), "/norms/ledger/?band=10-14y"
    )


def test_rules_keep_their_versions() -> None:
    browser = world.client("researcher")
    page = text(browser, "/norms/ledger/rules/?from=healthy-volunteers@1")
    form = books.Form("/norms/ledger/rules/", page)
    form.values |= {"text": ["足月。身高体重在 P3 至 P97。"], "limits": ["acetabular-index = 3"]}
    assert browser.post("/norms/ledger/rules/", form.values).status_code == 302
    first, second = InclusionRule.objects.filter(code="healthy-volunteers").order_by("version")
    assert first.closed_at is not None and second.closed_at is None
    assert second.limits == {"acetabular-index": 3}
    form.values["limits"] = ["nothing = 3"]
    assert browser.post("/norms/ledger/rules/", form.values).status_code == 422
    shut = f"/norms/ledger/rules/{second.pk}/close/"
    assert world.client("otherresearcher").post(shut).status_code == 404
    assert world.client("expert").post(shut).status_code == 403
    assert browser.post(shut).status_code == 302


def test_a_withdrawal_needs_a_reason_and_is_seen() -> None:
    row = books.enrolled()
    path = f"/norms/ledger/children/{row.code}/withdraw/"
    assert world.client("expert").post(path, {"reason": "x"}).status_code == 403
    assert world.client("researcher").post(path, {"reason": " "}).status_code == 422
    assert world.client("researcher").post(path, {"reason": "监护人要求"}).status_code == 302
    page = text(world.client("researcher"), f"/norms/ledger/children/{row.code}/")
    assert "监护人要求" in page and "Nothing is deleted" in page and path not in page
    assert world.client("researcher").post(path, {"reason": "again"}).status_code == 409
    assert NormEntry.objects.count() == 1


def test_another_hospital_learns_nothing() -> None:
    row = books.enrolled()
    code = NormEntry.objects.get().code
    browser = world.client("otherresearcher")
    assert browser.get(f"/norms/ledger/children/{row.code}/").status_code == 404
    assert browser.get(f"/norms/ledger/values/{code}/").status_code == 404
    for tail in ("read", "decide", "quality"):
        answer = browser.post(f"/norms/ledger/values/{code}/{tail}/", {"quality": "passed"})
        assert answer.status_code == 404
    assert browser.get(f"/norms/ledger/children/new/?study={books.STUDY}").status_code == 404
    assert "V-001" not in text(browser, "/norms/ledger/")


@pytest.mark.parametrize("login", ["requester", "coordinator", "trainee"])
def test_the_ledger_is_not_for_everybody(login: str) -> None:
    assert world.client(login).get("/norms/ledger/").status_code == 403
