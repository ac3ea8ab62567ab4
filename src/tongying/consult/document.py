"""The opinion as a document: what leaves the platform on paper, as DICOM and as FHIR.

One frozen value feeds every format, so that they cannot say different things. Its digest is the
SHA-256 of `OpinionDocument.canonical_bytes` and covers every field and every key image.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import ClassVar

from tongying.consult.amendment import Amendment, FieldDifference, line_difference
from tongying.consult.case import Confidence
from tongying.consult.document_live import DocumentLive
from tongying.consult.document_panel import DocumentPanel, same_words
from tongying.kernel.age import Age, AgeRefused, age_on, corrected_age_on
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.kernel.ids import HospitalCode, SeriesUid, SopUid, StudyUid

CANONICAL_FORM = "tongying.opinion/1"
"""Names the layout of `OpinionDocument.canonical_bytes`; a new layout gets a new number."""
PANEL_FORM = "tongying.opinion/2"
"""The layout with a joint panel; a document without one keeps the first, byte for byte."""
LIVE_FORM = "tongying.opinion/3"
"""The layout with a live examination, with or without a panel."""

_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


class DocumentRefused(BadInput):
    """The opinion cannot be made into a document as it is."""

    code: ClassVar[str] = "document.refused"


class DocumentKind(StrEnum):
    """What the document is in law (domain.md 2.7): advice, or a report the invited side issues."""

    CONSULT_ADVICE = "consult-advice"
    DIAGNOSTIC_REPORT = "diagnostic-report"


class SignatureStatus(StrEnum):
    """How the document is signed. A certificate authority's signature needs an adapter."""

    UNSIGNED = "unsigned"
    ELECTRONIC_NOT_CA = "electronic-not-ca"
    """The expert signed while logged in to their own account; no certificate is involved."""


class Language(StrEnum):
    """A language a document is laid out in."""

    ZH_HANS = "zh-hans"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital as its letterhead says it."""

    name: str
    code: HospitalCode


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A doctor as the document names them; `title` may be empty."""

    name: str
    title: str
    hospital: Hospital


@dataclass(frozen=True, slots=True)
class DocumentChild:
    """The child as the document names it.

    Attributes
    ----------
    name : str
        As shown to people, not in DICOM's component form.
    sex : str or None
        ``"M"``, ``"F"`` or ``"O"``; None where unknown.
    birth_date : date or None
    local_id, issuer : str
        The hospital's own number for the child, and the code of who issued it.
    gestation_days : int or None
        Gestation at birth in days (22 to 44 weeks); None where unknown.
    """

    name: str
    sex: str | None
    birth_date: date | None
    local_id: str
    issuer: str
    gestation_days: int | None = None


@dataclass(frozen=True, slots=True)
class BodySize:
    """Weight (kg) and height (cm) on one day; None where not measured."""

    weight_kg: float | None
    height_cm: float | None
    measured_on: date

    def __post_init__(self) -> None:
        """Refuse what is not a weight or a height."""
        for value in (self.weight_kg, self.height_cm):
            real = value is None or (math.isfinite(value) and value > 0)
            _require(real, "Weight and height must be above zero.")


@dataclass(frozen=True, slots=True)
class DocumentStudy:
    """The study the question is about."""

    uid: StudyUid
    date: date | None
    modality: str
    description: str
    accession_number: str


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """What the asking doctor wrote."""

    text: str
    provisional_diagnosis: str = ""
    confidence: Confidence | None = None
    history: str = ""


@dataclass(frozen=True, slots=True)
class KeyImage:
    """An image the expert chose, as rendered for the page.

    Attributes
    ----------
    caption : str
    data : bytes
        PNG or JPEG.
    study_uid, series_uid, sop_uid, sop_class_uid : str
        The instance it was rendered from.
    frame : int or None
        Frame number from 1, None for a single-frame instance.
    """

    caption: str
    data: bytes
    study_uid: StudyUid
    series_uid: SeriesUid
    sop_uid: SopUid
    sop_class_uid: str
    frame: int | None = None

    @property
    def media_type(self) -> str:
        """``"image/png"`` or ``"image/jpeg"``, told from the first bytes."""
        return next((kind for kind, magic in _MAGIC.items() if self.data.startswith(magic)), "")

    def __post_init__(self) -> None:
        """Refuse what a page cannot show or a reference cannot name."""
        _require(bool(self.media_type), "A key image must be a PNG or a JPEG.")
        _require(self.frame is None or self.frame >= 1, "Frames are counted from 1.")


