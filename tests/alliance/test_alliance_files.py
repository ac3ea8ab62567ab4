"""CSV files of the books: character sets, headings, and every refusal with its row and code."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tongying.consult.agreement import Agreement, SubAlliance, Tier
from tongying.consult.alliance import HospitalRecord
from tongying.consult.alliance_import import writing
from tongying.consult.alliance_import.agreements import judge_agreements, key_of
from tongying.consult.alliance_import.columns import COLUMNS, Kind
from tongying.consult.alliance_import.fields import age_of, read_day
from tongying.consult.alliance_import.hospitals import judge_hospitals
from tongying.consult.alliance_import.members import judge_members
from tongying.consult.alliance_import.outcome import Verdict
from tongying.consult.alliance_import.sheet import Sheet, read_sheet
from tongying.consult.alliance_import.shifts import judge_shifts
from tongying.consult.membership import AgreementRecord, MemberRecord, ShiftRecord
from tongying.consult.people import Role
from tongying.consult.roster import Duty
from tongying.consult.specialty import Specialty
from tongying.kernel.sheet import GB18030, MOST_BYTES, UTF_8, SheetRefused

TODAY = date(2026, 3, 2)
ZONE = ZoneInfo("Asia/Shanghai")
LEAD = HospitalRecord("LEAD", "省儿童医院", ae_title="LEAD", answers=True, tier=Tier.LEADING)
COUNTY = HospitalRecord("COUNTY", "县医院", ae_title="COUNTY", parent="LEAD", tier=Tier.COUNTY)
ALLIANCE = {"LEAD": LEAD, "COUNTY": COUNTY}
EXPERT = MemberRecord(
    "li",
    "李医生",
    "LEAD",
    Role.EXPERT,
    specialties=frozenset({Specialty.CHEST}),
    modalities=frozenset({"CT", "MR"}),
    age_from_days=0,
    age_until_days=6574,
    licence_number="N-1",
    licence_until=date(2028, 1, 1),
    load_cap=6,
)
MEMBERS = {"li": EXPERT}


def sheet(kind: Kind, *lines: str) -> Sheet:
    return read_sheet("\n".join(lines).encode(), kind)


def judged(kind: Kind, *lines: str) -> Verdict:
    rows = sheet(kind, *lines).rows
    if kind is Kind.HOSPITALS:
        return judge_hospitals(rows, ALLIANCE)
    if kind is Kind.MEMBERS:
        return judge_members(rows, MEMBERS, hospitals=set(ALLIANCE), today=TODAY)
    if kind is Kind.AGREEMENTS:
        return judge_agreements(rows, {}, alliance=ALLIANCE, today=TODAY)
    return judge_shifts(rows, ROSTER, members={"li": True, "wu": True, "shut": False}, zone=ZONE)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZONE)


ROSTER = [ShiftRecord("li", at(3, 8), at(3, 12), Duty.DESK)]


def told(verdict: Verdict) -> list[tuple[int, str, str]]:
    return [
        (one.number, one.outcome.value, one.fault.code.value if one.fault else "")
        for one in verdict.rows
    ]


# ------------------------------------------------------------------ the file as a whole


@pytest.mark.parametrize(
    ("codec", "said"), [("utf-8", UTF_8), ("utf-8-sig", UTF_8), ("gb18030", GB18030)]
)
def test_chinese_is_read_in_three_ways_and_the_way_is_said(codec: str, said: str) -> None:
    read = read_sheet("医院代码,医院名称\nA,阎桥䶮镇医院\n".encode(codec), Kind.HOSPITALS)
    assert read.encoding == said
    assert read.rows[0].cells == {"code": "A", "name": "阎桥䶮镇医院"}


@pytest.mark.parametrize(
    "heading", ["code,name", "医院代码,医院名称", "Hospital code,HOSPITAL NAME"]
)
def test_headings_in_chinese_english_or_by_key(heading: str) -> None:
    assert sheet(Kind.HOSPITALS, heading, "A,甲院").rows[0].cells == {"code": "A", "name": "甲院"}


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    read = sheet(Kind.HOSPITALS, "code,name", "A,甲", ",", '"B","乙', '院"', "C,丙")
    assert [row.number for row in read.rows] == [2, 4, 5]
    assert read.rows[1].cells["name"] == "乙\n院"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"code,name\n", "no rows"),
        (b"code,name\n,\n", "no rows"),
        (b"PK\x03\x04\0\0", "not text"),
        (b"code,name\nA,\xff\xff\xff\n", "neither UTF-8 nor GB18030"),
        (b"name\nA\n", "医院代码"),
        (b"code,colour\nA,red\n", "colour"),
        (b"code,code\nA,A\n", "twice"),
        ("code,医院代码\nA,A\n".encode(), "twice"),
        (b'code,name\nA,"open\n', "quotation"),
        (b"x" * (MOST_BYTES + 1), "1.5 MB"),
        (b"code\n" + b"A\n" * 20_001, "20,000"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(SheetRefused, match=words) as refused:
        read_sheet(data, Kind.HOSPITALS)
    assert refused.value.sentence.count(".") - refused.value.sentence.count("1.5") == 1


# ------------------------------------------------------------------ hospitals


def test_hospitals_added_changed_unchanged() -> None:
    verdict = judged(
        Kind.HOSPITALS,
        "医院代码,医院名称,层级,上级医院代码,服务时间,接受会诊",
        "TOWN,镇卫生院,乡镇,COUNTY,,",
        "COUNTY,,,,周一-周五 08:00-17:00,",
        "LEAD,省儿童医院,牵头医院,,,是",
    )
    assert told(verdict) == [(2, "added", ""), (3, "changed", ""), (4, "unchanged", "")]
    assert verdict.rows[0].record.ae_title == "TOWN"
    assert len(verdict.rows[1].record.service_hours) == 7
    assert [one.number for one in verdict.to_write()] == [2, 3]


def test_a_whole_tree_in_any_order_is_taken_at_once() -> None:
    verdict = judged(
        Kind.HOSPITALS,
        "code,name,tier,parent",
        "C,丙,township,B",
        "B,乙,county,A",
        "A,甲,regional,LEAD",
    )
    assert verdict.refused == 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("lower,小写,,,", "hospital.code"),
        (",无代码,,,", "value.missing"),
        ("NEW,,,,", "value.missing"),
        ("NEW,新院,国家级,,", "value.word"),
        ("NEW,新院,county,NOWHERE,", "hospital.parent-unknown"),
        ("NEW,新院,county,NEW,", "hospital.tree-cycle"),
        ("LEAD,,,COUNTY,", "hospital.tree-cycle"),
        ("NEW,新院,regional,COUNTY,", "hospital.tree-order"),
        ("LEAD,,township,,", "hospital.tree-order"),
        ("NEW,新院,,,LEAD", "hospital.ae-title-taken"),
        ("NEW,新院,,,a b", "hospital.ae-title"),
        (f"NEW,{'长' * 201},,,", "value.long"),
        ("NEW,新院,,,,surplus", "row.cells"),
    ],
)
def test_hospitals_refused(row: str, code: str) -> None:
    verdict = judged(Kind.HOSPITALS, "code,name,tier,parent,ae_title", "GOOD,好院,,,", row)
    assert told(verdict) == [(2, "added", ""), (3, "refused", code)]
    assert verdict.to_write() == []


def test_the_same_hospital_twice_names_the_first_row() -> None:
    verdict = judged(Kind.HOSPITALS, "code,name", "A,甲", "B,乙", "A,甲")
    assert told(verdict)[2] == (4, "refused", "row.duplicate")
    assert "Row 2" in verdict.rows[2].fault.sentence


# ------------------------------------------------------------------ members

MEMBER_HEAD = "login,name,hospital,role,specialties,modalities,age_from,age_until," + (
    "licence_number,licence_until,load_cap,email"
)


def test_members_added_changed_unchanged() -> None:
    verdict = judged(
        Kind.MEMBERS,
        MEMBER_HEAD,
        "wu,吴医生,COUNTY,申请医生,,,,,,,,",
        "li,,,,胸部 腹部,,,,,,,",
        "he,何医生,LEAD,专家,超声、腹部,超声/CT,28天,14岁,N-2,2027/1/5,8,he@example.org",
    )
    assert told(verdict) == [(2, "added", ""), (3, "changed", ""), (4, "added", "")]
    assert verdict.rows[1].record.specialties == {Specialty.CHEST, Specialty.ABDOMEN}
    he = verdict.rows[2].record
    assert he.modalities == {"US", "CT"}
    assert (he.age_from_days, he.age_until_days) == (28, 5113)
    assert (he.licence_until, he.load_cap) == (date(2027, 1, 5), 8)


def test_an_empty_cell_keeps_and_a_dash_takes_away() -> None:
    verdict = judged(Kind.MEMBERS, "login,load_cap,age_until", "li,-,")
    assert verdict.rows[0].record.load_cap is None
    assert verdict.rows[0].record.age_until_days == 6574


def test_an_expired_licence_is_taken_with_a_remark() -> None:
    verdict = judged(
        Kind.MEMBERS,
        MEMBER_HEAD,
        "he,何,LEAD,expert,,,,,N-2,2026-03-01,,",
        "hu,胡,LEAD,expert,,,,,N-3,2026-03-02,,",
    )
    assert told(verdict) == [(2, "added", "member.licence-expired"), (3, "added", "")]
    assert verdict.rows[0].fault.sentence == (
        "he cannot be assigned: the licence expired on 2026-03-01."
    )
    assert verdict.to_write()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Li Ming,李,LEAD,expert,,,,,N,2028-01-01,,", "member.login"),
        (",李,LEAD,expert,,,,,N,2028-01-01,,", "value.missing"),
        ("he,,LEAD,requester,,,,,,,,", "value.missing"),
        ("he,何,,requester,,,,,,,,", "value.missing"),
        ("he,何,LEAD,,,,,,,,,", "value.missing"),
        ("he,何,NOWHERE,requester,,,,,,,,", "hospital.unknown"),
        ("he,何,LEAD,king,,,,,,,,", "value.word"),
        ("he,何,LEAD,expert,astrology,,,,N,2028-01-01,,", "value.word"),
        ("he,何,LEAD,expert,,ZZ,,,N,2028-01-01,,", "value.word"),
        ("he,何,LEAD,expert,,,old,,N,2028-01-01,,", "value.age"),
        ("he,何,LEAD,expert,,,14岁,28天,N,2028-01-01,,", "member.ages"),
        ("he,何,LEAD,expert,,,,,N,2028-02-30,,", "value.date"),
        ("he,何,LEAD,expert,,,,,,2028-01-01,,", "member.licence-missing"),
        ("he,何,LEAD,expert,,,,,,,,", "member.licence-missing"),
        ("he,何,LEAD,expert,,,,,N,,,", "member.licence-half"),
        ("he,何,LEAD,requester,,,,,,2028-01-01,,", "member.licence-half"),
        ("he,何,LEAD,requester,,,,,,,0,", "value.number"),
        ("he,何,LEAD,requester,,,,,,,many,", "value.number"),
        ("he,何,LEAD,requester,,,,,,,,not an address", "value.email"),
        ("li,,COUNTY,,,,,,,,,", "member.elsewhere"),
        ("li,,,,,,,,-,,,", "member.licence-missing"),
    ],
)
def test_members_refused(row: str, code: str) -> None:
    verdict = judged(Kind.MEMBERS, MEMBER_HEAD, row)
    assert told(verdict) == [(2, "refused", code)]
    assert verdict.rows[0].fault.sentence.endswith(".")


# ------------------------------------------------------------------ agreements

AGREEMENT_HEAD = "申请医院代码,会诊医院代码,生效日期,截止日期,范围"


def test_agreements_taken_and_an_expired_one_remarked() -> None:
    verdict = judged(
        Kind.AGREEMENTS,
        AGREEMENT_HEAD,
        "COUNTY,LEAD,2026-01-01,2028-12-31,影像 核医学",
        "COUNTY,LEAD,2024-01-01,2026-03-01,影像",
    )
    assert told(verdict) == [(2, "added", ""), (3, "added", "agreement.expired")]
    assert verdict.rows[0].record.terms.scope == set(SubAlliance)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("NOWHERE,LEAD,2026-01-01,2028-12-31,影像", "hospital.unknown"),
        ("COUNTY,NOWHERE,2026-01-01,2028-12-31,影像", "hospital.unknown"),
        ("LEAD,LEAD,2026-01-01,2028-12-31,影像", "agreement.self"),
        ("LEAD,COUNTY,2026-01-01,2028-12-31,影像", "agreement.not-answering"),
        ("COUNTY,LEAD,2028-12-31,2026-01-01,影像", "agreement.order"),
        ("COUNTY,LEAD,someday,2026-01-01,影像", "value.date"),
        ("COUNTY,LEAD,2026-01-01,,影像", "value.missing"),
        ("COUNTY,LEAD,2026-01-01,2028-12-31,", "value.missing"),
        ("COUNTY,LEAD,2026-01-01,2028-12-31,surgery", "value.word"),
    ],
)
def test_agreements_refused(row: str, code: str) -> None:
    assert told(judged(Kind.AGREEMENTS, AGREEMENT_HEAD, row)) == [(2, "refused", code)]


def test_the_same_agreement_twice() -> None:
    row = "COUNTY,LEAD,2026-01-01,2028-12-31,影像"
    assert told(judged(Kind.AGREEMENTS, AGREEMENT_HEAD, row, row))[1] == (
        3,
        "refused",
        "row.duplicate",
    )


# ------------------------------------------------------------------ shifts

SHIFT_HEAD = "登录名,开始时间,结束时间,值班方式"


def test_shifts_added_changed_unchanged_and_touching() -> None:
    verdict = judged(
        Kind.SHIFTS,
        SHIFT_HEAD,
        "li,2026-03-03 08:00,2026-03-03 12:00,坐班",
        "li,2026-03-03 12:00,2026-03-03 17:00,desk",
        "wu,2026/3/3 22:00,2026-03-04 08:00,听班",
        "wu,2026-03-04 20:00,2026-03-04 24:00,听班",
    )
    assert told(verdict) == [
        (2, "unchanged", ""),
        (3, "added", ""),
        (4, "added", ""),
        (5, "added", ""),
    ]
    assert verdict.rows[3].record.ends == at(5, 0)
    longer = judged(Kind.SHIFTS, SHIFT_HEAD, "li,2026-03-03 08:00,2026-03-03 13:00,坐班")
    assert told(longer) == [(2, "changed", "")]


@pytest.mark.parametrize(
    ("rows", "number", "code"),
    [
        (["nobody,2026-03-03 08:00,2026-03-03 12:00,坐班"], 2, "member.unknown"),
        (["shut,2026-03-03 08:00,2026-03-03 12:00,坐班"], 2, "member.shut"),
        (["wu,2026-03-03 12:00,2026-03-03 08:00,坐班"], 2, "shift.order"),
        (["wu,2026-03-03 12:00,2026-03-03 12:00,坐班"], 2, "shift.order"),
        (["wu,2026-03-03 00:00,2026-03-04 13:00,坐班"], 2, "shift.long"),
        (["wu,2026-03-03 8am,2026-03-03 12:00,坐班"], 2, "value.time"),
        (["wu,2026-02-30 08:00,2026-03-03 12:00,坐班"], 2, "value.time"),
        (["wu,2026-03-03 08:00,2026-03-03 25:00,坐班"], 2, "value.time"),
        (["wu,2026-03-03 08:00,2026-03-03 12:00,睡觉"], 2, "value.word"),
        (["wu,2026-03-03 08:00,,坐班"], 2, "value.missing"),
        (["li,2026-03-03 11:59,2026-03-03 13:00,坐班"], 2, "shift.overlap"),
        (["li,2026-03-03 07:00,2026-03-03 17:00,坐班"], 2, "shift.overlap"),
        (
            [
                "wu,2026-03-03 08:00,2026-03-03 12:00,坐班",
                "wu,2026-03-03 11:00,2026-03-03 13:00,坐班",
            ],
            3,
            "shift.overlap-row",
        ),
        (
            [
                # A short one inside a long one, and a third behind it that only the long one meets.
                "wu,2026-03-03 08:00,2026-03-03 18:00,坐班",
                "li,2026-03-03 14:00,2026-03-03 15:00,坐班",
                "wu,2026-03-03 17:00,2026-03-03 20:00,坐班",
            ],
            4,
            "shift.overlap-row",
        ),
        (["wu,2026-03-03 08:00,2026-03-03 12:00,坐班"] * 2, 3, "row.duplicate"),
    ],
)
def test_shifts_refused(rows: list[str], number: int, code: str) -> None:
    verdict = judged(Kind.SHIFTS, SHIFT_HEAD, *rows)
    refused = [one for one in told(verdict) if one[1] == "refused"]
    assert refused == [(number, "refused", code)]
    assert verdict.to_write() == []


def test_the_sentence_of_an_overlap_says_with_what() -> None:
    verdict = judged(Kind.SHIFTS, SHIFT_HEAD, "li,2026-03-03 11:00,2026-03-03 13:00,坐班")
    assert verdict.rows[0].fault.sentence == (
        "It overlaps a shift of li on the roster, 2026-03-03 08:00 to 2026-03-03 12:00."
    )


# ------------------------------------------------------------------ writing


def test_what_is_written_reads_back_as_unchanged() -> None:
    pact = AgreementRecord(
        Agreement("COUNTY", "LEAD", date(2026, 1, 1), date(2027, 1, 1), frozenset(SubAlliance)),
        "=1",
    )
    hospitals = writing.table(Kind.HOSPITALS, map(writing.hospital_cells, ALLIANCE.values()))
    members = writing.table(Kind.MEMBERS, [writing.member_cells(EXPERT)])
    pacts = writing.table(Kind.AGREEMENTS, [writing.agreement_cells(pact)])
    shifts = writing.table(Kind.SHIFTS, [writing.shift_cells(ROSTER[0], ZONE)])
    assert "'=1" in pacts
    verdicts = [
        judge_hospitals(read_sheet(hospitals.encode(), Kind.HOSPITALS).rows, ALLIANCE),
        judge_members(
            read_sheet(members.encode(), Kind.MEMBERS).rows,
            MEMBERS,
            hospitals=set(ALLIANCE),
            today=TODAY,
        ),
        judge_agreements(
            read_sheet(pacts.encode(), Kind.AGREEMENTS).rows,
            {key_of(pact): pact},
            alliance=ALLIANCE,
            today=TODAY,
        ),
        judge_shifts(
            read_sheet(shifts.encode(), Kind.SHIFTS).rows, ROSTER, members={"li": True}, zone=ZONE
        ),
    ]
    assert {one.outcome.value for verdict in verdicts for one in verdict.rows} == {"unchanged"}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_template_has_every_heading_and_a_row_that_reads(kind: Kind) -> None:
    read = read_sheet(writing.template(kind).encode(), kind)
    assert set(read.rows[0].cells) == {one.key for one in COLUMNS[kind]}
    assert len(read.rows) == 1


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("0", 0),
        ("28 天", 28),
        ("6月", 182),
        ("6 个月", 182),
        ("1岁", 365),
        ("18 years", 6574),
        ("2 weeks", 14),
    ],
)
def test_ages_in_days(text: str, days: int) -> None:
    """By hand: 6 × 30.4375 = 182.6, 365.25, 18 × 365.25 = 6574.5; completed days only."""
    assert age_of(COLUMNS[Kind.MEMBERS][8], text, None) == days


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("20260301", date(2026, 3, 1)),
        ("2026年3月1日", date(2026, 3, 1)),
        ("2026111", None),
        ("01/03/2026", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert read_day(text) == day
