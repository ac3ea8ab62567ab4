"""What becomes of an instance in the index: child, study, series, duplicate, conflict, refusal."""

from __future__ import annotations

from datetime import date

import pytest
from archive_bytes import SR, bring, image
from django.db import connection
from django.utils import timezone

from tongying.archive.arrival import Fate
from tongying.consult.people import Role
from tongying.consult.states import State
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.people.models import Hospital, Member
from tongying.web.records import index_rows
from tongying.web.records.check import check
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex
from tongying.web.records.models import (
    Child,
    Instance,
    InstanceMetadata,
    Series,
    StoreConflict,
    Study,
)
from tongying.web.trail.models import AuditRow
from tongying.web.trail.store import check_chain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hospitals() -> None:
    for code in ("ONE", "TWO"):
        Hospital.objects.create(code=code, name=code, ae_title=code)


def fates(arrivals: list) -> list[Fate]:
    return [one.fate for one in arrivals]


def test_a_study_its_series_and_its_counts() -> None:
    files = [image(number=number) for number in (1, 2)]
    files += [image(number=3, SeriesInstanceUID="1.2.3.1.9", Modality="MR", SeriesNumber=2)]
    assert fates(bring("ONE", *files)) == [Fate.STORED] * 3
    study = Study.objects.get()
    assert (study.series_count, study.instance_count) == (2, 3)
    assert study.modalities == "CT\\MR"
    assert study.bytes == sum(map(len, files))
    assert study.date == date(2026, 3, 1)
    assert sorted(Series.objects.values_list("instance_count", flat=True)) == [1, 2]
    assert Instance.objects.count() == InstanceMetadata.objects.count() == 3
    child = Child.objects.get()
    assert (child.local_id, child.name_ideographic, child.sex) == ("P1", "王^小明", "M")
    assert check(content_store(), read_bytes=True).sound


def test_instances_that_come_one_by_one_are_the_same_study() -> None:
    for number in range(1, 6):
        assert fates(bring("ONE", image(number=number))) == [Fate.STORED]
    study = Study.objects.get()
    assert (study.series_count, study.instance_count) == (1, 5)
    assert check(content_store()).sound


def test_the_same_bytes_again_change_nothing() -> None:
    data = image()
    assert fates(bring("ONE", data, data)) == [Fate.STORED, Fate.DUPLICATE]
    before = Study.objects.values().get()
    assert fates(bring("ONE", data)) == [Fate.DUPLICATE]
    assert Study.objects.values().get() == before
    assert Instance.objects.count() == 1
    assert check(content_store()).sound


def test_other_bytes_under_the_same_uid_are_kept_apart() -> None:
    first, other = image(), image(SeriesDescription="other bytes")
    bring("ONE", first)
    kept = Instance.objects.values().get()
    (arrival,) = bring("ONE", other)
    assert (arrival.fate, arrival.code) == (Fate.CONFLICT, "archive.conflict")
    assert bring("ONE", other)[0].fate is Fate.CONFLICT
    assert Instance.objects.values().get() == kept
    conflict = StoreConflict.objects.get()
    assert content_store().path(conflict.digest).read_bytes() == other
    assert check(content_store()).sound


def test_a_conflict_within_one_batch() -> None:
    arrivals = bring("ONE", image(), image(SeriesDescription="other bytes"))
    assert fates(arrivals) == [Fate.STORED, Fate.CONFLICT]
    assert StoreConflict.objects.get().instance == Instance.objects.get()


def test_the_same_id_at_two_hospitals_is_two_children() -> None:
    assert fates(bring("ONE", image())) == fates(bring("TWO", image())) == [Fate.STORED]
    assert Child.objects.count() == Study.objects.count() == 2
    assert set(Child.objects.values_list("hospital_id", "local_id")) == {
        ("ONE", "P1"),
        ("TWO", "P1"),
    }


def test_the_same_id_of_two_issuers_is_two_children() -> None:
    bring("ONE", image("1.2.3.1", IssuerOfPatientID="A"))
    bring("ONE", image("1.2.3.2", IssuerOfPatientID="B"))
    assert set(Child.objects.values_list("issuer", flat=True)) == {"A", "B"}


def test_one_id_with_two_birth_dates_is_two_children() -> None:
    bring("ONE", image("1.2.3.1"))
    bring("ONE", image("1.2.3.2", PatientBirthDate="20250101"))
    assert sorted(Child.objects.values_list("clash", "birth_date")) == [
        (0, date(2021, 1, 5)),
        (1, date(2025, 1, 1)),
    ]


def test_an_unknown_birth_date_is_no_clash_and_is_filled_later() -> None:
    bring("ONE", image("1.2.3.1", PatientBirthDate=""))
    assert Child.objects.get().birth_date is None
    bring("ONE", image("1.2.3.2"))
    assert Child.objects.get().birth_date == date(2021, 1, 5)


def test_two_studies_without_id_are_two_children() -> None:
    bring("ONE", image("1.2.3.1", PatientID=None), image("1.2.3.2", PatientID=None))
    assert Child.objects.count() == 2


@pytest.mark.parametrize("change", [{"PatientID": "P2"}, {"PatientBirthDate": "20250101"}])
def test_another_child_in_a_known_study_is_refused_alone(change: dict[str, str]) -> None:
    bring("ONE", image())
    wrong, right = image(number=2, **change), image(number=3)
    refused, stored = bring("ONE", wrong, right)
    assert (refused.fate, refused.code) == (Fate.REFUSED, "archive.other-child")
    assert "P2" not in refused.reason
    assert stored.fate is Fate.STORED
    report = check(content_store())
    assert report.sound and report.objects == 2


