"""The printed opinion of a joint panel, read back as another program reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from panel_document import CONCLUSION, PANEL, seat
from test_opinion_pdf import key_images, opinion, read, squeezed

from tongying.consult.amendment import Amendment
from tongying.consult.panel_rules import SeatState
from tongying.consult.specialty import Specialty
from tongying.web.documents.panel import LABELS


def said(document, language: str = "zh-hans") -> str:
    return "".join(squeezed(page) for page in read(document, language).pages)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("count", [0, 2, 4])
def test_it_stays_within_two_pages_and_says_everything(language: str, count: int) -> None:
    document = opinion(panel=PANEL, key_images=key_images(count))
    assert len(read(document, language).pages) <= 2
    page = said(document, language)
    for text in [
        "冯凯", "回盲部息肉可能大，择期手术切除。", "邓艳", "尚无标本",
        "肠壁分层清楚，重复畸形不能除外。", "仍考虑肠重复畸形，建议核素扫描。",
        "第一版未写手术时机。",
    ]:  # fmt: skip
        assert text in page, text


def test_title_and_order() -> None:
    page = said(opinion(panel=PANEL))
    assert "联合会诊意见" in page and "远程会诊意见" not in page
    order = ["答复·联合结论", CONCLUSION, "对联合结论的不同意见", "超声邓艳仍考虑",
             "参加专科", "病理", "已免除", "各专科独立意见", "近端肠管呈同心圆征。"]  # fmt: skip
    page = page.replace("\u3000", "")
    places = [page.index(text) for text in order]
    assert places == sorted(places)


def test_without_a_dissent_there_is_no_box_for_it() -> None:
    page = said(opinion(panel=replace(PANEL, seats=(seat(Specialty.SURGERY),))))
    assert "不同意见" not in page
    assert "同意" in page


def test_an_optional_seat_that_gave_nothing_is_said_so() -> None:
    open_ = seat(
        Specialty.BONE, required=False, state=SeatState.INVITED, opinion="", signed_at=None,
        verdict=None,
    )  # fmt: skip
    page = said(opinion(panel=replace(PANEL, seats=(*PANEL.seats, open_))))
    assert "未出具（非必需）" in page


def test_an_amended_answer_shows_the_conclusion_that_the_panel_answered_to() -> None:
    document = opinion(
        panel=PANEL, answer="已手术，病理为息肉。", version=2, amendment=Amendment("术后")
    )
    page = said(document)
    assert "答复已由主持专家修改" in page
    assert CONCLUSION in page and "已手术，病理为息肉。" in page


def test_both_languages_have_the_same_labels() -> None:
    first, second = LABELS.values()
    assert set(first) == set(second)


def test_a_document_without_a_panel_is_printed_as_before() -> None:
    page = said(opinion())
    assert "远程会诊意见" in page
    assert "参加专科" not in page
