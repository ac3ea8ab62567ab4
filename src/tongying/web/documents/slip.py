"""The parents' slip: when and where the child is expected, in short sentences, with a QR code.

It is given to the parents on paper, so it carries the child's name; it says nothing of why.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from tongying.consult.document import Language
from tongying.consult.document_words import RESEARCH_USE
from tongying.consult.referral_order import Needs, Transport
from tongying.web.documents.pdf import HTML_LANGUAGES, page_html, print_html, qr_picture
from tongying.web.documents.slip_words import (
    BRING,
    NEEDS_SAID,
    ON_THE_WAY,
    SLIP_LABELS,
    TRANSPORT_SAID,
    WEEKDAYS,
)

PAPERS = ("A4", "A5")


@dataclass(frozen=True, slots=True)
class Slip:
    """What the slip says.

    Attributes
    ----------
    child : str
        The child's name.
    asking, receiving : str
        Names of the hospitals.
    place, doctor : str
        Where to come, and to whom; empty while that is not known.
    appointment_at : datetime or None
        In the installation's time zone; None while the hospital has not answered.
    needs : Needs
    transport : Transport
    images_sent : bool
        Whether the images travel by themselves.
    code, url : str
        The code and the public page's address with it.
    printed_at : datetime
        In the installation's time zone.
    """

    child: str
    asking: str
    receiving: str
    place: str
    doctor: str
    appointment_at: datetime | None
    needs: Needs
    transport: Transport
    images_sent: bool
    code: str
    url: str
    printed_at: datetime


def render_slip(slip: Slip, *, paper: str, language: Language) -> bytes:
    """Render the slip as a PDF of one page.

    Parameters
    ----------
    slip : Slip
    paper : str
        One of `PAPERS`.
    language : Language

    Raises
    ------
    ValueError
        If the paper is none of them.
    """
    html = slip_html(slip, paper=paper, language=language)
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32]
    return print_html(html, identifier=identifier, style="slip.css")


def slip_html(slip: Slip, *, paper: str, language: Language) -> str:
    """Return the page that is printed, as HTML with every text escaped.

    Raises
    ------
    ValueError
        If the paper is none of `PAPERS`.
    """
    if paper not in PAPERS:
        raise ValueError(f"no such paper: {paper}")
    at = slip.appointment_at
    values = {
        "lang": HTML_LANGUAGES[language],
        "paper": paper.lower(),
        "label": SLIP_LABELS[language],
        "child": slip.child,
        "asking": slip.asking,
        "receiving": slip.receiving,
        "place": slip.place,
        "doctor": slip.doctor,
        "day": f"{at:%Y-%m-%d}" if at else "",
        "weekday": WEEKDAYS[language][at.weekday()] if at else "",
        "time": f"{at:%H:%M}" if at else "",
        "needs": NEEDS_SAID[slip.needs][language],
        "transport": TRANSPORT_SAID[slip.transport][language],
        "bring": BRING[language],
        "on_the_way": ON_THE_WAY[language],
        "sent": slip.images_sent,
        "qr": qr_picture(slip.url),
        "url": slip.url,
        "code": " ".join(slip.code[begin : begin + 5] for begin in range(0, len(slip.code), 5)),
        "printed_at": f"{slip.printed_at:%Y-%m-%d %H:%M}",
        "research_use": RESEARCH_USE[language],
    }
    return page_html("slip.html", values)
