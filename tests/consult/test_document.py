"""The opinion document: what it refuses, what its digest covers, what a change looks like."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.consult.amendment import Amendment, DiffLine, FieldDifference, Mark, line_difference
from tongying.consult.case import Confidence
from tongying.consult.document import (
    AskedQuestion,
    BodySize,
    DocumentChild,
    DocumentKind,
    DocumentRefused,
    DocumentStudy,
    Hospital,
    KeyImage,
    Language,
    OpinionDocument,
    Practitioner,
    SignatureStatus,
    difference,
    with_changes_since,
)
from tongying.consult.document_words import (
    CONFIDENCE_WORDS,
    KIND_TITLES,
    RESEARCH_USE,
    SEX_WORDS,
    SIGNATURE_WORDS,
    WHO_DECIDES,
    age_words,
    size_words,
    time_words,
)
from tongying.kernel.caveat import Caveat
from tongying.kernel.ids import HospitalCode, SeriesUid, SopUid, StudyUid

CST = timezone(timedelta(hours=8))
PNG, JPEG = b"\x89PNG\r\n\x1a\n1", b"\xff\xd8\xff\xe0"
COUNTY = Hospital("通城县人民医院", HospitalCode("TC"))
CHILDRENS = Hospital("武汉儿童医院", HospitalCode("WH"))
IMAGE = KeyImage(
    "同心圆征", PNG, StudyUid("1.2"), SeriesUid("1.2.3"), SopUid("1.2.3.4"), "1.2.840.1", 2
)


def opinion(**changes: object) -> OpinionDocument:
    document = OpinionDocument(
        number="TY-2026-000123",
        version=1,
        kind=DocumentKind.CONSULT_ADVICE,
        asking=COUNTY,
        answering=CHILDRENS,
        requester=Practitioner("陈建国", "主治医师", COUNTY),
        signer=Practitioner("李敏", "主任医师", CHILDRENS),
        child=DocumentChild("王小明", "M", date(2021, 1, 12), "0048", "TC", 228),
        size=BodySize(16.5, 104.0, date(2026, 2, 27)),
        study=DocumentStudy(StudyUid("1.2"), date(2026, 2, 28), "US", "腹部超声", "A1"),
        question=AskedQuestion("有引导点吗？", "肠套叠", Confidence.UNSURE, "三次住院。"),
        answer="有。",
        findings="团块。\n少量积液。",
        advice="转外科。",
        requested_at=datetime(2026, 2, 28, 19, 42, tzinfo=CST),
        signed_at=datetime(2026, 2, 28, 22, 5, tzinfo=CST),
        signature=SignatureStatus.ELECTRONIC_NOT_CA,
        verify_url="https://tongying.example/verify/9F2K",
        key_images=(IMAGE,),
        caveats=(Caveat("demo", "Synthetic."),),
    )
    return replace(document, **changes)


NAIVE = datetime(2026, 2, 28, 22, 5)  # noqa: DTZ001  what must be refused
UNSIGNED = {"signature": SignatureStatus.UNSIGNED, "signer": None, "signed_at": None}


@pytest.mark.parametrize(
    "changes",
    [
        {"number": " "},
        {"version": 0},
        {"version": 2},
        {"version": 2, "amendment": Amendment("  ")},
        {"amendment": Amendment("why")},
        {"question": AskedQuestion(" \n")},
        {"requested_at": NAIVE},
        {"signed_at": NAIVE},
        {"signer": None},
        {"signed_at": None},
        {"answer": " \n "},
        {"verify_url": "javascript:alert(1)"},
        {"child": DocumentChild("王小明", "男", None, "1", "TC")},
        {"signature": SignatureStatus.UNSIGNED},
        {**UNSIGNED, "signer": Practitioner("李敏", "", CHILDRENS)},
    ],
)
def test_what_could_mislead_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(DocumentRefused) as refusal:
        opinion(**changes)
    assert refusal.value.error_code == "document.refused"
    assert "王小明" not in refusal.value.sentence


def test_an_unsigned_document_needs_no_answer_yet() -> None:
    assert opinion(**UNSIGNED, answer="").answer == ""


@pytest.mark.parametrize("size", [(float("nan"), None), (0.0, None), (None, -1.0)])
def test_a_size_that_is_none_is_refused(size: tuple[float | None, float | None]) -> None:
    with pytest.raises(DocumentRefused):
        BodySize(*size, date(2026, 1, 1))


def test_key_images_are_png_or_jpeg_with_frames_from_one() -> None:
    assert IMAGE.media_type == "image/png"
    assert replace(IMAGE, data=JPEG).media_type == "image/jpeg"
    for wrong in ({"data": b"<svg onload=x>"}, {"data": b""}, {"frame": 0}):
        with pytest.raises(DocumentRefused):
            replace(IMAGE, **wrong)


def test_canonical_bytes_are_stable_and_name_images_by_their_hash() -> None:
    body = json.loads(opinion().canonical_bytes())
    assert body["form"] == "tongying.opinion/1"
    written = body["document"]
    names = {field.name for field in dataclasses.fields(OpinionDocument)}
    assert set(written) == names - {"panel", "live"}
    assert written["key_images"][0]["data"] == {"sha256": hashlib.sha256(PNG).hexdigest()}
    assert written["signed_at"] == "2026-02-28T22:05:00+08:00"
    assert opinion().canonical_bytes() == opinion().canonical_bytes()
    assert opinion().digest() == hashlib.sha256(opinion().canonical_bytes()).hexdigest()


def leaves(value: object, path: tuple[object, ...] = ()) -> list[tuple[tuple[object, ...], object]]:
    """Every changeable place of a document, as (path, value)."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [
            leaf
            for field in dataclasses.fields(value)
            for leaf in leaves(getattr(value, field.name), (*path, field.name))
        ]
    if isinstance(value, tuple):
        return [leaf for place, item in enumerate(value) for leaf in leaves(item, (*path, place))]
    return [(path, value)]