@dataclass(frozen=True, slots=True)
class OpinionDocument:
    """A version of an opinion, complete and valid once built.

    Attributes
    ----------
    number : str
        Document number, the same for every version, such as ``"TY-2026-000123"``.
    version : int
        From 1.
    requested_at, signed_at : datetime
        With time zone; printed in the zone they carry.
    answer, findings, advice : str
        The answer to the question first; the other two may be empty.
    verify_url : str
        Address (http or https) at which a reader can check the document; it holds no patient data.

    Raises
    ------
    DocumentRefused
        If a version or time is not valid, a signed document lacks its signer, time or answer, or a
        later version lacks its reason (or a first one has it), or a text is not Unicode text.
    """

    number: str
    version: int
    kind: DocumentKind
    asking: Hospital
    answering: Hospital
    requester: Practitioner
    signer: Practitioner | None
    child: DocumentChild
    size: BodySize | None
    study: DocumentStudy
    question: AskedQuestion
    answer: str
    findings: str
    advice: str
    requested_at: datetime
    signed_at: datetime | None
    signature: SignatureStatus
    verify_url: str
    key_images: tuple[KeyImage, ...] = ()
    amendment: Amendment | None = None
    caveats: tuple[Caveat, ...] = ()
    panel: DocumentPanel | None = None
    live: tuple[DocumentLive, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a document that could mislead."""
        _require(bool(self.number.strip()), "A document needs a number.")
        _require(self.version >= 1, "Versions are counted from 1.")
        _require(bool(self.question.text.strip()), "A document needs the question it answers.")
        _require(_aware(self.requested_at), "The time of the request needs a time zone.")
        _require(_aware(self.signed_at), "The time of signing needs a time zone.")
        web = self.verify_url.startswith(("https://", "http://"))
        _require(web, "The address for verification must start with http or https.")
        _require(self.child.sex in (None, "M", "F", "O"), "The sex must be M, F, O or unknown.")
        if self.version > 1:
            reason = self.amendment.reason.strip() if self.amendment else ""
            _require(bool(reason), "A later version needs the reason for its change.")
        else:
            _require(self.amendment is None, "A first version cannot have a reason for a change.")
        if self.panel is not None and self.version == 1:
            same = same_words(self.answer, self.panel.conclusion)
            _require(same, "The answer of a joint panel must be its conclusion.")
        if self.signature is SignatureStatus.UNSIGNED:
            nobody = self.signer is None and self.signed_at is None
            _require(nobody, "An unsigned document has neither signer nor time of signing.")
        else:
            _require(self.signer is not None, "A signed document needs its signer.")
            _require(self.signed_at is not None, "A signed document needs its time of signing.")
            _require(bool(self.answer.strip()), "A signed document needs an answer.")
        try:
            self.canonical_bytes()
        except UnicodeEncodeError as error:
            raise DocumentRefused("A text holds half a character and cannot be kept.") from error

    def age(self) -> Age | None:
        """Return the age on the study's day, or None where it cannot be known."""
        if self.child.birth_date is None or self.study.date is None:
            return None
        try:
            return age_on(self.child.birth_date, self.study.date)
        except AgeRefused:
            return None

    def corrected_age(self) -> Age | None:
        """Return the corrected age on the study's day, or None where it is unknown or not said."""
        child, on = self.child, self.study.date
        if child.birth_date is None or on is None or child.gestation_days is None:
            return None
        try:
            return corrected_age_on(child.birth_date, on, child.gestation_days)
        except AgeRefused:
            return None

    def doubts(self) -> tuple[Caveat, ...]:
        """Return the caveats, with one more where the study's date lies before the birth."""
        birth, on = self.child.birth_date, self.study.date
        if birth is not None and on is not None and on < birth:
            sentence = "The study is dated before the date of birth, so the age is not known."
            return (*self.caveats, Caveat("document.study-before-birth", sentence))
        return self.caveats

    def canonical_bytes(self) -> bytes:
        """Return the document as UTF-8 JSON with sorted keys; key images by their SHA-256."""
        plain = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        if self.panel is None:
            del plain["panel"]
        if not self.live:
            del plain["live"]
        form = LIVE_FORM if self.live else PANEL_FORM if self.panel else CANONICAL_FORM
        body = {"form": form, "document": plain}
        return json.dumps(
            body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        ).encode()

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the canonical bytes."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()


def difference(old: OpinionDocument, new: OpinionDocument) -> tuple[FieldDifference, ...]:
    """Return what a reader would find changed, field by field, in the document's own order.

    Number, version, times, signature and address belong to the version and are not compared.

    Parameters
    ----------
    old, new : OpinionDocument
        Two versions.
    """
    before, after = _readable(old), _readable(new)
    return tuple(
        FieldDifference(field=name, lines=line_difference(before[name], after[name]))
        for name in before
        if before[name] != after[name]
    )


def with_changes_since(new: OpinionDocument, old: OpinionDocument) -> OpinionDocument:
    """Return `new` with its amendment listing what changed since `old`.

    Raises
    ------
    DocumentRefused
        If `new` does not follow `old` under the same number.
    """
    follows = new.number == old.number and new.version == old.version + 1
    if new.amendment is None or not follows:
        raise DocumentRefused("The new version does not follow the old one.")
    return replace(new, amendment=replace(new.amendment, changes=difference(old, new)))


def _require(held: bool, sentence: str) -> None:
    if not held:
        raise DocumentRefused(sentence)


def _aware(at: datetime | None) -> bool:
    return at is None or at.utcoffset() is not None


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):  # a datetime is a date too
        return value.isoformat()
    return value


def _readable(document: OpinionDocument) -> dict[str, str]:
    lines: dict[str, str] = {"kind": _words(document.kind)}
    # The shapes are named because an absent value (no signer, no size) has none of its own.
    parts: tuple[tuple[str, type, object], ...] = (
        ("asking", Hospital, document.asking),
        ("answering", Hospital, document.answering),
        ("requester", Practitioner, document.requester),
        ("signer", Practitioner, document.signer),
        ("child", DocumentChild, document.child),
        ("size", BodySize, document.size),
        ("study", DocumentStudy, document.study),
        ("question", AskedQuestion, document.question),
    )
    for name, shape, value in parts:
        for field in fields(shape):
            part = None if value is None else getattr(value, field.name)
            lines[f"{name}.{field.name}"] = _words(part)
    lines["answer"] = document.answer
    lines["findings"] = document.findings
    lines["advice"] = document.advice
    lines["key_images"] = "\n".join(_image_line(image) for image in document.key_images)
    lines["caveats"] = "\n".join(caveat.sentence for caveat in document.doubts())
    return lines


def _image_line(image: KeyImage) -> str:
    frame = f" #{image.frame}" if image.frame else ""
    return f"{image.caption} [{image.sop_uid}{frame}, {hashlib.sha256(image.data).hexdigest()[:8]}]"


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Hospital):
        return f"{value.name} ({value.code})"
    plain = _plain(value)
    return plain if isinstance(plain, str) else str(plain)
