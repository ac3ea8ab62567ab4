"""Searching the worklist: keys by tag and keyword, ranges, sequences, fields and pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import ups_world
from hypothesis import given
from hypothesis import strategies as st
from ups_world import PRIOR, STUDY, World, item_of, scheduled

from tongying.consult.states import Move
from tongying.web.cases.models import CaseRow
from tongying.web.trail.models import AuditRow
from tongying.web.workitems import search
from tongying.web.workitems.matching import Key, KeyRefused, matches, read_key, span_of

CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def world(db: None) -> World:
    return ups_world.build()


def uids(found: list[dict[str, Any]]) -> list[str]:
    return [one["00080018"]["Value"][0] for one in found]


def make(world: World) -> dict[str, str]:
    """Three cases on their way and a workitem of the answering hospital's own."""
    made = {
        state: item_of(world.case_at(state)).uid for state in ("assigned", "reading", "submitted")
    }
    alone = scheduled(
        **{
            "00100020": {"vr": "LO", "Value": ["00123"]},
            "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Li^Si"}]},
            "00404011": {"vr": "DT", "Value": ["20300101"]},
        }
    )
    assert world.ask("machine", "POST", "workitems?2.25.1", alone).status_code == 201
    return {**made, "alone": "2.25.1"}


def test_matching(world: World) -> None:
    made = make(world)
    cases = {state: item_of_uid(uid) for state, uid in made.items() if state != "alone"}
    number = f"TY-{cases['reading'].created_at.year}-{cases['reading'].pk:06d}"
    expert = str(world.members["expert"])
    due = cases["assigned"].due_at.astimezone(CHINA)
    today = datetime.now(CHINA)
    performer = "ScheduledHumanPerformersSequence.HumanPerformerCodeSequence.CodeValue"
    for query, wanted in (
        ("", ["assigned", "reading", "submitted", "alone"]),
        ("ProcedureStepState=SCHEDULED", ["assigned", "submitted", "alone"]),
        ("00741000=IN%20PROGRESS", ["reading"]),
        ("ProcedureStepState=", ["assigned", "reading", "submitted", "alone"]),
        ("PatientID=00123", ["assigned", "alone"]),
        ("00100020=00123&ProcedureStepState=SCHEDULED", ["assigned", "alone"]),
        ("PatientID=N*", ["reading", "submitted"]),
        ("PatientID=n1", []),
        ("PatientName=王^小明", ["assigned"]),
        ("PatientName=wang*", ["assigned"]),
        ("PatientName=li^si", ["alone"]),
        ("PatientBirthDate=20240229", ["assigned"]),
        ("PatientBirthDate=20240101-20241231", ["assigned"]),
        ("PatientBirthDate=-20231231", []),
        ("PatientSex=M", ["assigned"]),
        ("ScheduledProcedureStepPriority=HIGH", ["assigned", "reading", "submitted"]),
        ("ScheduledProcedureStepPriority=MEDIUM", ["alone"]),
        (f"SOPInstanceUID={made['reading']}", ["reading"]),
        (f"SOPInstanceUID={made['reading']},{made['alone']}", ["reading", "alone"]),
        (f"ReferencedRequestSequence.RequestedProcedureID={number}", ["reading"]),
        ("0040A370.00080050=A11", ["assigned"]),
        (f"ReferencedRequestSequence.StudyInstanceUID={STUDY}", ["assigned"]),
        (f"InputInformationSequence.StudyInstanceUID={PRIOR}", ["assigned"]),
        (f"{performer}={expert}", ["assigned"]),
        (f"{performer}=999", []),
        ("ScheduledStationNameCodeSequence.CodeValue=CHILD", ["assigned", "reading", "submitted"]),
        ("ScheduledStationNameCodeSequence.CodeValue=OTHER", []),
        ("ScheduledWorkitemCodeSequence.CodeValue=110005", ["assigned", "reading", "submitted"]),
        ("WorklistLabel=儿童医院*", ["assigned", "reading", "submitted"]),
        ("ProcedureStepLabel=*Segmentation", ["alone"]),
        ("InputReadinessState=READY&PatientID=00123", ["assigned", "alone"]),
        (f"ExpectedCompletionDateTime={due:%Y%m%d%H%M}", ["assigned", "reading", "submitted"]),
        ("ExpectedCompletionDateTime=20291231-", ["alone"]),
        ("ExpectedCompletionDateTime=-20291231", ["assigned", "reading", "submitted"]),
        (
            f"ScheduledProcedureStepStartDateTime={today:%Y%m%d}",
            ["assigned", "reading", "submitted"],
        ),
        ("ScheduledProcedureStepStartDateTime=20260303", ["alone"]),
        ("ScheduledProcedureStepStartDateTime=20260303040000+0000", ["alone"]),
        ("ScheduledProcedureStepStartDateTime=20260302-20260304", ["alone"]),
        ("TransactionUID=2.25.1", []),
    ):
        assert set(uids(world.found("desk", query))) == {made[one] for one in wanted}, query