def put(value: object, path: tuple[object, ...], new: object) -> object:
    if not path:
        return new
    head, *rest = path
    if isinstance(value, tuple):
        items = list(value)
        items[head] = put(items[head], tuple(rest), new)
        return tuple(items)
    return replace(value, **{head: put(getattr(value, head), tuple(rest), new)})


AMENDED = opinion(
    version=2,
    amendment=Amendment("why", (FieldDifference("answer", (DiffLine(Mark.ADDED, "有。"),)),)),
)
OTHER: dict[type, object] = {
    DocumentKind: DocumentKind.DIAGNOSTIC_REPORT,
    Confidence: Confidence.CERTAIN,
    Mark: Mark.REMOVED,
    bytes: JPEG,
    datetime: datetime(2027, 1, 1, tzinfo=UTC),
    date: date(2020, 1, 1),
    int: 7,
    float: 3.25,
}


@given(leaf=st.sampled_from(leaves(AMENDED)), text=st.text(min_size=1))
def test_the_digest_changes_with_every_field(
    leaf: tuple[tuple[object, ...], object], text: str
) -> None:
    path, value = leaf
    if path == ("signature",):
        return  # covered below: it cannot change alone
    new = OTHER.get(type(value))
    if new is None:
        new = "F" if path == ("child", "sex") else f"{value}x{text}"
    changed = put(AMENDED, path, new)
    assert changed.digest() != AMENDED.digest()


def test_the_digest_changes_with_the_signature_and_with_what_is_unknown() -> None:
    document = opinion()
    others = [
        opinion(**UNSIGNED),
        opinion(size=None),
        opinion(key_images=()),
        opinion(caveats=()),
        opinion(child=replace(document.child, birth_date=None)),
        opinion(signed_at=document.signed_at.astimezone(UTC)),
    ]
    assert len({document.digest(), *(other.digest() for other in others)}) == 7


def test_half_a_character_is_refused_before_it_is_signed() -> None:
    with pytest.raises(DocumentRefused):
        opinion(answer="\ud800")


@given(old=st.text("ab\n", max_size=12), new=st.text("ab\n", max_size=12))
def test_a_line_difference_rebuilds_both_texts(old: str, new: str) -> None:
    lines = line_difference(old, new)
    before = [line.text for line in lines if line.mark is not Mark.ADDED]
    after = [line.text for line in lines if line.mark is not Mark.REMOVED]
    assert (before, after) == (old.splitlines(), new.splitlines())


def test_a_difference_lists_the_fields_that_changed_and_no_other() -> None:
    new = opinion(
        version=2,
        amendment=Amendment("补传图像"),
        findings="团块。\n大量积液。",
        size=None,
        signer=Practitioner("周琳", "主任医师", CHILDRENS),
        signed_at=datetime(2026, 3, 1, 8, 0, tzinfo=CST),
        key_images=(),
    )
    changes = {change.field: change.lines for change in difference(opinion(), new)}
    assert list(changes) == [
        "signer.name",
        "size.weight_kg",
        "size.height_cm",
        "size.measured_on",
        "findings",
        "key_images",
    ]
    assert changes["findings"] == (
        DiffLine(Mark.KEPT, "团块。"),
        DiffLine(Mark.REMOVED, "少量积液。"),
        DiffLine(Mark.ADDED, "大量积液。"),
    )
    assert changes["size.weight_kg"] == (DiffLine(Mark.REMOVED, "16.5"),)
    assert difference(opinion(), opinion()) == ()
    whole = with_changes_since(new, opinion())
    assert whole.amendment is not None
    assert whole.amendment.changes == difference(opinion(), new)


