"""The signed opinion as an A4 PDF (WeasyPrint), from a template that needs no configured web.

Nothing is fetched: pictures travel inside the page as data URLs, fonts come from the system
("Noto Sans CJK SC" of Debian's fonts-noto-cjk). The same document gives the same bytes under the
same versions of WeasyPrint, Pango and the fonts: no time of rendering is written.
"""

from __future__ import annotations

import base64
import io
from functools import cache
from importlib import resources
from typing import Any

import segno
from django.template import Context, Engine
from weasyprint import CSS, HTML, URLFetcher

from tongying.consult.amendment import Amendment, Mark
from tongying.consult.document import KeyImage, Language, OpinionDocument
from tongying.consult.document_words import (
    CONFIDENCE_WORDS,
    RESEARCH_USE,
    SEX_WORDS,
    SIGNATURE_WORDS,
    UNKNOWN,
    WHO_DECIDES,
    age_words,
    size_words,
    time_words,
    title_words,
)
from tongying.web.documents.labels import FIELD_LABELS, LABELS, STAMPS
from tongying.web.documents.live import live_values
from tongying.web.documents.panel import panel_values

HTML_LANGUAGES: dict[Language, str] = {Language.ZH_HANS: "zh-CN", Language.EN: "en"}
DIGEST_SHOWN = 16
"""Characters of the digest that are printed; the address of verification shows all of it."""

QUIET_ZONE_MODULES = 4
"""White modules that must surround a QR code (ISO/IEC 18004, as segno's default has it)."""


def render_opinion_pdf(document: OpinionDocument, *, language: Language | str) -> bytes:
    """Render an opinion as an A4 PDF, tagged, with its language set and its fonts embedded.

    Parameters
    ----------
    document : OpinionDocument
        Signed or not; an unsigned one says on every page that it is a draft.
    language : Language or str
        ``"zh-hans"`` or ``"en"``: the language of the labels. What doctors wrote stays as written.

    Returns
    -------
    bytes
        The PDF. Its title has the document's number and no name of a child.

    Raises
    ------
    ValueError
        If the language is neither of the two.
    """
    html = opinion_html(document, language=Language(language))
    return print_html(html, identifier=document.digest()[:32])


def print_html(html: str, *, identifier: str, style: str = "opinion.css") -> bytes:
    """Print a page in one of our styles; whatever it links to, nothing but data URLs is opened.

    Parameters
    ----------
    html : str
    style : str, optional
        Its file in ``static/documents``.
    identifier : str
        The PDF's file identifier (ASCII); the same text gives the same bytes.
    """
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    page = HTML(string=html, url_fetcher=fetcher)
    sheet = CSS(string=_file(f"static/documents/{style}"), url_fetcher=fetcher)
    target = io.BytesIO()
    page.write_pdf(
        target, stylesheets=[sheet], pdf_tags=True, pdf_identifier=identifier.encode("ascii")
    )
    return target.getvalue()


def opinion_html(document: OpinionDocument, *, language: Language) -> str:
    """Return the page that is printed, as HTML with every text escaped.

    Parameters
    ----------
    document : OpinionDocument
    language : Language
        The language of the labels.
    """
    values = {
        "lang": HTML_LANGUAGES[language],
        "label": LABELS[language],
        "other": LABELS[Language.EN if language is Language.ZH_HANS else Language.ZH_HANS],
        **_heading(document, language),
        **_child(document, language),
        **_opinion(document, language),
        **_closing(document, language),
        "panel": panel_values(document, language),
        "live": live_values(document, language),
    }
    # Texts only: a template outside a configured web must not ask for its date and number formats.
    return page_html("opinion.html", values)


def page_html(name: str, values: dict[str, Any]) -> str:
    """Fill one of our pages in, with every text escaped."""
    return _engine().from_string(_file(f"templates/documents/{name}")).render(Context(values))


