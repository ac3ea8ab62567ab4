"""The store of normal children: one child once, routes apart, withdrawal, tables, a real one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import archive_world as world
import ledger_world as books
import nibabel
import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongying.norms.ledger.columns import EXAMPLE
from tongying.norms.ledger.eligibility import Agreement, Consent
from tongying.norms.ledger.faults import FaultCode, LedgerRefused
from tongying.norms.ledger.reading import ReadAlready, Standing
from tongying.norms.ledger.sheet import write_sheet
from tongying.norms.method import MeasuringMethod
from tongying.web.norms import ledger as store
from tongying.web.norms.ledger_import import LedgerMoved, TableOutcome
from tongying.web.norms.ledger_reading import NotBlinded
from tongying.web.norms.ledger_rights import LedgerNotFound, LedgerNotYours
from tongying.web.norms.ledger_rules import RuleNotFound, RuleRefused
from tongying.web.norms.models import (
    InclusionRule,
    NormEntry,
    NormFitRow,
    NormReading,
    NormReleaseRow,
    NormSubject,
)
from tongying.web.norms.sources import usable
from tongying.web.records.models import Child
from tongying.web.records.reading import ObjectNotFound
from tongying.web.trail.models import AuditRow
from tongying.web.trail.store import check_chain

pytestmark = pytest.mark.django_db
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "mr_brain_3y_normal"


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    books.build()


def codes(refusal: pytest.ExceptionInfo[LedgerRefused]) -> set[FaultCode]:
    return {one.code for one in refusal.value.faults}


def read(code: str, *values: tuple[str, float]) -> Standing:
    for login, value in values:
        standing = store.give(world.viewer(login), code, value, "")
    return standing


# ---- entering from a study --------------------------------------------------------------------


def test_a_second_study_of_the_child_adds_to_the_same_subject() -> None:
    first = books.enrolled()
    again = store.enrolment_of(world.viewer("admin"), books.LATER)
    assert again.subject == first.code and again.wish.label == "V-001"
    books.enrolled(books.LATER)
    assert NormSubject.objects.count() == 1
    assert [one.age_days for one in NormEntry.objects.order_by("age_days")] == [730, 822]


def test_the_same_value_is_not_asked_for_twice() -> None:
    books.enrolled()
    with pytest.raises(LedgerRefused) as refusal:
        books.enrolled()
    assert codes(refusal) == {FaultCode.ENTRY_TWICE}


def test_another_rule_of_the_same_route_does_not_take_the_child_again() -> None:
    books.enrolled()
    name = books.rule("other-volunteers", "direct")
    other = InclusionRule.objects.get(code=name.split("@")[0])
    with pytest.raises(LedgerRefused) as refusal:
        books.enrolled(books.LATER, rule=other.pk, label="V-002")
    assert codes(refusal) == {FaultCode.CHILD_TWICE}


def test_the_two_routes_are_two_subjects_and_two_sources() -> None:
    books.enrolled()
    routine = InclusionRule.objects.get(code="routine-mr").pk
    waived = Agreement(Consent.WAIVED, None, "EC-7")
    books.enrolled(books.LATER, rule=routine, agreement=waived, label="R-001")
    assert {row.rule.route for row in NormSubject.objects.all()} == {"direct", "indirect"}
    with pytest.raises(LedgerRefused) as refusal:
        books.enrolled(books.OTHER_CHILD, agreement=waived, label="V-003")
    assert codes(refusal) == {FaultCode.CONSENT_NEEDED}


def test_linked_records_are_one_child() -> None:
    from tongying.web.records.children import link

    books.enrolled()
    one, other = Child.objects.get(local_id="P-77"), Child.objects.get(local_id="P-78")
    link(world.viewer("coordinator"), one.pk, other.pk, reason="two cards")
    assert store.enrolment_of(world.viewer("researcher"), books.OTHER_CHILD).wish.label == "V-001"


def test_a_number_is_one_childs() -> None:
    books.enrolled()
    with pytest.raises(LedgerRefused) as refusal:
        books.enrolled(books.OTHER_CHILD)
    assert codes(refusal) == {FaultCode.LABEL_TAKEN}


def test_only_the_hospitals_own_study_and_its_researchers() -> None:
    with pytest.raises(ObjectNotFound):
        books.enrolled(login="otherresearcher")
    with pytest.raises(LedgerNotYours):
        books.enrolled(login="expert")


def test_the_gestation_given_in_a_question_is_proposed() -> None:
    from tongying.consult.people import Role
    from tongying.web.cases import store as cases
    from tongying.web.cases.models import CaseRow

    world.add("asker", Role.REQUESTER, world.COUNTY)
    case = cases.begin(world.viewer("asker"), books.STUDY)
    CaseRow.objects.filter(pk=case).update(gestation_weeks=32, gestation_days=4)
    view = store.enrolment_of(world.viewer("researcher"), books.STUDY)
    assert view.wish.gestation_days == 228
    assert FaultCode.ASKED_ABOUT in {one.code for one in view.doubts}


# ---- readers ----------------------------------------------------------------------------------


def test_the_database_keeps_one_reading_a_person_and_one_decision() -> None:
    row = books.entry()
    read(row.code, ("expert", 1300.0))
    with pytest.raises(ReadAlready):
        read(row.code, ("expert", 1301.0))
    first = NormReading.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        NormReading.objects.create(
            entry=row,
            kind="reader",
            reader_name="expert",
            entered_by=first.entered_by,
            value=1.0,
            at=timezone.now(),
        )


def test_a_value_in_another_unit_is_turned_and_one_of_another_kind_refused() -> None:
    row = books.entry()
    store.give(world.viewer("expert"), row.code, 1.3, "L")
    assert NormReading.objects.get().value == pytest.approx(1300)
    with pytest.raises(LedgerRefused, match="is no unit of this measure"):
        store.give(world.viewer("second"), row.code, 1300, "mm")


def test_only_agreed_passed_values_of_children_who_stayed_enter_a_fit() -> None:
    row = books.entry()
    read(row.code, ("expert", 1300.0), ("second", 1310.0))
    assert not usable().exists()
    store.judge_quality(world.viewer("technologist"), row.code, "passed", "")
    assert usable().get().value == 1305
    store.withdraw(world.viewer("researcher"), row.subject.code, "asked to")
    assert not usable().exists()


# ---- withdrawal -------------------------------------------------------------------------------


def released(row: NormEntry) -> NormReleaseRow:
    viewer, now = world.viewer("researcher"), timezone.now()
    fit = NormFitRow.objects.create(
        code="FIT", measure=row.measure, settings={}, asked_by_id=viewer.user, asked_at=now,
        state="done", finished_at=now,
    )  # fmt: skip
    release = NormReleaseRow.objects.create(
        norm_id="tongying.brain-volume@1", measure=row.measure, document="{}", sha256="0" * 64,
        fit=fit, drafted_by_id=viewer.user, drafted_at=now, state="published", published_at=now,
    )  # fmt: skip
    release.entries.add(row)
    return release


def test_a_withdrawal_reaches_the_releases_and_deletes_nothing() -> None:
    row = books.entry()
    read(row.code, ("expert", 1300.0), ("second", 1310.0))
    release = released(row)
    before = release.document, release.sha256
    touched = store.withdraw(world.viewer("admin"), row.subject.code, "监护人要求")
    assert [(one.norm_id, one.values) for one in touched] == [("tongying.brain-volume@1", 1)]
    release.refresh_from_db()
    assert (release.document, release.sha256) == before
    assert NormReading.objects.count() == 2 and NormEntry.objects.get().value == 1305
    page = store.subject_of(world.viewer("researcher"), row.subject.code)
    assert [one.norm_id for one in page.releases] == ["tongying.brain-volume@1"]
    events = AuditRow.objects.filter(kind="norm-release")
    assert [one.target for one in events] == ["tongying.brain-volume@1"]


def test_a_withdrawn_child_comes_back_with_a_new_consent_only() -> None:
    row = books.enrolled()
    store.withdraw(world.viewer("researcher"), row.code, "asked to")
    with pytest.raises(LedgerRefused) as refusal:
        books.enrolled(label="V-002")
    assert codes(refusal) == {FaultCode.CHILD_WITHDRAWN}
    # The clock of these tests is the real one: consent is given on the day of the withdrawal.
    today = timezone.localtime().date()
    books.enrolled(label="V-002", agreement=Agreement(Consent.GIVEN, today, "ICF-9"))
    assert NormSubject.objects.filter(withdrawn_at=None).count() == 1


def test_every_write_leaves_its_event_and_no_event_holds_a_value() -> None:
    row = books.entry()
    read(row.code, ("expert", 1234.5), ("second", 1555.5))
    store.adjudicate(world.viewer("technologist"), row.code, 1400.0, "")
    store.judge_quality(world.viewer("technologist"), row.code, "passed", "")
    store.withdraw(world.viewer("researcher"), row.subject.code, "asked to")
    events = AuditRow.objects.filter(target=row.subject.code).order_by("pk")
    assert [one.detail.get("what", "") for one in events] == [
        "", "to-measure", "measured", "measured", "adjudicated", "quality-passed", "withdrawn",
    ]  # fmt: skip
    assert AuditRow.objects.filter(kind="norm-rule", action="create").count() == 2
    assert not [one for one in events if "1234" in str(one.detail) or "1400" in str(one.detail)]
    assert check_chain() is None


# ---- rules ------------------------------------------------------------------------------------


def test_a_new_version_keeps_its_route_and_its_hospital() -> None:
    with pytest.raises(RuleRefused, match="never mixed"):
        books.rule("healthy-volunteers", "indirect")
    with pytest.raises(RuleNotFound):
        books.rule("healthy-volunteers", "direct", login="otherresearcher")
    assert books.rule("healthy-volunteers", "direct") == "healthy-volunteers@2"


@pytest.mark.parametrize(
    ("percent", "limits"), [(0.0, {}), (float("nan"), {}), (5.0, {"kidney-length": float("inf")})]
)
def test_a_tolerance_of_nothing_is_refused(percent: float, limits: dict[str, float]) -> None:
    with pytest.raises(RuleRefused):
        books.rule("new-rule", "direct", percent=percent, **limits)


# ---- tables -----------------------------------------------------------------------------------

ROW = {**EXAMPLE[0], "site": world.COUNTY, "measured_on": "2026-03-01"}


def table(*rows: dict[str, str]) -> bytes:
    return write_sheet(rows).encode()


def enter(data: bytes, login: str = "researcher") -> TableOutcome:
    seen = store.judge_table(world.viewer(login), data).seen
    return store.enter_table(world.viewer(login), data, seen)


def test_a_table_is_looked_at_first_and_then_its_good_rows_are_entered() -> None:
    data = table(ROW, {**ROW, "subject": "V-2", "sex": "1"}, {**ROW, "subject": "V-3", "site": ""})
    looked = store.judge_table(world.viewer("researcher"), data)
    assert (looked.good, looked.refused, looked.entered) == (1, 2, False)
    assert not NormSubject.objects.exists()
    done = enter(data)
    assert done.entered and NormSubject.objects.get().label == "V-001"
    row = NormEntry.objects.get()
    assert (row.state, row.value, row.quality) == ("agreed", 72.0, "passed")
    again = store.judge_table(world.viewer("researcher"), data)
    assert again.good == 0
    assert again.rows[0].faults[0].code is FaultCode.ENTRY_TWICE


def test_nothing_is_entered_that_the_person_did_not_see() -> None:
    data = table(ROW)
    seen = store.judge_table(world.viewer("researcher"), data).seen
    with pytest.raises(LedgerMoved):
        store.enter_table(world.viewer("researcher"), table({**ROW, "value_1": "71.6"}), seen)
    store.close_rule(
        world.viewer("researcher"), InclusionRule.objects.get(code="healthy-volunteers").pk
    )
    with pytest.raises(LedgerMoved):
        store.enter_table(world.viewer("researcher"), data, seen)
    assert not NormSubject.objects.exists()


def test_who_brought_the_first_value_is_not_the_second_reader() -> None:
    enter(table({**ROW, "value_2": "", "reader_2": ""}))
    code = NormEntry.objects.get().code
    with pytest.raises(NotBlinded):
        read(code, ("researcher", 72.0))
    assert store.reading_lists(world.viewer("researcher")).to_read == ()
    assert read(code, ("third", 72.5)) is Standing.AGREED
    assert NormEntry.objects.get().value == 72.0


def test_a_reader_named_in_a_table_is_the_member_of_that_name() -> None:
    enter(table({**ROW, "reader_1": "Expert", "value_2": "", "reader_2": ""}))
    with pytest.raises(ReadAlready):
        read(NormEntry.objects.get().code, ("expert", 72.0))


def test_another_hospitals_rows_are_refused() -> None:
    looked = store.judge_table(world.viewer("otherresearcher"), table(ROW))
    assert looked.rows[0].faults[0].code is FaultCode.SITE_FOREIGN


def test_a_table_of_many_children_is_entered_whole() -> None:
    rows = [
        {**ROW, "subject": f"V-{n}", "born": (date(2014, 1, 1) + timedelta(n)).isoformat()}
        for n in range(150)
    ]
    done = enter(table(*rows))
    assert done.good == done.children == 150
    page = store.ledger_page(world.viewer("expert"), store.LedgerFilter(measure="kidney-length"))
    assert page.total == 150 and page.pages == 3
    assert sum(one.boys for one in page.counts) == 150
    last = store.ledger_page(world.viewer("expert"), store.LedgerFilter(page=99))
    assert len(last.entries) == 30


def test_the_counts_of_the_alliance_are_pooled_and_names_are_not() -> None:
    enter(table(ROW))
    wanted = store.LedgerFilter(measure="kidney-length")
    there = store.ledger_page(world.viewer("otherresearcher"), wanted)
    band = next(one for one in there.counts if one.band == "4-6y")
    assert (band.boys, band.all_boys, there.entries) == (0, 1, ())
    with pytest.raises(LedgerNotFound):
        store.subject_of(world.viewer("otherresearcher"), NormSubject.objects.get().code)


# ---- the first entry is real ------------------------------------------------------------------


@pytest.mark.skipif(not REAL.is_dir(), reason="the normal 3-year-old's MR is not on this machine")
def test_the_first_entry_is_the_normal_three_year_old() -> None:
    """Two readers take the volume of a mask drawn on the whole series.

    One takes all of it, one leaves out the two outermost slices of each side. Each 16th image is
    enough to bring the study here.
    """
    files = sorted((REAL / "dicom").glob("*.dcm"))[::16]
    world.send("technologist", *(path.read_bytes() for path in files))
    child = Child.objects.get(local_id="1449c1d")
    study = child.studies.get()
    view = store.enrolment_of(world.viewer("researcher"), study.uid)
    assert (view.candidate.sex, view.candidate.born) == ("M", date(2009, 7, 1))
    assert view.candidate.age() == (date(2013, 3, 8) - date(2009, 7, 1)).days == 1346
    row = books.entry(
        study.uid,
        label="FIRST",
        agreement=Agreement(Consent.GIVEN, date(2013, 3, 1), "published reference data, MIT"),
        height_cm=view.wish.height_cm,
        weight_kg=view.wish.weight_kg,
        measures=("intracranial-volume",),
        method=MeasuringMethod("deepbet", "1.0.2", "mprage-sag-0.9", None),
    )
    mask = nibabel.load(REAL / "model_outputs" / "sag3y_mask.nii.gz")
    voxel_cm3 = float(np.prod(mask.header.get_zooms()[:3])) / 1000
    inside = np.asarray(mask.dataobj) > 0
    counted = float(np.count_nonzero(inside)) * voxel_cm3
    across = inside.any(axis=(0, 1)).nonzero()[0]
    trimmed = float(np.count_nonzero(inside[..., across[0] + 2 : across[-1] - 1])) * voxel_cm3
    assert counted == pytest.approx(1468.6, abs=0.1) and counted - 20 < trimmed < counted
    read(row.code, ("expert", counted), ("second", trimmed))
    store.judge_quality(world.viewer("technologist"), row.code, "passed", "")
    kept = usable().get()
    assert kept.value == pytest.approx((counted + trimmed) / 2)
    assert (kept.age_days, kept.subject.sex, kept.weight_kg) == (1346, "M", 20.8)
    assert kept.subject.child_id == child.pk and kept.study_id == study.pk