def test_an_image_with_other_pixels_is_a_difference() -> None:
    other = opinion(key_images=(replace(IMAGE, data=JPEG),))
    assert [change.field for change in difference(opinion(), other)] == ["key_images"]


@pytest.mark.parametrize(
    "changes", [{}, {"number": "X", "version": 2}, {"version": 3}], ids=["same", "number", "gap"]
)
def test_changes_are_listed_only_against_the_version_before(changes: dict[str, object]) -> None:
    if changes.get("version"):
        changes = {**changes, "amendment": Amendment("why")}
    with pytest.raises(DocumentRefused):
        with_changes_since(opinion(**changes), opinion())


def born(birth: date | None, gestation_days: int | None = None) -> OpinionDocument:
    return opinion(child=DocumentChild("王小明", None, birth, "1", "TC", gestation_days))


@pytest.mark.parametrize(
    ("birth", "gestation_days", "chinese", "english"),
    [
        (date(2026, 2, 19), None, "9 天", "9 days"),
        (date(2026, 1, 3), None, "8 周", "8 weeks"),
        (date(2024, 4, 1), None, "22 月", "22 months"),
        (date(2021, 1, 12), 200, "5 岁 1 月", "5 y 1 mo"),
        (date(2025, 12, 20), 228, "10 周（矫正 18 天）", "10 weeks (corrected 18 days)"),
        (date(2026, 2, 18), 34 * 7, "10 天（矫正 距预产期 32 天）",
         "10 days (corrected 32 days before term)"),
        (date(2026, 3, 1), None, "不详", "not known"),
        (date(2026, 3, 1), 228, "不详", "not known"),
        (None, 228, "不详", "not known"),
    ],
)  # fmt: skip
def test_the_age_is_said_as_a_paediatrician_says_it(
    birth: date | None, gestation_days: int | None, chinese: str, english: str
) -> None:
    document = born(birth, gestation_days)
    assert age_words(document, Language.ZH_HANS) == chinese
    assert age_words(document, Language.EN) == english


def test_a_study_before_the_birth_is_a_caveat() -> None:
    codes = [caveat.code for caveat in born(date(2026, 3, 1)).doubts()]
    assert codes == ["demo", "document.study-before-birth"]
    assert born(date(2026, 3, 1), 228).corrected_age() is None
    assert opinion().doubts() == opinion().caveats


def test_an_unknown_study_date_leaves_the_age_unknown() -> None:
    undated = opinion(study=replace(opinion().study, date=None))
    assert (undated.age(), undated.corrected_age()) == (None, None)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(480, "UTC+8"), (0, "UTC+0"), (-210, "UTC-3:30"), (345, "UTC+5:45")],
)
def test_a_time_is_said_with_its_zone(minutes: int, said: str) -> None:
    at = datetime(2026, 3, 1, 14, 5, tzinfo=timezone(timedelta(minutes=minutes)))
    assert time_words(at) == f"2026-03-01 14:05 {said}"


def test_a_time_without_zone_is_not_said() -> None:
    with pytest.raises(ValueError, match="time zone"):
        time_words(NAIVE)


def test_size_is_said_with_its_day_or_is_unknown() -> None:
    day = date(2026, 2, 27)
    assert size_words(BodySize(16.5, 104.0, day), Language.EN) == "16.5 kg · 104 cm (2026-02-27)"
    assert size_words(BodySize(3.0, None, day), Language.EN) == "3 kg (2026-02-27)"
    assert size_words(BodySize(None, 50.0, day), Language.ZH_HANS) == "50 cm（2026-02-27 测）"
    assert size_words(BodySize(None, None, day), Language.EN) == "not known"
    assert size_words(None, Language.ZH_HANS) == "不详"


def test_every_word_exists_in_both_languages() -> None:
    tables = [KIND_TITLES, WHO_DECIDES, SIGNATURE_WORDS, CONFIDENCE_WORDS]
    assert [set(table) for table in tables] == [
        set(DocumentKind), set(DocumentKind), set(SignatureStatus), set(Confidence),
    ]  # fmt: skip
    assert set(SEX_WORDS) == {"M", "F", "O", None}
    for words in [RESEARCH_USE, *(row for table in [*tables, SEX_WORDS] for row in table.values())]:
        assert set(words) == set(Language)
        assert all(text.strip() for text in words.values())


def test_a_document_without_a_panel_has_the_bytes_it_always_had() -> None:
    """The digest as it was before documents could carry a panel: it is printed on paper."""
    document = opinion()
    assert document.digest() == "3b010a21e1e887ad163bce4ffcc69865fcb5bfcef13a053d71352b5290de25bc"
    assert json.loads(document.canonical_bytes())["form"] == "tongying.opinion/1"
