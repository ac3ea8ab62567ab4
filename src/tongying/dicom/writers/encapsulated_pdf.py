"""The printed opinion inside the child's study: DICOM Encapsulated PDF (PS3.3 section A.45.1)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.uid import EncapsulatedPDFStorage

from tongying.consult.document import DocumentKind, Language, OpinionDocument
from tongying.consult.document_words import KIND_TITLES
from tongying.dicom.writers.image_reference import source_instances
from tongying.dicom.writers.study_context import (
    ObjectIdentity,
    StudyContext,
    WritingRefused,
    begin,
)

DOCUMENT_TITLES: dict[DocumentKind, tuple[str, str, str]] = {
    DocumentKind.CONSULT_ADVICE: ("11488-4", "LN", "Consult note"),
    DocumentKind.DIAGNOSTIC_REPORT: ("18748-4", "LN", "Diagnostic Imaging Report"),
}
"""Title codes. CID 7000 and 7020 are baseline (extensible): advice is not a diagnostic report, so
it carries LOINC's own code for a consultation."""


class NotAPdf(WritingRefused):
    """The bytes are not a PDF."""

    code: ClassVar[str] = "dicom.not-a-pdf"


def title_concept(kind: DocumentKind) -> CodedConcept:
    """Return the coded document title."""
    value, scheme, meaning = DOCUMENT_TITLES[kind]
    return CodedConcept(value=value, scheme_designator=scheme, meaning=meaning)


def write_encapsulated_pdf(
    document: OpinionDocument,
    context: StudyContext,
    *,
    pdf: bytes,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write a signed opinion's PDF as an Encapsulated PDF object.

    Parameters
    ----------
    document : OpinionDocument
    context : StudyContext
    pdf : bytes
        The rendered document.
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Returns
    -------
    Dataset
        Ready for ``save_as(..., enforce_file_format=True)``.

    Raises
    ------
    NotAPdf
        If `pdf` does not begin as a PDF does.
    WritingRefused
        If the document is not signed, belongs to another study, or a name does not fit its field.
    """
    if not pdf.startswith(b"%PDF-"):
        raise NotAPdf("The document's bytes are not a PDF.")
    dataset = begin(
        document,
        context,
        sop_class_uid=EncapsulatedPDFStorage,
        modality="DOC",
        identity=identity,
        written_at=written_at,
    )
    dataset.ConversionType = "WSD"
    dataset.AcquisitionDateTime = ""
    # "YES": the page names the child, so a de-identified copy must not keep it.
    dataset.BurnedInAnnotation = "YES"
    dataset.RecognizableVisualFeatures = "NO"
    titles = KIND_TITLES[document.kind]
    dataset.DocumentTitle = f"{titles[Language.ZH_HANS]} {titles[Language.EN]} {document.number}"
    dataset.ConceptNameCodeSequence = [title_concept(document.kind)]
    dataset.VerificationFlag = "VERIFIED"
    if document.key_images:
        dataset.SourceInstanceSequence = source_instances(document.key_images)
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    # Values have an even length (PS3.5 section 7.1.1); the true one is told apart.
    dataset.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    dataset.EncapsulatedDocumentLength = len(pdf)
    return dataset
