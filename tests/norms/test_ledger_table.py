"""Tables of normal children: every bad row refused with its number, column and reason."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from tongying.kernel.sheet import SheetRefused
from tongying.norms.ledger.columns import COLUMNS, EXAMPLE, column
from tongying.norms.ledger.eligibility import Known
from tongying.norms.ledger.faults import FaultCode
from tongying.norms.ledger.sheet import read_sheet, write_sheet
from tongying.norms.ledger.table import Books, RowResult, RuleKnown, judge_rows
from tongying.norms.measure import measures
from tongying.norms.norm import Route

GOOD = {**EXAMPLE[0], "site": "CHILD"}
BOOKS = Books(
    site="CHILD",
    sites=frozenset({"CHILD", "OTHER"}),
    rules={
        "healthy-volunteers@1": RuleKnown(Route.DIRECT, closed=False),
        "old@1": RuleKnown(Route.DIRECT, closed=True),
        "routine@1": RuleKnown(Route.INDIRECT, closed=False),
    },
    measures=measures(),
    subjects={},
    withdrawn={},
    entries=frozenset(),
    today=date(2026, 3, 10),
)


def judged(*rows: dict[str, str], books: Books = BOOKS) -> tuple[RowResult, ...]:
    return judge_rows(read_sheet(write_sheet(rows).encode()).rows, books)


def test_a_good_row_is_read_whole() -> None:
    (one,) = judged(GOOD)
    record = one.record
    assert record is not None and one.faults == () and one.doubts == ()
    assert (record.subject.label, record.subject.sex, record.subject.born) == (
        "V-001",
        "M",
        date(2021, 3, 5),
    )
    assert record.subject.gestation_days == 39 * 7 + 2
    assert record.age_days == (date(2026, 3, 1) - date(2021, 3, 5)).days == 1822
    assert record.readings == (("A", 71.5), ("B", 72.5))
    assert (record.side, record.quality, record.tool) == ("R", "passed", "ultrasound caliper")


@pytest.mark.parametrize(
    ("changes", "key", "code"),
    [
        ({"unit": "cm3"}, "unit", FaultCode.UNIT),
        ({"unit": ""}, "unit", FaultCode.MISSING),
        ({"sex": "1"}, "sex", FaultCode.SEX_CODE),
        ({"sex": "2"}, "sex", FaultCode.SEX_CODE),
        ({"sex": "U"}, "sex", FaultCode.SEX_UNKNOWN),
        ({"measured_on": "2021-03-04"}, "measured_on", FaultCode.BEFORE_BIRTH),
        ({"measured_on": "2026-03-11"}, "measured_on", FaultCode.FUTURE),
        ({"born": "", "measured_on": ""}, "born", FaultCode.BIRTH_UNKNOWN),
        ({"born": "2021-02-30"}, "born", FaultCode.DATE),
        ({"born": "1990-01-01"}, "born", FaultCode.GROWN_UP),
        ({"age_days": "five"}, "age_days", FaultCode.NUMBER),
        ({"age_days": "1000"}, "age_days", FaultCode.AGE_CONTRADICTS),
        ({"site": ""}, "site", FaultCode.MISSING),
        ({"site": "NOWHERE"}, "site", FaultCode.SITE_UNKNOWN),
        ({"site": "OTHER"}, "site", FaultCode.SITE_FOREIGN),
        ({"value_1": "7150"}, "value_1", FaultCode.IMPOSSIBLE),
        ({"value_2": "-72"}, "value_2", FaultCode.IMPOSSIBLE),
        ({"value_1": "71,5"}, "value_1", FaultCode.NUMBER),
        ({"value_1": "inf"}, "value_1", FaultCode.NUMBER),
        ({"reader_2": "a"}, "reader_2", FaultCode.SAME_READER),
        ({"reader_1": ""}, "reader_1", FaultCode.READER),
        ({"measure": "nose-length"}, "measure", FaultCode.MEASURE_UNKNOWN),
        ({"side": "X"}, "side", FaultCode.SIDE),
        ({"tool": ""}, "tool", FaultCode.MISSING),
        ({"tool": "x" * 101}, "tool", FaultCode.LONG),
        ({"rule": "healthy-volunteers@2"}, "rule", FaultCode.RULE_UNKNOWN),
        ({"rule": "old@1"}, "rule", FaultCode.RULE_CLOSED),
        ({"route": "indirect"}, "route", FaultCode.ROUTE),
        ({"route": "both"}, "route", FaultCode.WORD),
        ({"consent": "waived"}, "consent", FaultCode.CONSENT_NEEDED),
        ({"consent": ""}, "consent", FaultCode.CONSENT_NEEDED),
        ({"consent_on": ""}, "consent_on", FaultCode.CONSENT_DATE),
        ({"consent_reference": ""}, "consent_reference", FaultCode.REFERENCE),
        ({"gestation": "12"}, "gestation", FaultCode.GESTATION),
        ({"gestation": "39+8"}, "gestation", FaultCode.GESTATION),
        ({"height_cm": "1.09"}, "height_cm", FaultCode.HEIGHT),
        ({"quality": "failed"}, "quality_reason", FaultCode.QUALITY_REASON),
        ({"subject": ""}, "subject", FaultCode.MISSING),
    ],
)
def test_each_bad_row_says_its_column_and_reason(
    changes: dict[str, str], key: str, code: FaultCode
) -> None:
    other = {**GOOD, "subject": "V-002", "born": "2020-01-01"}
    good, bad = judged(other, {**GOOD, **changes})
    assert good.record is not None
    assert bad.number == 3 and bad.record is None
    assert [(one.column, one.code) for one in bad.faults] == [(key, code)]


def test_a_value_of_the_second_reader_alone_is_refused() -> None:
    (bad,) = judged({**GOOD, "value_1": "", "reader_1": ""})
    assert [one.code for one in bad.faults] == [FaultCode.SECOND_ALONE]


def test_everything_wrong_with_a_row_is_said_at_once() -> None:
    (bad,) = judged({**GOOD, "sex": "1", "site": "", "value_1": "x", "unit": "kg"})
    assert {one.column for one in bad.faults} == {"sex", "site", "value_1", "unit"}


def test_units_become_the_measures_own() -> None:
    (one,) = judged({**GOOD, "unit": "cm", "value_1": "7.15", "value_2": "7.25"})
    assert one.record is not None
    assert one.record.readings == (("A", pytest.approx(71.5)), ("B", pytest.approx(72.5)))


def test_the_same_value_twice_and_a_child_who_contradicts_itself_are_refused() -> None:
    rows = judged(
        GOOD, GOOD, {**GOOD, "side": "L"}, {**GOOD, "side": "", "sex": "F"}, {**GOOD, "born": ""}
    )
    assert [bool(one.record) for one in rows] == [True, False, True, False, False]
    assert rows[1].faults[0].code is FaultCode.DUPLICATE
    assert dict(rows[1].faults[0].values) == {"row": "2"}
    assert rows[3].faults[0].code is FaultCode.CONTRADICTS
    assert dict(rows[3].faults[0].values) == {"column": "Sex", "row": "2"}


def test_a_child_under_another_number_is_a_doubt_for_twins_exist() -> None:
    _, other = judged(GOOD, {**GOOD, "subject": "V-002"})
    assert other.record is not None
    assert [one.code for one in other.doubts] == [FaultCode.CHILD_LIKE]


def test_rows_are_judged_against_the_ledger() -> None:
    (first,) = judged(GOOD)
    record = first.record
    assert record is not None
    known = replace(BOOKS, subjects={"V-001": record.subject}, entries=frozenset({record.key}))
    again, new, other = judged(
        GOOD, {**GOOD, "side": "L"}, {**GOOD, "gestation": "32"}, books=known
    )
    assert again.faults[0].code is FaultCode.ENTRY_TWICE
    assert new.record is not None
    assert other.faults[0].code is FaultCode.CHILD_OTHER and other.faults[0].column == "gestation"
    withdrawn = Known("V-001", record.subject.born, record.subject.sex)
    gone = replace(BOOKS, withdrawn={"V-001": withdrawn})
    out, renamed = judged(GOOD, {**GOOD, "subject": "V-002"}, books=gone)
    assert out.faults[0].code is FaultCode.CHILD_WITHDRAWN
    assert [one.code for one in renamed.doubts] == [FaultCode.CHILD_LIKE]


def test_a_closed_rule_still_takes_more_values_of_its_children() -> None:
    (first,) = judged(GOOD)
    assert first.record is not None
    rules = {**BOOKS.rules, "healthy-volunteers@1": RuleKnown(Route.DIRECT, closed=True)}
    known = replace(BOOKS, rules=rules, subjects={"V-001": first.record.subject})
    old, new = judged({**GOOD, "side": "L"}, {**GOOD, "subject": "V-9"}, books=known)
    assert old.record is not None
    assert new.faults[0].code is FaultCode.RULE_CLOSED


def test_an_age_without_dates_is_enough() -> None:
    (one,) = judged({**GOOD, "born": "", "measured_on": "", "age_days": "1822.5"})
    assert one.record is not None and one.record.age_days == 1822.5


def test_chinese_words_stand_for_terms() -> None:
    words = {"sex": "男", "side": "右", "route": "志愿者", "consent": "已同意", "quality": "合格"}
    measure = {"measure": measures()["kidney-length"].chinese, "gestation": "39周2天"}
    (one,) = judged({**GOOD, **words, **measure, "born": "2021年3月5日", "unit": "毫米"})
    (plain,) = judged(GOOD)
    assert one.record == plain.record


# ---- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("codec", "said"), [("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")])
@pytest.mark.parametrize("english", [True, False])
def test_both_character_sets_and_both_languages_of_headings(
    codec: str, said: str, english: bool
) -> None:
    data = write_sheet([{**GOOD, "tool": "游标卡尺"}], english=english).lstrip("\ufeff")
    sheet = read_sheet(data.encode(codec))
    assert sheet.encoding == said
    assert sheet.rows[0].cells["tool"] == "游标卡尺"
    assert {key: text for key, text in GOOD.items() if text and key != "tool"} == {
        key: text for key, text in sheet.rows[0].cells.items() if text and key != "tool"
    }


def test_what_looks_like_a_formula_goes_there_and_back() -> None:
    text = write_sheet([{**GOOD, "reader_rule": "-5 mm, =SUM"}])
    assert "'-5 mm, =SUM" in next(csv.reader(io.StringIO(text.splitlines()[1])))
    assert read_sheet(text.encode()).rows[0].cells["reader_rule"] == "-5 mm, =SUM"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x00\x01", "not text"),
        (b"\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("受试者编号,性别\nV-1,M\n".encode(), "is missing"),
        (b"Subject,Nose\nV-1,3\n", "not known"),
        (b"Subject,subject\nV-1,3\n", "twice"),
        (b'"Subject\nV-1,3\n', "quotation mark"),
        (write_sheet([]).encode(), "no rows"),
        (b"x" * 1_500_001, "larger than"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_as_a_whole(data: bytes, words: str) -> None:
    with pytest.raises(SheetRefused, match=words):
        read_sheet(data)


def test_too_many_cells_are_refused_and_empty_rows_passed_over() -> None:
    text = write_sheet([GOOD]) + ",,,\r\n" + write_sheet([GOOD]).splitlines()[1] + ",more\r\n"
    rows = judge_rows(read_sheet(text.encode()).rows, BOOKS)
    assert [one.number for one in rows] == [2, 4]
    assert [one.code for one in rows[1].faults] == [FaultCode.CELLS]


def test_every_column_has_its_own_names() -> None:
    names = [name.casefold() for one in COLUMNS for name in (one.key, one.zh, one.en)]
    # A key may be its own English heading.
    assert len(names) - len(set(names)) == sum(
        one.key.casefold() == one.en.casefold() for one in COLUMNS
    )
    assert column("sex").zh == "性别"
