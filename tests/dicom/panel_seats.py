"""A joint panel for the tests of the written opinions: an agreement, a dissent, two without one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from tongying.consult.document_panel import DocumentPanel, DocumentSeat
from tongying.consult.panel import Dissent
from tongying.consult.panel_rules import SeatState, Verdict
from tongying.consult.specialty import Specialty

AT = datetime(2026, 2, 28, 21, 10, tzinfo=timezone(timedelta(hours=8)))


def panel_of(conclusion: str) -> DocumentPanel:
    """Return a panel of four seats on a conclusion."""
    dissents = (Dissent(1, "未写时机。", AT), Dissent(2, "仍考虑重复畸形。", AT))
    where = ("主任医师", "武汉儿童医院")
    return DocumentPanel(
        conclusion,
        2,
        (
            DocumentSeat(
                Specialty.SURGERY,
                "冯凯",
                *where,
                True,
                SeatState.SIGNED,
                "择期手术。",
                AT,
                "",
                Verdict.AGREES,
                AT,
                (),
            ),
            DocumentSeat(
                Specialty.ULTRASOUND,
                "邓艳",
                *where,
                True,
                SeatState.SIGNED,
                "重复畸形？",
                AT,
                "",
                Verdict.DISSENTS,
                AT,
                dissents,
            ),
            DocumentSeat(
                Specialty.ONCOLOGY,
                "李敏",
                *where,
                False,
                SeatState.SIGNED,
                "无特殊。",
                AT,
                "出差",
                None,
                AT,
                (),
            ),
            DocumentSeat(
                Specialty.PATHOLOGY,
                "",
                "",
                "",
                True,
                SeatState.EXCUSED,
                "",
                None,
                "尚无标本",
                None,
                None,
                (),
            ),
        ),
    )
