"""Reading an opinion back from its canonical content: what was signed, exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar

from tongying.consult.amendment import Amendment, DiffLine, FieldDifference, Mark
from tongying.consult.case import Confidence
from tongying.consult.document import (
    CANONICAL_FORM,
    LIVE_FORM,
    PANEL_FORM,
    AskedQuestion,
    BodySize,
    DocumentChild,
    DocumentKind,
    DocumentStudy,
    Hospital,
    KeyImage,
    OpinionDocument,
    Practitioner,
    SignatureStatus,
)
from tongying.consult.document_live import read_live
from tongying.consult.document_panel import read_panel
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.kernel.ids import HospitalCode, SeriesUid, SopUid, StudyUid


class ContentUnreadable(BadInput):
    """The canonical content is of another form or damaged."""

    code: ClassVar[str] = "document.content-unreadable"


def read_document(content: bytes, picture: Callable[[str], bytes]) -> OpinionDocument:
    """Rebuild a document from its canonical bytes.

    Parameters
    ----------
    content : bytes
        As `OpinionDocument.canonical_bytes` gave it.
    picture : callable
        Returns a key image's bytes by their SHA-256 (hex).

    Raises
    ------
    ContentUnreadable
        If the content is of another form, or what is rebuilt does not have the same bytes.
    """
    body = json.loads(content)
    if body.get("form") not in (CANONICAL_FORM, PANEL_FORM, LIVE_FORM):
        raise ContentUnreadable("The signed content is of a form this version cannot read.")
    plain = body["document"]
    document = OpinionDocument(
        number=plain["number"],
        version=plain["version"],
        kind=DocumentKind(plain["kind"]),
        asking=_hospital(plain["asking"]),
        answering=_hospital(plain["answering"]),
        requester=_practitioner(plain["requester"]),
        signer=None if plain["signer"] is None else _practitioner(plain["signer"]),
        child=DocumentChild(**plain["child"] | {"birth_date": _date(plain["child"]["birth_date"])}),
        size=_size(plain["size"]),
        study=DocumentStudy(**plain["study"] | {"date": _date(plain["study"]["date"])}),
        question=_question(plain["question"]),
        answer=plain["answer"],
        findings=plain["findings"],
        advice=plain["advice"],
        requested_at=datetime.fromisoformat(plain["requested_at"]),
        signed_at=_moment(plain["signed_at"]),
        signature=SignatureStatus(plain["signature"]),
        verify_url=plain["verify_url"],
        key_images=tuple(_key_image(image, picture) for image in plain["key_images"]),
        amendment=_amendment(plain["amendment"]),
        caveats=tuple(Caveat(**caveat) for caveat in plain["caveats"]),
        panel=read_panel(plain.get("panel")),
        live=read_live(plain.get("live", [])),
    )
    if document.canonical_bytes() != content:
        raise ContentUnreadable("The signed content does not read back as it was written.")
    return document


def _hospital(plain: dict[str, Any]) -> Hospital:
    return Hospital(plain["name"], HospitalCode(plain["code"]))


def _practitioner(plain: dict[str, Any]) -> Practitioner:
    return Practitioner(plain["name"], plain["title"], _hospital(plain["hospital"]))


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _size(plain: dict[str, Any] | None) -> BodySize | None:
    if plain is None:
        return None
    return BodySize(
        plain["weight_kg"], plain["height_cm"], date.fromisoformat(plain["measured_on"])
    )


def _question(plain: dict[str, Any]) -> AskedQuestion:
    sure = plain["confidence"]
    return AskedQuestion(**plain | {"confidence": None if sure is None else Confidence(sure)})


def _key_image(plain: dict[str, Any], picture: Callable[[str], bytes]) -> KeyImage:
    return KeyImage(
        caption=plain["caption"],
        data=picture(plain["data"]["sha256"]),
        study_uid=StudyUid(plain["study_uid"]),
        series_uid=SeriesUid(plain["series_uid"]),
        sop_uid=SopUid(plain["sop_uid"]),
        sop_class_uid=plain["sop_class_uid"],
        frame=plain["frame"],
    )


def _amendment(plain: dict[str, Any] | None) -> Amendment | None:
    if plain is None:
        return None
    changes = tuple(
        FieldDifference(
            change["field"],
            tuple(DiffLine(Mark(line["mark"]), line["text"]) for line in change["lines"]),
        )
        for change in plain["changes"]
    )
    return Amendment(plain["reason"], changes)
