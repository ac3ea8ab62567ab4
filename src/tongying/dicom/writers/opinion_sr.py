"""The signed opinion's text as a Basic Text SR after TID 2000, Basic Diagnostic Imaging Report.

Order of the sections: the question, the answer, findings, advice, one for each seat of a joint
panel that signed (with its own observer context), key images, the asking doctor's clinical
information, and what a reader must know about the document.
"""

from __future__ import annotations

from datetime import datetime

from highdicom.sr import (
    CodeContentItem,
    CodedConcept,
    ContainerContentItem,
    ContentItem,
    ContentSequence,
    ImageContentItem,
    LanguageOfContentItemAndDescendants,
    RelationshipTypeValues,
    TextContentItem,
    UIDRefContentItem,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import BasicTextSRStorage

from tongying.consult.document import KeyImage, Language, OpinionDocument
from tongying.consult.document_panel import DocumentPanel, DocumentSeat
from tongying.consult.panel_rules import SeatState
from tongying.dicom.writers.encapsulated_pdf import title_concept
from tongying.dicom.writers.image_reference import evidence
from tongying.dicom.writers.opinion_words import (
    context_text,
    notes_text,
    question_text,
    seat_text,
)
from tongying.dicom.writers.signer import observer_context, seat_context, verifying_observer
from tongying.dicom.writers.study_context import (
    ObjectIdentity,
    Predecessor,
    StudyContext,
    begin,
    check_predecessor,
    predecessor_item,
)

TEMPLATE = "2000"
LANGUAGES: dict[Language, CodedConcept] = {
    Language.ZH_HANS: CodedConcept("zh", "RFC5646", "Chinese"),
    Language.EN: CodedConcept("en", "RFC5646", "English"),
}
"""CID 5000, Language."""

_CONTAINS = RelationshipTypeValues.CONTAINS


def write_opinion_sr(
    document: OpinionDocument,
    context: StudyContext,
    *,
    language: Language,
    identity: ObjectIdentity,
    written_at: datetime,
    predecessor: Predecessor | None = None,
) -> Dataset:
    """Write a signed opinion as Basic Text SR.

    It is COMPLETE, and VERIFIED by the signer at the time of signing: a logged-in signature is a
    verification by that observer. That no certificate is involved stands in its last section.

    Parameters
    ----------
    document : OpinionDocument
    context : StudyContext
    language : Language
        The language the opinion is written in, and of the few words added here.
    identity : ObjectIdentity
    written_at : datetime
        With time zone.
    predecessor : Predecessor, optional
        The SR of the version before; given exactly for version 2 and later.

    Raises
    ------
    WritingRefused
        If the document is not signed, belongs to another study, a name does not fit its field, or
        predecessor and version do not go together.

    References
    ----------
    DICOM PS3.3 sections A.35.1, C.17.2; PS3.16 TID 2000, 2001, 2002, 1002, 1005, 1204,
    CID 7000 to 7003.
    """
    check_predecessor(document, predecessor)
    dataset = begin(
        document,
        context,
        sop_class_uid=BasicTextSRStorage,
        modality="SR",
        identity=identity,
        written_at=written_at,
    )
    dataset.ReferencedPerformedProcedureStepSequence = []
    dataset.PerformedProcedureCodeSequence = []
    dataset.CompletionFlag = "COMPLETE"
    dataset.VerificationFlag = "VERIFIED"
    dataset.PreliminaryFlag = "FINAL"
    dataset.VerifyingObserverSequence = [verifying_observer(document)]
    if predecessor is not None:
        dataset.PredecessorDocumentsSequence = [
            predecessor_item(predecessor, sop_class_uid=BasicTextSRStorage)
        ]
    here = [image for image in document.key_images if image.study_uid == context.study_uid]
    elsewhere = [image for image in document.key_images if image.study_uid != context.study_uid]
    if here:
        dataset.CurrentRequestedProcedureEvidenceSequence = evidence(here)
    if elsewhere:
        dataset.PertinentOtherEvidenceSequence = evidence(elsewhere)
    root = ContainerContentItem(
        name=title_concept(document.kind), is_content_continuous=False, template_id=TEMPLATE
    )
    root.ContentSequence = _content(document, language)
    for element in root:
        dataset.add(element)
    return dataset


def _content(document: OpinionDocument, language: Language) -> ContentSequence:
    items = ContentSequence(is_root=False)
    items.extend(LanguageOfContentItemAndDescendants(LANGUAGES[language]))
    items.extend(_observation_context(document))
    heading, element = codes.LN, codes.DCM
    texts: tuple[tuple[Code, Code, str], ...] = (
        (heading.Request, heading.Request, question_text(document, language)),
        (heading.Conclusions, element.Conclusion, document.answer),
        (heading.Findings, element.Finding, document.findings),
        (heading.Recommendations, element.Recommendation, document.advice),
    )
    items.extend(_section(name, [_text(item, text)]) for name, item, text in texts if text.strip())
    if document.panel is not None:
        items.extend(
            _seat_section(one, document.panel, language)
            for one in document.panel.seats
            if one.state is SeatState.SIGNED
        )
    if document.key_images:
        images = [_key_image(image) for image in document.key_images]
        items.append(_section(heading.KeyImages, images))
    clinical = context_text(document, language)
    if clinical:
        items.append(_section(heading.ClinicalInformation, [_text(heading.History, clinical)]))
    notes = _text(element.Comment, notes_text(document, language))
    items.append(_section(element.Comment, [notes]))
    return items


def _observation_context(document: OpinionDocument) -> list[ContentItem]:
    study = UIDRefContentItem(
        name=codes.DCM.ProcedureStudyInstanceUID,
        value=document.study.uid,
        relationship_type=RelationshipTypeValues.HAS_OBS_CONTEXT,
    )
    subject = CodeContentItem(
        name=codes.DCM.SubjectClass,
        value=codes.DCM.Patient,
        relationship_type=RelationshipTypeValues.HAS_OBS_CONTEXT,
    )
    return [*observer_context(document), study, subject]


def _seat_section(
    seat: DocumentSeat, panel: DocumentPanel, language: Language
) -> ContainerContentItem:
    """Return a seat's own opinion and what it says to the conclusion, as observed by its doctor."""
    texts = [
        _text(codes.DCM.Impression, seat.opinion),
        _text(codes.DCM.Comment, seat_text(seat, panel, language)),
    ]
    return _section(codes.LN.Impressions, [*seat_context(seat), *texts])


def _section(name: Code, items: list[ContentItem]) -> ContainerContentItem:
    section = ContainerContentItem(
        name=name, is_content_continuous=False, relationship_type=_CONTAINS
    )
    section.ContentSequence = ContentSequence(items)
    return section


def _text(name: Code, text: str) -> TextContentItem:
    return TextContentItem(name=name, value=text, relationship_type=_CONTAINS)


def _key_image(image: KeyImage) -> ContentItem:
    caption = image.caption.strip()
    reference = ImageContentItem(
        name=codes.DCM.BestIllustrationOfFinding,
        referenced_sop_class_uid=image.sop_class_uid,
        referenced_sop_instance_uid=image.sop_uid,
        referenced_frame_numbers=image.frame,
        relationship_type=RelationshipTypeValues.INFERRED_FROM if caption else _CONTAINS,
    )
    if not caption:
        return reference
    item = _text(codes.DCM.Finding, caption)
    item.ContentSequence = ContentSequence([reference])
    return item
