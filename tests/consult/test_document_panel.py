"""The joint panel in the signed document: what it refuses, what its bytes hold, reading it back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from test_document import opinion

from tongying.consult.amendment import Amendment
from tongying.consult.document import DocumentKind, DocumentRefused, Language
from tongying.consult.document_panel import (
    DocumentPanel,
    DocumentPanelRefused,
    DocumentSeat,
    dissents_before,
    dissents_now,
)
from tongying.consult.document_reading import ContentUnreadable, read_document
from tongying.consult.document_words import (
    PANEL_TITLES,
    SPECIALTY_WORDS,
    VERDICT_WORDS,
    title_words,
)
from tongying.consult.panel import Dissent
from tongying.consult.panel_rules import SeatState, Verdict
from tongying.consult.specialty import Specialty

AT = datetime(2026, 2, 28, 21, 10, tzinfo=timezone(timedelta(hours=8)))
EARLIER, NOW = Dissent(1, "先不手术。", AT), Dissent(2, "仍不同意。", AT)
SEAT = DocumentSeat(
    specialty=Specialty.SURGERY,
    person="冯凯",
    title="主任医师",
    hospital="武汉儿童医院",
    required=True,
    state=SeatState.SIGNED,
    opinion="择期手术。",
    signed_at=AT,
    excuse="",
    verdict=Verdict.DISSENTS,
    verdict_at=AT,
    dissents=(EARLIER, NOW),
)
PANEL = DocumentPanel("有。", 2, (SEAT,))


def picture(digest: str) -> bytes:
    return b"\x89PNG\r\n\x1a\n1"


def test_a_document_with_a_panel_reads_back_as_it_was_written() -> None:
    document = opinion(panel=PANEL)
    content = document.canonical_bytes()
    body = json.loads(content)
    assert body["form"] == "tongying.opinion/2"
    assert body["document"]["panel"]["seats"][0]["dissents"][1]["words"] == "仍不同意。"
    assert read_document(content, picture) == document
    plain = opinion()
    assert read_document(plain.canonical_bytes(), picture) == plain
    body["form"] = "tongying.opinion/1"
    forged = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(ContentUnreadable):
        read_document(forged, picture)


@pytest.mark.parametrize(
    "change",
    [
        {"opinion": "另写。"}, {"person": "别人"}, {"signed_at": AT + timedelta(hours=1)},
        {"dissents": (NOW,)}, {"specialty": Specialty.BONE}, {"title": ""},
        {"verdict": Verdict.AGREES}, {"excuse": "x"}, {"required": False},
    ],
)  # fmt: skip
def test_the_digest_covers_every_word_of_the_panel(change: dict[str, object]) -> None:
    changed = replace(PANEL, seats=(replace(SEAT, **change),))
    assert opinion(panel=changed).digest() != opinion(panel=PANEL).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"opinion": " "}, {"signed_at": None}, {"verdict": None}, {"dissents": ()},
        {"dissents": (replace(NOW, words=" "),)},
        {"state": SeatState.INVITED}, {"state": SeatState.EXCUSED},
    ],
)  # fmt: skip
def test_a_seat_that_says_less_than_it_must_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DocumentPanelRefused):
        replace(SEAT, **change)


def test_a_panel_needs_a_conclusion_and_an_opinion_and_they_are_the_answer() -> None:
    with pytest.raises(DocumentPanelRefused):
        replace(PANEL, conclusion=" ")
    with pytest.raises(DocumentPanelRefused):
        replace(PANEL, seats=())
    with pytest.raises(DocumentRefused):
        opinion(panel=PANEL, answer="没有。")
    amended = opinion(
        panel=PANEL, answer="没有。", version=2, amendment=Amendment("手术所见不同。")
    )
    assert amended.panel == PANEL


def test_dissents_are_told_apart_by_the_conclusion_they_are_on() -> None:
    assert dissents_now(SEAT, PANEL) == (NOW,)
    assert dissents_before(SEAT, PANEL) == (EARLIER,)
    agrees = replace(SEAT, verdict=Verdict.AGREES)
    assert dissents_now(agrees, PANEL) == ()
    assert dissents_before(agrees, PANEL) == (EARLIER, NOW)


def test_every_term_has_its_words() -> None:
    assert set(SPECIALTY_WORDS) == set(Specialty)
    assert set(VERDICT_WORDS) == set(Verdict)
    assert set(PANEL_TITLES) == set(DocumentKind)
    assert title_words(opinion(panel=PANEL), Language.ZH_HANS) == "联合会诊意见"
    assert title_words(opinion(), Language.ZH_HANS) == "远程会诊意见"