def test_blanks_are_filled_and_never_overwritten() -> None:
    bring("ONE", image(StudyDescription="", PatientWeight=""))
    bring("ONE", image(number=2, PatientWeight="14.5"))
    bring("ONE", image(number=3, StudyDescription="other", PatientWeight="99"))
    study = Study.objects.get()
    assert (study.description, study.weight_kg) == ("胸部 CT", 14.5)


def test_each_batch_has_one_event_a_study_and_fate_on_a_whole_chain() -> None:
    bring("ONE", image(number=1), image(number=2), image("1.2.3.9", PatientID="P3"))
    bring("ONE", image(number=1), image(number=4, PatientID="P2"))
    found = AuditRow.objects.order_by("id").values_list("action", "target", "detail")
    assert list(found) == [
        ("create", "1.2.3.1", {"door": "stow-rs", "fate": "stored", "count": "2"}),
        ("create", "1.2.3.9", {"door": "stow-rs", "fate": "stored", "count": "1"}),
        ("create", "1.2.3.1", {"door": "stow-rs", "fate": "duplicate", "count": "1"}),
        ("refuse", "1.2.3.1", {"door": "stow-rs", "fate": "refused", "count": "1"}),
    ]
    assert check_chain() is None


def test_a_changed_event_breaks_the_chain() -> None:
    bring("ONE", image())
    bring("ONE", image(number=2))
    first = AuditRow.objects.order_by("id").first()
    AuditRow.objects.filter(pk=first.pk).update(actor="somebody else")
    assert check_chain() == first.pk


def test_when_the_event_cannot_be_written_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from tongying.web.records import index

    class Disk(Exception):
        pass

    def full(_: object) -> None:
        raise Disk

    monkeypatch.setattr(index.trail, "append", full)
    with pytest.raises(Disk):
        bring("ONE", image())
    assert not Instance.objects.exists() and not Study.objects.exists()
    assert list(content_store().digests()) == []


@pytest.fixture
def expert() -> Member:
    return Member.objects.create(
        login="expert", name="e", hospital_id="TWO", role=Role.EXPERT.value, password="!"
    )


def ask(expert: Member) -> None:
    author = Member.objects.create(
        login="author", name="a", hospital_id="ONE", role=Role.REQUESTER.value, password="!"
    )
    study = Study.objects.get(hospital_id="ONE")
    now = timezone.now()
    case = CaseRow.objects.create(
        state=State.READING.value,
        asking_id="ONE",
        answering_id="TWO",
        author=author,
        assignee=expert,
        child=study.child,
        created_at=now,
        changed_at=now,
    )
    CaseStudy.objects.create(case=case, study=study)


def test_a_derived_object_of_the_invited_expert_joins_the_case_study(expert: Member) -> None:
    bring("ONE", image())
    ask(expert)
    report = image(number=9, SOPClassUID=SR, SeriesInstanceUID="1.2.3.1.2", Modality="SR")
    assert fates(bring("TWO", report, user=expert.pk, actor="expert")) == [Fate.STORED]
    study = Study.objects.get()
    assert (study.hospital_id, study.series_count, study.modalities) == ("ONE", 2, "CT\\SR")
    assert Instance.objects.get(sop_class_uid=SR).hospital_id == "ONE"
    assert AuditRow.objects.order_by("-id").first().hospital == "ONE"


def test_an_acquired_image_of_the_expert_stays_at_the_experts_hospital(expert: Member) -> None:
    bring("ONE", image())
    ask(expert)
    bring("TWO", image(number=9), user=expert.pk, actor="expert")
    assert Study.objects.count() == 2
    assert Study.objects.get(hospital_id="ONE").instance_count == 1


def test_a_derived_object_of_a_stranger_does_not_join_it(expert: Member) -> None:
    bring("ONE", image())
    report = image(number=9, SOPClassUID=SR, SeriesInstanceUID="1.2.3.1.2")
    bring("TWO", report, user=expert.pk, actor="expert")
    assert set(Study.objects.values_list("hospital_id", "instance_count")) == {
        ("ONE", 1),
        ("TWO", 1),
    }


def test_the_index_owns_what_stands_on_an_object() -> None:
    bring("ONE", image(), image(SeriesDescription="other bytes"))
    index = DjangoIndex()
    assert all(index.owns(digest) for digest in content_store().digests())
    assert not index.owns("0" * 64)


def test_sqlite_keeps_statistics_so_that_searches_use_their_indexes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL gathers its statistics itself")
    monkeypatch.setattr(index_rows, "ANALYZE_EVERY", 40)
    monkeypatch.setattr(index_rows, "_since_analysis", 0)
    files = [image(f"1.2.3.{n}", AccessionNumber=f"A{n}", PatientID=f"P{n}") for n in range(40)]
    bring("ONE", *files)
    studies = Study.objects.filter(hospital_id="ONE").order_by("-date", "-id")
    for found, index in (
        (studies.filter(accession_number="A7"), "study_by_accession"),
        (studies.filter(child__local_id="P7"), "study_of_child"),
    ):
        assert index in found.explain()
