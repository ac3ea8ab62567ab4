"""The documents of a signed opinion: made by the worker, opened by whoever sees the case."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, ClassVar

from django.utils import timezone
from pydicom.dataset import Dataset

from tongying.archive.arrival import Door, Sender
from tongying.archive.ingest import Intake
from tongying.consult.amendment import FieldDifference
from tongying.consult.desk import CaseNotFound
from tongying.consult.document import Language, OpinionDocument
from tongying.consult.people import Viewer
from tongying.dicom.writers.encapsulated_pdf import write_encapsulated_pdf
from tongying.dicom.writers.key_object_selection import write_key_object_selection
from tongying.dicom.writers.opinion_sr import write_opinion_sr
from tongying.dicom.writers.study_context import ObjectIdentity, Predecessor, StudyContext
from tongying.kernel.errors import Conflict, NotFound
from tongying.kernel.ids import SeriesUid, SopUid, StudyUid, new_uid
from tongying.web.cases.models import DocumentRow, OpinionRow
from tongying.web.cases.rows import number_of
from tongying.web.cases.signing import KEY_IMAGE, keep_document, signed_document
from tongying.web.documents.pdf import render_opinion_pdf
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex
from tongying.web.records.models import Instance, Study
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail

PDF_KINDS = {"pdf-zh": Language.ZH_HANS, "pdf-en": Language.EN}
DICOM_PDF = "dicom-pdf"
DICOM_SR = "dicom-sr"
DICOM_KOS = "dicom-kos"
SERIES_NUMBERS = {DICOM_PDF: 9001, DICOM_SR: 9002, DICOM_KOS: 9003}
"""Far above what scanners use, so that the opinion sorts behind the images."""

Progress = Callable[[int, int, str], None]


class DocumentNotFound(NotFound):
    """There is no such document for this viewer."""

    code: ClassVar[str] = "document.not-found"


class DocumentNotReady(Conflict):
    """The document is still being made."""

    code: ClassVar[str] = "document.not-ready"


class DocumentNotStored(Conflict):
    """The archive refused an object of the opinion."""

    code: ClassVar[str] = "document.not-stored"


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document opened for reading; the caller closes the file."""

    file: BinaryIO
    name: str
    media_type: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What anybody who holds the printed code may know of a document: no patient data."""

    number: str
    version: int
    asking: str
    answering: str
    signed_at: datetime
    signer_title: str
    digest: str
    documents: tuple[tuple[str, str], ...]
    """Kind and SHA-256 of each PDF."""
    latest_version: int


def make_documents(opinion_id: int, progress: Progress) -> None:
    """Make every document of a signed opinion that does not exist yet.

    It may be run again after a crash: what is there stays, and identities are kept in rows before
    they are used.

    Raises
    ------
    DocumentNotStored
        If the archive refuses an object.
    """
    opinion = OpinionRow.objects.select_related("case").get(pk=opinion_id)
    _make_earlier(opinion, progress)
    document = signed_document(opinion)
    study = Study.objects.select_related("child").get(cases__case=opinion.case, cases__prior=False)
    kinds = [*PDF_KINDS, DICOM_PDF, DICOM_SR]
    if any(image.study_uid == study.uid for image in document.key_images):
        kinds.append(DICOM_KOS)
    for place, kind in enumerate(kinds):
        progress(place, len(kinds), kind)
        if opinion.documents.filter(kind=kind).exists():
            continue
        if kind in PDF_KINDS:
            keep_document(opinion, kind, render_opinion_pdf(document, language=PDF_KINDS[kind]))
        else:
            _store_object(opinion, document, study, kind)
    progress(len(kinds), len(kinds), "")


def _make_earlier(opinion: OpinionRow, progress: Progress) -> None:
    """Make the version before first: the structured report of this one points at it."""
    if opinion.version == 1:
        return
    before = OpinionRow.objects.get(case=opinion.case, version=opinion.version - 1)
    if not before.documents.filter(kind=DICOM_SR).exists():
        make_documents(before.pk, progress)


def open_document(viewer: Viewer, case_id: int, version: int, kind: str) -> OpenDocument:
    """Open a document of a case for a viewer and record the reading.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    DocumentNotFound
        If there is no such version or kind.
    DocumentNotReady
        If it is still being made.
    """
    case = cases_for(viewer).filter(pk=case_id).first()
    if case is None:
        raise CaseNotFound("There is no such case.")
    opinion = OpinionRow.objects.filter(case=case, version=version).first()
    known = kind in (*PDF_KINDS, *SERIES_NUMBERS) or kind.startswith(KEY_IMAGE)
    if opinion is None or not known:
        raise DocumentNotFound("There is no such document.")
    row = opinion.documents.filter(kind=kind).first()
    if row is None:
        raise DocumentNotReady("The document is still being made; try again in a moment.")
    trail.note_read(
        viewer.login, "opinion", f"{number_of(case)}/{version}", case.asking_id, door=kind
    )
    pdf = kind in PDF_KINDS
    picture = kind.startswith(KEY_IMAGE)
    ending = "pdf" if pdf else "png" if picture else "dcm"
    media = "application/pdf" if pdf else "image/png" if picture else "application/dicom"
    return OpenDocument(
        file=content_store().open(row.digest),
        name=f"{number_of(case)}-v{version}-{kind}.{ending}",
        media_type=media,
        size=row.bytes,
        digest=row.digest,
    )


def differences(viewer: Viewer, case_id: int, version: int) -> tuple[FieldDifference, ...]:
    """Return what a version changed against the one before.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    DocumentNotFound
        If there is no such version.
    """
    case = cases_for(viewer).filter(pk=case_id).first()
    if case is None:
        raise CaseNotFound("There is no such case.")
    opinion = OpinionRow.objects.filter(case=case, version=version).first()
    if opinion is None:
        raise DocumentNotFound("There is no such version.")
    amendment = signed_document(opinion).amendment
    return () if amendment is None else amendment.changes


def verify(code: str) -> Verified | None:
    """Return what the printed code stands for, or None; it names no child and no doctor."""
    opinion = (
        OpinionRow.objects.filter(verify_code=code.strip().upper())
        .select_related("case__asking", "case__answering", "signer")
        .first()
    )
    if opinion is None:
        return None
    pdfs = opinion.documents.filter(kind__in=PDF_KINDS).order_by("kind")
    return Verified(
        number=number_of(opinion.case),
        version=opinion.version,
        asking=opinion.case.asking.name,
        answering=opinion.case.answering.name,
        signed_at=opinion.signed_at,
        signer_title=opinion.signer.title,
        digest=opinion.digest,
        documents=tuple(pdfs.values_list("kind", "digest")),
        latest_version=opinion.case.version,
    )


def _store_object(opinion: OpinionRow, document: OpinionDocument, study: Study, kind: str) -> None:
    """Write one DICOM object into the child's study and note it."""
    context = context_of(study)
    # Derived, not drawn: made again after a crash, the object is the same one, not a second.
    identity = ObjectIdentity(
        series_uid=SeriesUid(_derived_uid(opinion, f"{kind}/series")),
        sop_uid=SopUid(_derived_uid(opinion, f"{kind}/object")),
        series_number=SERIES_NUMBERS[kind],
        instance_number=opinion.version,
    )
    now = timezone.localtime(opinion.signed_at)
    if kind == DICOM_PDF:
        row = opinion.documents.get(kind="pdf-zh")
        with content_store().open(row.digest) as file:
            data_set = write_encapsulated_pdf(
                document, context, pdf=file.read(), identity=identity, written_at=now
            )
    elif kind == DICOM_SR:
        data_set = write_opinion_sr(
            document,
            context,
            language=Language.ZH_HANS,
            identity=identity,
            written_at=now,
            predecessor=_predecessor(opinion, study),
        )
    else:
        data_set = write_key_object_selection(document, context, identity=identity, written_at=now)
    data = _part10(data_set)
    intake = Intake(content_store(), DjangoIndex(), Sender("system", study.hospital_id, Door.SELF))
    incoming = intake.incoming()
    incoming.write(data)
    digest = incoming.digest()
    intake.offer(kind, incoming)
    (arrival,) = intake.flush()
    if not arrival.accepted:
        raise DocumentNotStored(arrival.reason)
    # Two workers may make the same at once; the archive has kept one object for both.
    DocumentRow.objects.get_or_create(
        opinion=opinion,
        kind=kind,
        defaults={
            "digest": digest,
            "bytes": len(data),
            "sop_uid": identity.sop_uid,
            "made_at": timezone.now(),
        },
    )


