"""The live examination in the signed document: bytes, reading back, and what the paper says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from panel_document import PANEL
from test_opinion_pdf import opinion, read, squeezed

from tongying.consult.document import Language
from tongying.consult.document_live import DocumentLength, DocumentLive
from tongying.consult.document_reading import read_document
from tongying.web.documents.live import live_values

AT = datetime(2026, 3, 1, 15, 5, tzinfo=timezone(timedelta(hours=8)))
LIVE = DocumentLive(
    began_at=AT,
    ended_at=AT + timedelta(minutes=25),
    people=("李敏（咸宁中心医院）", "陆超（江城儿童医院）"),
    stills=3,
    clips=1,
    lengths=(DocumentLength("息肉", 15.04, "S1"), DocumentLength("", 7.25, "S2")),
)


@pytest.mark.parametrize("panel", [None, PANEL])
def test_it_reads_back_as_it_was_written(panel: object) -> None:
    document = opinion(panel=panel, live=(LIVE, replace(LIVE, ended_at=None, lengths=())))
    content = document.canonical_bytes()
    assert json.loads(content)["form"] == "tongying.opinion/3"
    assert read_document(content, lambda _: b"\x89PNG\r\n\x1a\n1") == document


def test_without_one_the_bytes_are_as_they_were() -> None:
    body = json.loads(opinion().canonical_bytes())
    assert body["form"] == "tongying.opinion/1"
    assert "live" not in body["document"]
    assert live_values(opinion(), Language.EN) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["实时联合检查", "静态图3幅", "动态图1段", "息肉15.0mm(S1)", "长度7.2mm(S2)"]),
        ("en", ["Livejointexamination", "3stills,1clips", "息肉15.0mm(S1)", "length7.2mm(S2)"]),
    ],
)
def test_the_paper_says_when_who_and_what(language: str, words: list[str]) -> None:
    page = "".join(squeezed(one) for one in read(opinion(live=(LIVE,)), language).pages)
    for word in [*words, "2026-03-0115:05", "陆超（江城儿童医院）"]:
        assert word in page, word


def test_a_room_still_open_is_said_to_be() -> None:
    live = replace(LIVE, ended_at=None)
    page = "".join(squeezed(one) for one in read(opinion(live=(live,)), "zh-hans").pages)
    assert "签署时仍在进行" in page
