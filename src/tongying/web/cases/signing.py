"""Signing: the opinion becomes a version that is never changed, with its canonical content."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from tongying.consult.amendment import Amendment
from tongying.consult.desk import Opinion
from tongying.consult.document import (
    AskedQuestion,
    BodySize,
    DocumentChild,
    DocumentKind,
    DocumentStudy,
    KeyImage,
    OpinionDocument,
    Practitioner,
    SignatureStatus,
    with_changes_since,
)
from tongying.consult.document import Hospital as Letterhead
from tongying.consult.document_reading import read_document
from tongying.dicom.rendering import Rendering, render_frame
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import TongyingError
from tongying.kernel.ids import HospitalCode, SeriesUid, SopUid, StudyUid, new_code
from tongying.web.cases.models import CaseRow, DocumentRow, OpinionRow
from tongying.web.cases.rows import display_name, number_of, question_of
from tongying.web.jobs.outbox import promise
from tongying.web.panels.signing import document_panel
from tongying.web.people.models import Hospital, Member
from tongying.web.records.images import content_store, opened_image
from tongying.web.records.models import Instance, Study
from tongying.web.records.reading import located_of
from tongying.web.rooms.printing import document_live

DOCUMENTS = "opinion-documents"
"""Kind of the outbox row that has a signed opinion's documents made."""
KEY_IMAGE_PIXELS = 900
"""Longer side of a key image in the document, in pixels."""
KEY_IMAGE = "key-"
"""Beginning of the kind under which a signed version's key images are kept."""


def render_key_images(row: CaseRow) -> tuple[KeyImage, ...]:
    """Render the case's key images as the document will show them.

    An image that cannot be rendered is left out; the signing then says so as a caveat.
    """
    rendering = Rendering(media_type="image/png", viewport=(KEY_IMAGE_PIXELS, KEY_IMAGE_PIXELS))
    images = []
    for pointed in row.key_images.order_by("pk"):
        instance = (
            Instance.objects.filter(
                uid=pointed.sop_uid, series__study__in=row.studies.values("study")
            )
            .select_related("series__study")
            .first()
        )
        if instance is None:
            continue
        try:
            with opened_image(located_of(instance)) as image:
                data = render_frame(image, pointed.frame, rendering=rendering)
        except TongyingError:
            continue
        images.append(
            KeyImage(
                caption=pointed.caption,
                data=data,
                study_uid=StudyUid(pointed.study_uid),
                series_uid=SeriesUid(pointed.series_uid),
                sop_uid=SopUid(pointed.sop_uid),
                sop_class_uid=instance.sop_class_uid,
                frame=pointed.frame if (instance.frame_count or 1) > 1 else None,
            )
        )
    return tuple(images)


def sign(
    row: CaseRow,
    opinion: Opinion,
    *,
    reason: str,
    now: datetime,
    key_images: tuple[KeyImage, ...],
) -> OpinionRow:
    """Keep a signed version of the opinion and promise its documents, in the caller's transaction.

    Raises
    ------
    tongying.consult.document.DocumentRefused
        If the document would not be valid.
    """
    code = new_code()
    document = _document(row, opinion, reason, now, code, key_images)
    content = document.canonical_bytes()
    row.draft_answer = opinion.answer
    row.draft_findings = opinion.findings
    row.draft_advice = opinion.advice
    row.save(update_fields=["draft_answer", "draft_findings", "draft_advice"])
    signed = OpinionRow.objects.create(
        case=row,
        version=row.version,
        answer=opinion.answer.strip(),
        findings=opinion.findings.strip(),
        advice=opinion.advice.strip(),
        amendment_reason=reason,
        signer_id=row.assignee_id,
        signed_at=now,
        digest=document.digest(),
        content=content,
        verify_code=code,
    )
    for place, image in enumerate(key_images):
        keep_document(signed, f"{KEY_IMAGE}{place}", image.data)
    promise(DOCUMENTS, {"opinion": signed.pk})
    return signed