def _heading(document: OpinionDocument, language: Language) -> dict[str, Any]:
    other = Language.EN if language is Language.ZH_HANS else Language.ZH_HANS
    title = title_words(document, language)
    return {
        "title": title,
        "other_title": title_words(document, other),
        "metadata_title": f"{title} {document.number} v{document.version}",
        "stamp": STAMPS[document.kind][language],
        "number": document.number,
        "version": str(document.version),
        "asking": document.asking,
        "answering": document.answering,
        "signed": document.signed_at is not None,
        "research_use": " · ".join(dict.fromkeys(_both(RESEARCH_USE, language))),
    }


def _child(document: OpinionDocument, language: Language) -> dict[str, Any]:
    child, study, unknown = document.child, document.study, UNKNOWN[language]
    issued = f"{child.local_id} ({child.issuer})" if child.issuer else child.local_id
    described = " · ".join(
        part for part in (study.modality, study.description, _text(study.date)) if part
    )
    return {
        "child_name": child.name or unknown,
        "child_sex": SEX_WORDS[child.sex][language],
        "child_birth": _text(child.birth_date) or unknown,
        "child_age": age_words(document, language),
        "child_id": issued or unknown,
        "child_size": size_words(document.size, language),
        "study": described or unknown,
        "accession": study.accession_number or unknown,
    }


def _opinion(document: OpinionDocument, language: Language) -> dict[str, Any]:
    asked = document.question
    return {
        "question": asked.text.strip(),
        "provisional": asked.provisional_diagnosis.strip(),
        "confidence": CONFIDENCE_WORDS[asked.confidence][language] if asked.confidence else "",
        "history": asked.history.strip(),
        "requester": document.requester,
        "requested_at": time_words(document.requested_at),
        "answer": document.answer.strip(),
        "findings": document.findings.strip(),
        "advice": document.advice.strip(),
        "images": [
            _image(image, place, language)
            for place, image in enumerate(document.key_images, start=1)
        ],
        "image_columns": str(min(len(document.key_images), 4)),
        "amendment": _amendment(document.amendment, language),
    }


def _closing(document: OpinionDocument, language: Language) -> dict[str, Any]:
    signed_at = document.signed_at
    digest = document.digest()[:DIGEST_SHOWN]
    return {
        "signer": document.signer,
        "signed_at": time_words(signed_at) if signed_at else "",
        "signature": SIGNATURE_WORDS[document.signature][language],
        "who_decides": WHO_DECIDES[document.kind][language],
        "caveats": [caveat.sentence for caveat in document.doubts()],
        "verify_url": document.verify_url,
        "digest": " ".join(digest[place : place + 4] for place in range(0, DIGEST_SHOWN, 4)),
        "qr": qr_picture(document.verify_url),
    }


def qr_picture(address: str) -> str:
    """Return the QR code of an address as a data URL, with the white border it needs."""
    code = segno.make(address, error="m", micro=False)
    return str(code.svg_data_uri(border=QUIET_ZONE_MODULES, scale=4))


def _image(image: KeyImage, place: int, language: Language) -> dict[str, str]:
    data = base64.b64encode(image.data).decode()
    frame = f"{LABELS[language]['frame']} {image.frame}" if image.frame else ""
    return {
        "place": str(place),
        "caption": image.caption.strip(),
        "frame": frame,
        "source": f"data:{image.media_type};base64,{data}",
    }


def _amendment(amendment: Amendment | None, language: Language) -> dict[str, Any] | None:
    if amendment is None:
        return None
    changes = [
        {
            "field": FIELD_LABELS[change.field][language],
            "lines": [
                {"removed": line.mark is Mark.REMOVED, "text": line.text}
                for line in change.lines
                if line.mark is not Mark.KEPT
            ],
        }
        for change in amendment.changes
    ]
    return {"reason": amendment.reason, "changes": changes}


def _both(words: dict[Language, str], language: Language) -> tuple[str, ...]:
    rest = (words[other] for other in Language if other is not language)
    return (words[language], *rest)


def _text(value: object | None) -> str:
    return "" if value is None else str(value)


@cache
def _engine() -> Engine:
    return Engine(autoescape=True)


@cache
def _file(path: str) -> str:
    return resources.files("tongying.web.documents").joinpath(path).read_text(encoding="utf-8")