def item_of_uid(uid: str) -> CaseRow:
    return CaseRow.objects.get(workitems__uid=uid)


def test_nothing_found_has_no_content(world: World) -> None:
    response = world.ask("desk", "GET", "workitems")
    assert (response.status_code, response.content) == (204, b"")


def test_fields(world: World) -> None:
    uid = item_of(world.case_at("assigned")).uid
    (plain,) = world.found("desk")
    for tag in ("00404011", "00404010", "00400400", "00081195"):
        assert tag not in plain
    for item in plain["00404021"]["Value"]:
        assert "00081199" not in item  # instances come with a retrieval
        assert item["0040E025"]["Value"]
    for field in ("ExpectedCompletionDateTime", "00404011"):
        (more,) = world.found("desk", f"includefield={field}")
        assert "00404011" in more
        assert "00400400" not in more
    (everything,) = world.found("desk", "includefield=all")
    assert {"00404011", "00404010", "00400400"} <= everything.keys()
    (matched,) = world.found("desk", "ExpectedCompletionDateTime=20200101-")
    assert "00404011" in matched
    assert uids([everything]) == [uid]


def test_pages(world: World) -> None:
    made = make(world)
    seen: list[str] = []
    for offset in range(4):
        response = world.ask("desk", "GET", f"workitems?limit=1&offset={offset}")
        seen += uids(response.json())
        more = "Warning" in response.headers
        assert more == (offset < 3)
        if more:
            text = "There are additional results that can be requested."
            assert response["Warning"] == f"299 http://testserver/dicomweb: {text}"
    assert sorted(seen) == sorted(made.values())
    assert len(set(seen)) == 4
    assert world.ask("desk", "GET", "workitems?limit=0").status_code == 204
    assert world.ask("desk", "GET", "workitems?offset=9").status_code == 204


def test_a_search_that_looks_at_too_many_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(world)
    monkeypatch.setattr(search, "_BATCH", 1)
    monkeypatch.setattr(search, "MOST_LOOKED_AT", 2)
    response = world.ask("desk", "GET", "workitems?WorklistLabel=nothing")
    assert (response.status_code, response.json()["code"]) == (413, "ups.too-many")
    assert len(world.found("desk", "ProcedureStepState=IN%20PROGRESS")) == 1


def test_fuzzy_matching_is_not_done_and_said(world: World) -> None:
    world.case_at("submitted")
    response = world.ask("desk", "GET", "workitems?PatientName=wang*&fuzzymatching=true")
    assert response["Warning"].endswith("Only literal matching has been performed.")


