"""The signer of an opinion as DICOM says it: a person name and a verifying observer."""

from __future__ import annotations

from datetime import datetime

from highdicom.sr import ObserverContext, PersonObserverIdentifyingAttributes
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pypinyin import lazy_pinyin

from tongying.consult.document import OpinionDocument, Practitioner
from tongying.consult.document_panel import DocumentSeat
from tongying.dicom.writers.study_context import WritingRefused, short_text


def person_name(name: str) -> str:
    """Return a PN value for a name as people write it.

    A name stays in its first component, closed by a caret: where the family name ends is not
    known. A Chinese name goes to the ideographic group; the alphabetic group is its pinyin,
    because many displays show only that one and would otherwise show nobody.

    Raises
    ------
    WritingRefused
        If the name is empty, too long, or holds one of PN's separators.

    Examples
    --------
    >>> person_name("李敏")
    'Li Min^=李敏^'
    """
    short_text(name)
    if not name.strip() or any(sign in name for sign in "^="):
        raise WritingRefused("A doctor's name is empty or holds a forbidden sign.")
    if name.isascii():
        return f"{name}^"
    alphabetic = " ".join(syllable.capitalize() for syllable in lazy_pinyin(name))
    return f"{short_text(alphabetic)}^={name}^"


def observer_context(document: OpinionDocument) -> ObserverContext:
    """Return the signer as Observer Context (PS3.16 TID 1002, 1003).

    Raises
    ------
    WritingRefused
        If the document is not signed or the name does not fit.
    """
    signer, _ = _signature(document)
    return ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=PersonObserverIdentifyingAttributes(
            name=person_name(signer.name), organization_name=signer.hospital.name
        ),
    )


def seat_context(seat: DocumentSeat) -> ObserverContext:
    """Return the doctor of a panel's seat as Observer Context (PS3.16 TID 1002, 1003).

    Raises
    ------
    WritingRefused
        If the name does not fit.
    """
    return ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=PersonObserverIdentifyingAttributes(
            name=person_name(seat.person), organization_name=seat.hospital
        ),
    )


def verifying_observer(document: OpinionDocument) -> Dataset:
    """Return the item of Verifying Observer Sequence (PS3.3 section C.17.2) for the signer.

    Raises
    ------
    WritingRefused
        If the document is not signed or a name does not fit.
    """
    signer, signed_at = _signature(document)
    item = Dataset()
    item.VerifyingOrganization = short_text(signer.hospital.name)
    item.VerificationDateTime = signed_at.strftime("%Y%m%d%H%M%S%z")
    item.VerifyingObserverName = person_name(signer.name)
    # Type 2: our people have no code in a scheme that others know.
    item.VerifyingObserverIdentificationCodeSequence = []
    return item


def _signature(document: OpinionDocument) -> tuple[Practitioner, datetime]:
    if document.signer is None or document.signed_at is None:
        raise WritingRefused("Only a signed opinion is written as a DICOM object.")
    return document.signer, document.signed_at