def context_of(study: Study) -> StudyContext:
    """Return what an object that joins a study takes over from it."""
    child = study.child
    groups = [child.name_alphabetic, child.name_ideographic, child.name_phonetic]
    return StudyContext(
        patient_name="=".join(groups).rstrip("="),
        patient_id="" if child.local_id.startswith("?") else child.local_id,
        issuer=child.issuer,
        birth_date=child.birth_date,
        sex=child.sex or None,
        study_uid=StudyUid(study.uid),
        study_date=study.date,
        study_time=study.time,
        accession_number=study.accession_number,
        study_id=study.study_id,
        description=study.description,
        referring_physician=study.referring_physician,
    )


def _derived_uid(opinion: OpinionRow, purpose: str) -> str:
    """Return a UID that depends on the signed version and the purpose only."""
    seed = hashlib.sha256(f"{opinion.verify_code}/{purpose}".encode()).digest()
    return new_uid(lambda bits: int.from_bytes(seed) >> (256 - bits))


def _predecessor(opinion: OpinionRow, study: Study) -> Predecessor | None:
    if opinion.version == 1:
        return None
    before = DocumentRow.objects.get(
        opinion__case=opinion.case, opinion__version=opinion.version - 1, kind=DICOM_SR
    )
    instance = Instance.objects.select_related("series").get(
        hospital_id=study.hospital_id, uid=before.sop_uid
    )
    return Predecessor(StudyUid(study.uid), SeriesUid(instance.series.uid), SopUid(instance.uid))


def _part10(data_set: Dataset) -> bytes:
    target = io.BytesIO()
    data_set.save_as(target, enforce_file_format=True)
    return target.getvalue()
