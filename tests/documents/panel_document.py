"""A joint panel for the tests of the printed opinion: three seats, one excused, one dissent."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from tongying.consult.document_panel import DocumentPanel, DocumentSeat
from tongying.consult.panel import Dissent
from tongying.consult.panel_rules import SeatState, Verdict
from tongying.consult.specialty import Specialty

CST = timezone(timedelta(hours=8))
AT = datetime(2026, 2, 28, 21, 10, tzinfo=CST)
CONCLUSION = "有引导点：回盲部息肉样团块。"


def seat(specialty: Specialty, **changes: object) -> DocumentSeat:
    values: dict[str, object] = {
        "specialty": specialty,
        "person": "冯凯",
        "title": "主任医师",
        "hospital": "武汉儿童医院",
        "required": True,
        "state": SeatState.SIGNED,
        "opinion": "回盲部息肉可能大，择期手术切除。",
        "signed_at": AT,
        "excuse": "",
        "verdict": Verdict.AGREES,
        "verdict_at": AT,
        "dissents": (),
    }
    return DocumentSeat(**(values | changes))  # type: ignore[arg-type]


PANEL = DocumentPanel(
    CONCLUSION,
    2,
    (
        seat(Specialty.SURGERY, dissents=(Dissent(1, "第一版未写手术时机。", AT),)),
        seat(
            Specialty.ULTRASOUND,
            person="邓艳",
            opinion="肠壁分层清楚，重复畸形不能除外。",
            verdict=Verdict.DISSENTS,
            dissents=(Dissent(2, "仍考虑肠重复畸形，建议核素扫描。", AT),),
        ),
        seat(
            Specialty.PATHOLOGY,
            person="",
            title="",
            hospital="",
            state=SeatState.EXCUSED,
            opinion="",
            signed_at=None,
            excuse="尚无标本",
            verdict=None,
            verdict_at=None,
        ),
    ),
)