@pytest.mark.parametrize(
    "query",
    [
        "Nonsense=1",
        "PatientID.CodeValue=1",
        "InputInformationSequence=1",
        "ExpectedCompletionDateTime=tomorrow",
        "ExpectedCompletionDateTime=-",
        "ExpectedCompletionDateTime=20261301",
        "PatientBirthDate=x",
        "includefield=Nonsense",
        "limit=x",
        "offset=-1",
        "limit=٣",
    ],
)
def test_what_cannot_be_asked(world: World, query: str) -> None:
    response = world.ask("desk", "GET", f"workitems?{query}")
    assert response.status_code == 400, response.content
    assert response.json()["code"] in ("ups.key", "qido.parameter")


def test_a_search_leaves_its_readings_in_the_trail(world: World) -> None:
    make(world)
    world.ask("desk", "GET", "studies")
    before = AuditRow.objects.order_by("-pk")[0].pk
    assert len(world.found("desk")) == 4
    events = AuditRow.objects.filter(pk__gt=before).values_list("kind", "actor", "action")
    assert sorted(events) == [("case", "desk", "read")] * 3 + [("workitem", "desk", "read")]


def test_a_state_changes_between_two_searches(world: World) -> None:
    case = world.case_at("assigned")
    query = "ProcedureStepState=IN%20PROGRESS"
    assert world.found("expert", query) == []
    world.act("expert", case, Move.ACCEPT)
    assert uids(world.found("expert", query)) == [item_of(case).uid]


def test_spans_of_time() -> None:
    for text, low, high in (
        ("2026", (2026, 1, 1), (2027, 1, 1)),
        ("202602", (2026, 2, 1), (2026, 3, 1)),
        ("20260228", (2026, 2, 28), (2026, 3, 1)),
        ("2026022810", (2026, 2, 28, 10), (2026, 2, 28, 11)),
        ("202602281030", (2026, 2, 28, 10, 30), (2026, 2, 28, 10, 31)),
        ("20260228103059", (2026, 2, 28, 10, 30, 59), (2026, 2, 28, 10, 31)),
        ("20260228103059.5", (2026, 2, 28, 10, 30, 59, 500000), (2026, 2, 28, 10, 30, 59, 600000)),
    ):
        span = span_of(text, CHINA)
        assert span is not None
        assert span.low == datetime(*low, tzinfo=CHINA)
        assert span.high == datetime(*high, tzinfo=CHINA)
    zoned = span_of("20260228+0000", CHINA)
    assert zoned is not None
    assert zoned.low == datetime(2026, 2, 28, tzinfo=UTC)
    for text in ("", "20261301", "20260230", "2026-", "202602281030+9900", "x"):
        assert span_of(text, CHINA) is None


def test_a_range_of_years_is_no_offset() -> None:
    key = read_key("ExpectedCompletionDateTime", "2026-2027", CHINA)
    assert key.span is not None
    assert (key.span.low, key.span.high) == (
        datetime(2026, 1, 1, tzinfo=CHINA),
        datetime(2028, 1, 1, tzinfo=CHINA),
    )


@given(st.text(alphabet="ab*?", max_size=12), st.text(alphabet="ab", max_size=12))
def test_wildcards_as_the_standard_has_them(pattern: str, text: str) -> None:
    import re

    slow = "".join({"*": ".*", "?": "."}.get(sign, sign) for sign in pattern)
    elements = {"00741204": {"vr": "LO", "Value": [text]}}
    expected = pattern in ("", "*") or re.fullmatch(slow, text) is not None
    assert matches(elements, Key(("00741204",), "LO", pattern), CHINA) == expected


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_key_upsets_the_reading(name: str, value: str) -> None:
    for one in (name, "ExpectedCompletionDateTime", "PatientBirthDate", "PatientName", "00280010"):
        try:
            key = read_key(one, value, CHINA)
        except KeyRefused:
            continue
        elements = {
            "00404011": {"vr": "DT", "Value": ["20260228"]},
            "00100030": {"vr": "DA", "Value": ["20260228"]},
            "00100010": {"vr": "PN", "Value": [{"Alphabetic": "A"}]},
            "00280010": {"vr": "US", "Value": [1]},
        }
        matches(elements, key, CHINA)