def keep_document(opinion: OpinionRow, kind: str, data: bytes, *, sop_uid: str = "") -> None:
    """Put a document into the content store and its row beside the opinion's."""
    incoming = content_store().incoming()
    incoming.write(data)
    digest = incoming.keep()
    DocumentRow.objects.update_or_create(
        opinion=opinion,
        kind=kind,
        defaults={
            "digest": digest,
            "bytes": len(data),
            "sop_uid": sop_uid,
            "made_at": timezone.now(),
        },
    )
    incoming.settle()


def signed_document(opinion: OpinionRow) -> OpinionDocument:
    """Return exactly what was signed."""
    store = content_store()

    def picture(digest: str) -> bytes:
        with store.open(digest) as file:
            return file.read()

    return read_document(bytes(opinion.content), picture)


def _document(
    row: CaseRow,
    opinion: Opinion,
    reason: str,
    now: datetime,
    code: str,
    key_images: tuple[KeyImage, ...],
) -> OpinionDocument:
    study = Study.objects.select_related("child").get(cases__case=row, cases__prior=False)
    question = question_of(row)
    first = row.version == 1
    author = Member.objects.select_related("hospital").get(pk=row.author_id)
    signer = Member.objects.select_related("hospital").get(pk=row.assignee_id)
    child = study.child
    document = OpinionDocument(
        number=number_of(row),
        version=row.version,
        kind=DocumentKind.CONSULT_ADVICE,
        asking=_letterhead(row.asking),
        answering=_letterhead(row.answering),
        requester=_practitioner(author),
        signer=_practitioner(signer),
        child=DocumentChild(
            name=display_name(child),
            sex=child.sex or None,
            birth_date=child.birth_date,
            local_id="" if child.local_id.startswith("?") else child.local_id,
            issuer=child.issuer or child.hospital_id,
            gestation_days=question.gestation_total_days(),
        ),
        size=(
            BodySize(question.weight_kg, question.height_cm, question.measured_on)
            if question.measured_on is not None
            and (question.weight_kg is not None or question.height_cm is not None)
            else None
        ),
        study=DocumentStudy(
            uid=StudyUid(study.uid),
            date=study.date,
            modality=study.modalities.replace("\\", " "),
            description=study.description,
            accession_number=study.accession_number,
        ),
        question=AskedQuestion(
            text=question.text,
            provisional_diagnosis=question.provisional_diagnosis,
            confidence=question.confidence,
            history=question.history,
        ),
        answer=opinion.answer.strip(),
        findings=opinion.findings.strip(),
        advice=opinion.advice.strip(),
        requested_at=timezone.localtime(row.submitted_at),
        signed_at=timezone.localtime(now),
        signature=SignatureStatus.ELECTRONIC_NOT_CA,
        verify_url=f"{settings.TONGYING_URL}/verify/{code}/",
        key_images=key_images,
        amendment=None if first else Amendment(reason),
        caveats=_caveats(row, study, key_images),
        panel=document_panel(row),
        live=document_live(row),
    )
    if first:
        return document
    before = OpinionRow.objects.get(case=row, version=row.version - 1)
    return with_changes_since(document, signed_document(before))


def _caveats(row: CaseRow, study: Study, key_images: tuple[KeyImage, ...]) -> tuple[Caveat, ...]:
    caveats = tuple(Caveat(one["code"], one["sentence"]) for one in study.caveats)
    missing = row.key_images.count() - len(key_images)
    if missing:
        sentence = f"{missing} of the key images could not be rendered and are left out."
        caveats += (Caveat("document.key-image-missing", sentence),)
    return caveats


def _letterhead(hospital: Hospital) -> Letterhead:
    return Letterhead(hospital.name, HospitalCode(hospital.code))


def _practitioner(member: Member) -> Practitioner:
    return Practitioner(member.name, member.title, _letterhead(member.hospital))
