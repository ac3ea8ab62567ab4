"""What is typed and contradicts the child's record: asked about at once, and only once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import archive_world as world
import case_world
import pathway_world as knees
import pytest
from django.conf import settings
from django.http import HttpResponse

from tongying.consult.desk import CaseNotFound
from tongying.consult.states import State
from tongying.kernel.age import AgeUnit
from tongying.measure.body.age_doubts import SaidAge
from tongying.measure.body.written_age import written_age
from tongying.measure.recipe import Grade
from tongying.pathway.catalogue import pathways
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.measurements.doubting import doubts_of_case
from tongying.web.measurements.models import AffirmedRow, DrawingRow, MeasurementRow
from tongying.web.measurements.store import Asked, Entry, enter, strike
from tongying.web.pathways import following
from tongying.web.records.models import Child, FetalStudy, Study
from tongying.web.trail.models import AuditRow

FAR = "体重远高于同龄儿童"
AGE_SAID = "所述年龄与出生日期不符"
AGAIN = "如确认无误，请再输入一次"
DIFFERS = "两次输入不一致"
CHECK = "请核对体重"
AUTOSAVE = {"Tongying-Autosave": "1"}
ON = date(2026, 3, 1)
"""Of the images; the boy is exactly two years old."""
WEIGHT = Entry(Asked(study=world.STUDY), "weight", 38.0, "kg", measured_on=ON)
QUESTION = {
    "text": "要不要转诊？",
    "urgency": "urgent",
    "confidence": "unsure",
    "weight_kg": "38",
    "measured_on": "2026-03-01",
}
MEASURED = {"measure": "weight", "value": "38000", "unit": "g", "measured_on": "2026-03-01"}


@pytest.fixture
def case(db: None, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 4, tzinfo=UTC))
    case_world.build()
    return case_world.draft()


def post(address: str, data: dict[str, Any], **headers: str) -> HttpResponse:
    browser = world.client("requester")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    return browser.post(address, data, headers=headers)


def page(address: str, login: str = "requester") -> str:
    browser = world.client(login)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def saved(case: int, **changes: str) -> dict[str, str]:
    """Save as the script does while somebody types; return what stands beside the fields."""
    answer = post(f"/cases/{case}/question/", QUESTION | changes, **AUTOSAVE)
    assert answer.status_code == 200
    parts = json.loads(answer.content)["parts"]
    return {
        name.removeprefix("doubt-"): html.strip()
        for name, html in parts.items()
        if name.startswith("doubt-") and html.strip()
    }


def sent(case: int, **changes: Any) -> HttpResponse:
    return post(f"/cases/{case}/question/", QUESTION | {"then": "submit"} | changes)


def state(case: int) -> str:
    return CaseRow.objects.get(pk=case).state


# ---- the question


def test_a_weight_beyond_z_4_is_asked_about_while_it_is_typed_and_kept(case: int) -> None:
    asked = saved(case)
    assert set(asked) == {"weight_kg"}
    assert FAR in asked["weight_kg"] and AGAIN in asked["weight_kg"]
    assert CaseRow.objects.get(pk=case).weight_kg == 38
    assert FAR in page(f"/cases/{case}/")
    assert saved(case, weight_kg="12.4") == {}


def test_it_is_sent_only_once_it_was_typed_again_and_is_not_asked_again(case: int) -> None:
    first = sent(case)
    assert (first.status_code, state(case)) == (422, State.DRAFT.value)
    text = first.content.decode()
    assert FAR in text and 'value="38"' in text and QUESTION["text"] in text
    wrong = sent(case, **{"again-weight_kg": "83"})
    assert (wrong.status_code, state(case)) == (422, State.DRAFT.value)
    assert DIFFERS in wrong.content.decode() and 'value="83"' in wrong.content.decode()
    assert not AffirmedRow.objects.exists()
    assert sent(case, **{"again-weight_kg": "38,0"}).status_code == 302
    assert state(case) == State.SUBMITTED.value
    row = AffirmedRow.objects.get()
    assert (row.said, row.by.login) == ("weight=38kg@2026-03-01", "requester")
    (event,) = AuditRow.objects.filter(kind="child", action="update")
    assert event.actor == "requester" and "affirm" in str(event.detail)


def test_what_was_affirmed_while_typing_stays_so_and_another_value_is_asked_anew(
    case: int,
) -> None:
    assert saved(case, **{"again-weight_kg": "38"}) == {}
    assert saved(case) == {} and FAR not in page(f"/cases/{case}/")
    assert set(saved(case, weight_kg="39")) == {"weight_kg"}
    assert set(saved(case, measured_on="2026-02-27")) == {"weight_kg"}
    assert saved(case) == {} and AffirmedRow.objects.count() == 1


def test_jin_height_and_a_jump_are_told_in_their_own_words(case: int) -> None:
    assert "斤" in saved(case, weight_kg="24")["weight_kg"]
    asked = saved(case, weight_kg="12.4", height_cm="130")
    assert set(asked) == {"height_cm"} and "身高" in asked["height_cm"]
    enter(world.viewer("requester"), replace(WEIGHT, value=9.4, measured_on=date(2026, 1, 10)))
    jump = saved(case, weight_kg="16.5")["weight_kg"]
    assert "体重与该患儿此前的体重不连贯" in jump
    assert AGAIN not in jump and 'name="sure"' in jump
    assert sent(case, weight_kg="16.5").status_code == 422
    right = sent(case, weight_kg="16.5", sure="weight=16.5kg@2026-03-01")
    assert (right.status_code, state(case)) == (302, State.SUBMITTED.value)


def test_a_field_at_fault_is_not_asked_about_with_its_old_value(case: int) -> None:
    saved(case)
    assert saved(case, weight_kg="abc") == {}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("2岁，要不要转诊？", ""),
        ("男，24个月，要不要转诊？", ""),
        ("2月，要不要转诊？", "按月"),
        ("8月", AGE_SAID),
        ("8岁", AGE_SAID),
        ("发热8天，母亲28岁", ""),
    ],
)
def test_an_age_in_the_question_is_set_against_the_date_of_birth(
    case: int, text: str, asked: str
) -> None:
    found = saved(case, weight_kg="12.4", text=text)
    assert set(found) == ({"text"} if asked else set())
    if asked:
        said = doubts_of_case(world.viewer("requester"), case)[0].said
        assert saved(case, weight_kg="12.4", text=text, sure=said) == {}
        assert saved(case, weight_kg="12.4", text=f"{text} ") == {}


def test_the_history_is_read_where_the_question_tells_no_age(case: int) -> None:
    assert set(saved(case, weight_kg="12.4", history="患儿，女，8岁")) == {"history"}


def test_a_gestation_is_set_against_a_study_before_birth(case: int) -> None:
    before = world.instance(study="1.2.826.0.1.3680043.10.99.8", StudyDate="20231201")
    assert world.send("requester", before)[0].accepted
    FetalStudy.objects.create(
        child=Child.objects.get(local_id="P-77"),
        study=Study.objects.get(uid="1.2.826.0.1.3680043.10.99.8"),
        gestation_days=20 * 7,
        reason="told",
        made_by_id=world.viewer("coordinator").user,
        made_at="2026-03-01T00:00:00Z",
    )
    # 91 days before the birth in week 20: born in week 33.
    assert saved(case, weight_kg="12.4", gestation_weeks="33") == {}
    asked = saved(case, weight_kg="12.4", gestation_weeks="40")
    assert set(asked) == {"gestation_weeks"} and "孕" in asked["gestation_weeks"]
    assert saved(case, weight_kg="12.4", gestation_weeks="40", sure="gestation=280d") == {}


def test_sending_while_the_very_same_was_just_saved_is_no_conflict(case: int) -> None:
    saved(case, weight_kg="12.4", revision="0")
    assert CaseRow.objects.get(pk=case).revision > 0
    assert sent(case, weight_kg="12.5", revision="0").status_code == 409
    assert state(case) == State.DRAFT.value
    assert sent(case, weight_kg="12.4", revision="0").status_code == 302
    assert state(case) == State.SUBMITTED.value


def test_for_a_stranger_there_is_nothing_to_ask(case: int) -> None:
    with pytest.raises(CaseNotFound):
        doubts_of_case(world.viewer("stranger"), case, lambda _: True)


# ---- a height or weight that is entered as a measurement


def test_a_doubted_weight_is_kept_once_it_was_typed_again(case: int) -> None:
    given = MEASURED | {"study": world.STUDY, "tool": "电子秤"}
    first = post("/measurements/new/", given)
    text = first.content.decode()
    assert first.status_code == 422 and FAR in text
    assert 'value="38000"' in text and 'value="电子秤"' in text
    wrong = post("/measurements/new/", given | {"again-value": "3800"})
    assert wrong.status_code == 422 and DIFFERS in wrong.content.decode()
    assert not MeasurementRow.objects.exists()
    assert post("/measurements/new/", given | {"again-value": "38000"}).status_code == 302
    assert MeasurementRow.objects.get().value == 38000
    # The same weight on the same day, in the question: it was asked about already.
    assert saved(case) == {}


def test_faults_come_first_and_other_measures_are_not_asked_about(case: int) -> None:
    future = MEASURED | {"study": world.STUDY, "measured_on": "2026-03-09"}
    text = post("/measurements/new/", future).content.decode()
    assert FAR not in text and "notice-red" in text
    fits = MEASURED | {"study": world.STUDY, "value": "12400"}
    assert post("/measurements/new/", fits).status_code == 302


# ---- the doses, the draft


def test_a_doubted_weight_stands_beside_every_dose_until_it_is_affirmed(case: int) -> None:
    enter(world.viewer("requester"), WEIGHT)
    following.choose(world.viewer("requester"), case, knees.add())
    text = page(f"/cases/{case}/pathway/")
    doses = text[text.index('id="p-doses"') :]
    rows = doses[: doses.index("</section>")].count("<tr><td")
    assert rows > 4 and doses.count(CHECK) == rows + 1 and FAR in doses
    saved(case, **{"again-weight_kg": "38"})
    text = page(f"/cases/{case}/pathway/")
    assert CHECK not in text and "已询问并确认该体重无误" in text and FAR in text


def drawing(side: str, value: str, measured: str = "") -> DrawingRow:
    study = Study.objects.get(uid=world.STUDY)
    grade = Grade("ihdi", value, side, f"IHDI grade {value}.", f"IHDI {value} 级。", "a source")
    viewer = world.viewer("requester")
    row = DrawingRow.objects.create(
        code=f"D-{side}-{value}",
        hospital=study.hospital,
        child=study.child,
        study=study,
        sop_uid="1.2.3",
        recipe="pelvis-film",
        marks={},
        calibration={},
        result={"grades": [grade.as_json()]},
        source="drawn",
        drawn_by_id=viewer.user,
        drawn_at=clock.now(),
    )
    if measured:
        MeasurementRow.objects.filter(code=measured).update(drawing=row)
    return row


def test_a_drawn_grade_is_a_draft_beside_the_choice_of_its_own_side(case: int) -> None:
    reading = case_world.reading()
    reader = world.viewer("reader")
    following.choose(reader, reading, pathways()["hip-dysplasia"].digest)
    angle = Entry(Asked(case=reading, study=world.STUDY), "acetabular-index", 31.0, "deg", "L")
    code = enter(reader, angle)
    drawing("R", "I")
    drawing("L", "III", code)
    text = page(f"/cases/{reading}/pathway/", "reader")
    draft = "图上测量草案，待核对"
    assert text.count(draft) == 2
    left = text[text.index('id="f-a-ihdi.L"') :]
    assert "IHDI III 级" in left[: left.index("drafted") + 400]
    knees.answer(reading, {"ihdi.L": "I"})
    text = page(f"/cases/{reading}/pathway/", "reader")
    assert text.count(draft) == 1 and text.count("与图上测量结果不一致") == 1
    strike(reader, code, "画错了")
    assert "IHDI III 级" not in page(f"/cases/{reading}/pathway/", "reader")


# ---- ages in sentences


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("8月，右髋弹响", 8, AgeUnit.MONTHS),
        ("８月", 8, AgeUnit.MONTHS),
        ("患儿，男，八岁，跛行1月", 8, AgeUnit.YEARS),
        ("十二个月男婴", 12, AgeUnit.MONTHS),
        ("5周岁", 5, AgeUnit.YEARS),
        ("2岁3月", 27, AgeUnit.MONTHS),
        ("1岁半，走路晚", 18, AgeUnit.MONTHS),
        ("女，20天，呕吐3天", 20, AgeUnit.DAYS),
        ("哥哥5岁，患儿8月", 8, AgeUnit.MONTHS),
        ("an 8-month-old with a click", 8, AgeUnit.MONTHS),
        ("8 y girl", 8, AgeUnit.YEARS),
    ],
)
def test_an_age_is_read_as_doctors_write_it(text: str, number: int, unit: AgeUnit) -> None:
    assert written_age(text) == SaidAge(number, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8月3日起发热3天",
        "2026年8月发病",
        "母亲28岁，有家族史",
        "患儿3天前发热",
        "2岁时手术",
        "胎儿8月",
        "随访3月",
        "fever for 3 days",
        "L1-L2, 3 mm",
    ],
)
def test_a_date_a_span_and_a_relative_are_no_age(text: str) -> None:
    assert written_age(text) is None
