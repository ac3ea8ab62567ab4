"""Measurements in the browser: the section on case and study, the form, the child's page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import archive_world as world
import case_world
import pytest
from django.http import HttpResponse

from tongying.web.cases.models import CaseRow
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.store import Asked, Entry, enter, strike
from tongying.web.records.models import Child, Instance

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 1)
HEAD = Entry(Asked(), "head-circumference", 48.6, "cm", measured_on=ON)
SPLEEN = Entry(Asked(study=world.STUDY), "spleen-length", 75.0, "mm")
FORM = {
    "measure": "spleen-length",
    "value": "7,5",
    "unit": "cm",
    "measured_on": "2026-03-01",
    "side": "",
    "norm": "",
}


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()


def child() -> int:
    return Child.objects.get(local_id="P-77").pk


def put(entry: Entry, login: str = "requester") -> str:
    return enter(world.viewer(login), entry)


def page(login: str, address: str, status: int = 200, **headers: str) -> str:
    answer = world.client(login).get(address, headers=headers)
    assert answer.status_code == status
    return answer.content.decode()


def post(login: str, address: str, data: dict[str, Any] | None = None) -> HttpResponse:
    return world.client(login).post(address, data or {})


def test_nobody_is_asked_to_log_in_and_strangers_find_nothing() -> None:
    code = put(replace(HEAD, asked=Asked(child=child())))
    addresses = (
        ("get", f"/measurements/new/?study={world.STUDY}"),
        ("post", f"/measurements/{code}/strike/"),
        ("post", f"/measurements/{code}/insert/"),
        ("post", f"/measurements/{code}/report/"),
        ("get", f"/children/{child()}/measurements/"),
    )
    for method, address in addresses:
        assert getattr(world.client(), method)(address).status_code == 302
        assert getattr(world.client("stranger"), method)(address).status_code == 404
    assert world.client("requester").get("/children/999999/measurements/").status_code == 404
    assert world.client("requester").post("/measurements/nothing/strike/").status_code == 404


def test_an_empty_section_says_so_and_leads_to_the_form() -> None:
    text = page("requester", f"/studies/{world.STUDY}/")
    assert "Nothing has been measured yet." in text
    assert f"/measurements/new/?study={world.STUDY}" in text
    assert "/measurements/new/" not in page("trainee", f"/studies/{world.STUDY}/")


def test_a_line_shows_value_strip_centile_population_and_what_is_doubtful() -> None:
    case = case_world.reading()
    put(replace(HEAD, asked=Asked(case=case)))
    text = page("reader", f"/cases/{case}/")
    start = text.index('id="measurements"')
    section = text[start : text.index("</section>", start)]
    assert "Head circumference" in section and "48.6 cm" in section
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="strip"' in section
    assert re.search(r"P\d\d</b>", section) and re.search(r"z [+-]0\.\d\d", section)
    assert "china-2013.head-circumference@1" in section
    assert "needs sign-off" in section and "foreign population" not in section
    assert "so the centile has no interval" in section
    assert " style=" not in section


def test_a_refusal_is_a_sentence_and_the_value_stands() -> None:
    put(replace(SPLEEN, tool="a tool of our own"))
    put(replace(SPLEEN, measure="kidney-volume-left", value=52.0, unit="mL"))
    text = page("requester", f"/studies/{world.STUDY}/")
    assert "There is no norm of this measure." in text
    assert "52 mL" in text and "Only the value is shown." in text


def test_the_form_begins_with_the_measure_and_htmx_brings_the_rest() -> None:
    address = f"/measurements/new/?study={world.STUDY}"
    empty = page("requester", address)
    assert 'name="measure"' in empty and 'name="value"' not in empty
    assert "<noscript>" in empty
    whole = page("requester", f"{address}&measure=spleen-length")
    part = page("requester", f"{address}&measure=spleen-length", **{"HX-Request": "true"})
    for text in (whole, part):
        assert '<option value="cm" selected>' in text and '<option value="mm">' in text
        assert '<option value="kg"' not in text
        assert "rosenberg-1991.spleen-length@1" in text
        assert 'value="2026-03-01"' in text
    assert "<html" in whole and "<html" not in part
    fetal = page("requester", f"{address}&measure=fetal-pons-width")
    assert 'name="weeks"' in fetal and 'name="weeks"' not in whole
    sided = page("requester", f"{address}&measure=kidney-length-right")
    assert 'name="side"' in whole and 'name="side"' not in sided
    page("researcher", address, 403)
    page("stranger", address, 404)


def test_what_is_typed_is_kept_and_leads_back() -> None:
    answer = post("requester", "/measurements/new/", FORM | {"study": world.STUDY})
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/studies/{world.STUDY}/#measurements",
    )
    row = MeasurementRow.objects.get()
    assert (row.value, row.unit, row.measured_on) == (7.5, "cm", ON)
    case = case_world.submitted()
    where = {"case": str(case), "on_study": "none", "study": world.STUDY, "value": "8.1"}
    answer = post("requester", "/measurements/new/", FORM | where)
    assert answer["Location"] == f"/cases/{case}/#measurements"
    assert MeasurementRow.objects.get(value=8.1).study is None
    answer = post("requester", "/measurements/new/", FORM | {"child": str(child())})
    assert answer["Location"] == f"/children/{child()}/measurements/"


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost() -> None:
    wrong = {
        "study": world.STUDY,
        "value": "seven",
        "tool": "ultrasound caliper",
        "side": "R",
        "measured_on": "2026-03-01",
    }
    answer = post("requester", "/measurements/new/", FORM | wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="e-value">Write the value as a number.' in text
    assert 'value="seven"' in text and 'value="ultrasound caliper"' in text
    assert re.search(r'value="R" checked', text)
    answer = post("requester", "/measurements/new/", FORM | wrong | {"measured_on": "yesterday"})
    assert "Write the day as 2026-03-01." in answer.content.decode()
    assert not MeasurementRow.objects.exists()


def test_a_strike_asks_for_a_reason_and_the_line_stays() -> None:
    code = put(SPLEEN)
    back = {"study": world.STUDY}
    answer = post("requester", f"/measurements/{code}/strike/", back)
    assert answer["Location"] == f"/studies/{world.STUDY}/#measurements"
    assert MeasurementRow.objects.get().struck_at is None
    post("requester", f"/measurements/{code}/strike/", back | {"reason": "wrong child"})
    text = page("requester", f"/studies/{world.STUDY}/")
    assert "Struck by requester" in text and "wrong child" in text
    assert "/strike/" not in text
    odd = post("requester", f"/measurements/{code}/strike/", {"study": "a/b", "reason": "x"})
    assert odd.status_code == 409


def test_one_click_puts_the_sentence_into_the_opinion_in_the_pages_language() -> None:
    case = case_world.reading()
    code = put(replace(HEAD, asked=Asked(case=case)))
    assert f"/measurements/{code}/insert/" in page("reader", f"/cases/{case}/")
    assert f"/measurements/{code}/insert/" not in page("requester", f"/cases/{case}/")
    answer = post("reader", f"/measurements/{code}/insert/")
    assert answer["Location"] == f"/cases/{case}/#opinion"
    english = CaseRow.objects.get(pk=case).draft_findings
    assert english.startswith("Head circumference 48.6 cm (2026-03-01): P")
    assert "china-2013.head-circumference@1" in english and "needs sign-off" in english
    browser = world.client("reader")
    browser.cookies["tongying_language"] = "zh-hans"
    browser.post(f"/measurements/{code}/insert/")
    chinese = CaseRow.objects.get(pk=case).draft_findings.splitlines()[-1]
    assert chinese.startswith("头围 48.6 cm（2026-03-01）：P")
    assert not re.search("[a-z]{3,} [a-z]{3,}", chinese)


def test_a_report_is_saved_and_said() -> None:
    code = put(SPLEEN)
    answer = post("technologist", f"/measurements/{code}/report/", {"study": world.STUDY})
    assert answer["Location"] == f"/studies/{world.STUDY}/#measurements"
    assert Instance.objects.filter(series__modality="SR").count() == 1
    text = page("requester", f"/studies/{world.STUDY}/")
    assert "in a DICOM report" in text
    apart = put(replace(HEAD, asked=Asked(child=child())))
    assert post("requester", f"/measurements/{apart}/report/").status_code == 400
    assert "written into no DICOM report" in page("requester", f"/children/{child()}/measurements/")


def test_the_childs_page_draws_the_curve_and_the_change() -> None:
    assert "Nothing has been measured yet." in page(
        "requester", f"/children/{child()}/measurements/"
    )
    of_child = replace(HEAD, asked=Asked(child=child()))
    put(of_child)
    put(replace(of_child, value=47.2, measured_on=date(2025, 8, 31)))
    struck = put(replace(of_child, value=44.0))
    strike(world.viewer("requester"), struck, "wrong child")
    text = page("requester", f"/children/{child()}/measurements/")
    assert 'class="norm-chart"' in text
    assert text.count('class="n-point"') == 2
    assert "In 182 days" in text and "+1.4 cm (+2.81 cm a year)" in text
    assert "whether the change is real cannot be said" in text
    assert "wrong child" in text


def test_the_pages_stay_with_a_few_queries(django_assert_max_num_queries: Any) -> None:
    for value in range(40, 60):
        put(replace(HEAD, asked=Asked(child=child()), value=float(value)))
    browser = world.client("requester")
    with django_assert_max_num_queries(45):
        browser.get(f"/children/{child()}/measurements/")
