"""From rows to the values that FHIR's mapping takes, a page at a time."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from tongying.consult.desk import Opinion
from tongying.consult.people import Viewer
from tongying.dicom.person_name import PersonName
from tongying.web.cases.documents import PDF_KINDS
from tongying.web.cases.models import CaseEvent, CaseRow, CaseStudy, DocumentRow, OpinionRow
from tongying.web.cases.rows import case_of, display_name, number_of
from tongying.web.fhir.values import (
    FhirCase,
    FhirChild,
    FhirDocument,
    FhirHospital,
    FhirInstance,
    FhirMember,
    FhirOpinion,
    FhirSeries,
    FhirStudy,
)
from tongying.web.people.models import Hospital, Member
from tongying.web.records.children import NO_ID
from tongying.web.records.images import content_store
from tongying.web.records.models import Child, ChildLink, Instance, Series, Study
from tongying.web.records.visible import cases_for, series_condition, studies_for

LANGUAGE = {"pdf-zh": "zh-CN", "pdf-en": "en"}
"""BCP 47 language of each kind of PDF."""

ABOUT_CASE = ("child", "author", "assignee", "asking", "answering")
"""What `case_values` needs fetched along with a case."""


def child_values(viewer: Viewer, rows: Sequence[Child]) -> list[FhirChild]:
    """Return children, each with the other visible records of the same child."""
    visible = studies_for(viewer).values("child_id")
    links = ChildLink.objects.filter(undone_at=None, child__in=visible, same_as__in=visible)
    pairs = links.filter(child__in=rows) | links.filter(same_as__in=rows)
    same: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs.values_list("child_id", "same_as_id"):
        same[one].add(other)
        same[other].add(one)
    return [
        FhirChild(
            id=row.pk,
            hospital=row.hospital_id,
            issuer=row.issuer,
            local_id="" if row.local_id.startswith(NO_ID) else row.local_id,
            name=PersonName(row.name_alphabetic, row.name_ideographic, row.name_phonetic),
            sex=row.sex,
            birth_date=row.birth_date,
            same_as=tuple(sorted(same[row.pk])),
        )
        for row in rows
    ]


def hospital_values(viewer: Viewer, rows: Sequence[Hospital]) -> list[FhirHospital]:
    """Return hospitals; every member knows them all."""
    return [
        FhirHospital(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            answers=row.answers,
            parent=row.parent_id or "",
            tier=row.tier,
            province=row.province,
            city=row.city,
            sub_alliances=tuple(row.sub_alliances.split()),
        )
        for row in rows
    ]


def member_values(viewer: Viewer, rows: Sequence[Member]) -> list[FhirMember]:
    """Return members; their hospital must have been fetched along."""
    return [
        FhirMember(
            id=row.pk,
            name=row.name,
            title=row.title,
            role=row.role,
            sub_specialty=row.sub_specialty,
            hospital=row.hospital_id,
            hospital_name=row.hospital.name,
            active=row.is_active,
            specialties=tuple(row.specialties.split()),
            licence_until=row.licence_until,
        )
        for row in rows
    ]


def study_values(viewer: Viewer, rows: Sequence[Study]) -> list[FhirStudy]:
    """Return studies with their series, without instances (a page of studies would be huge)."""
    return _studies(viewer, rows, instances=None)


def whole_study_values(viewer: Viewer, rows: Sequence[Study]) -> list[FhirStudy]:
    """Return studies with their series and instances."""
    instances: dict[int, list[FhirInstance]] = defaultdict(list)
    found = Instance.objects.filter(series__study__in=rows).order_by("number", "pk")
    for series, *values in found.values_list("series_id", "uid", "sop_class_uid", "number"):
        instances[series].append(FhirInstance(*values))
    return _studies(viewer, rows, instances=instances)


def case_values(viewer: Viewer, rows: Sequence[CaseRow]) -> list[FhirCase]:
    """Return cases; `ABOUT_CASE` must have been fetched along."""
    studies: dict[int, list[CaseStudy]] = defaultdict(list)
    links = CaseStudy.objects.filter(case__in=rows).select_related("study")
    for link in links.order_by("prior", "-study__date", "study_id"):
        studies[link.case_id].append(link)
    reasons: dict[int, list[CaseEvent]] = defaultdict(list)
    for event in CaseEvent.objects.filter(case__in=rows).exclude(reason="").order_by("at", "pk"):
        reasons[event.case_id].append(event)
    return [_case(row, studies[row.pk], reasons[row.pk]) for row in rows]


def opinion_values(viewer: Viewer, rows: Sequence[OpinionRow]) -> list[FhirOpinion]:
    """Return opinions; ``signer`` and the case with `ABOUT_CASE` must have been fetched along."""
    cases = {found.case.id: found for found in case_values(viewer, [row.case for row in rows])}
    documents: dict[int, list[DocumentRow]] = defaultdict(list)
    made = DocumentRow.objects.filter(opinion__in=rows, kind__in=PDF_KINDS)
    for document in made.order_by("-kind"):  # Chinese first
        documents[document.opinion_id].append(document)
    return [
        FhirOpinion(
            about=cases[row.case_id],
            version=row.version,
            opinion=Opinion(row.answer, row.findings, row.advice),
            amendment_reason=row.amendment_reason,
            signer_id=row.signer_id,
            signer_name=row.signer.name,
            signer_hospital=row.signer.hospital_id,
            signed_at=row.signed_at,
            digest=row.digest,
            documents=tuple(_document(row, one) for one in documents[row.pk]),
        )
        for row in rows
    ]


def _studies(
    viewer: Viewer, rows: Sequence[Study], *, instances: dict[int, list[FhirInstance]] | None
) -> list[FhirStudy]:
    cases: dict[int, list[int]] = defaultdict(list)
    asked = CaseStudy.objects.filter(study__in=rows, prior=False, case__in=cases_for(viewer))
    for study, case in asked.order_by("case_id").values_list("study_id", "case_id"):
        cases[study].append(case)
    series: dict[int, list[Series]] = defaultdict(list)
    seen = Series.objects.filter(series_condition(viewer), study__in=rows)
    for one in seen.order_by("number", "pk"):
        series[one.study_id].append(one)
    return [
        FhirStudy(
            id=row.pk,
            uid=row.uid,
            hospital=row.hospital_id,
            child_id=row.child_id,
            child_name=display_name(row.child),
            date=row.date,
            accession_number=row.accession_number,
            description=row.description,
            modalities=tuple(filter(None, row.modalities.split("\\"))),
            series_count=row.series_count,
            instance_count=row.instance_count,
            series=tuple(_series(series[row.pk], instances)),
            case_ids=tuple(cases[row.pk]),
            changed_at=row.changed_at,
        )
        for row in rows
    ]


def _series(
    rows: Iterable[Series], instances: dict[int, list[FhirInstance]] | None
) -> Iterable[FhirSeries]:
    for row in rows:
        yield FhirSeries(
            uid=row.uid,
            number=row.number,
            modality=row.modality,
            description=row.description,
            body_part=row.body_part,
            laterality=row.laterality,
            instance_count=row.instance_count,
            instances=None if instances is None else tuple(instances[row.pk]),
        )


def _case(row: CaseRow, studies: list[CaseStudy], reasons: list[CaseEvent]) -> FhirCase:
    subject = next((link.study for link in studies if not link.prior), None)
    return FhirCase(
        case=case_of(row),
        number=number_of(row),
        child_id=row.child_id,
        child_name=display_name(row.child),
        author_name=row.author.name,
        assignee_name=row.assignee.name if row.assignee else "",
        asking_name=row.asking.name,
        answering_name=row.answering.name,
        study_ids=tuple(link.study_id for link in studies),
        study_date=subject.date if subject else None,
        due_at=row.due_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
        reasons=tuple((event.at, event.reason, event.actor_id) for event in reasons),
        accepted_at=row.accepted_at,
        signed_at=row.signed_at,
    )


def _document(opinion: OpinionRow, row: DocumentRow) -> FhirDocument:
    return FhirDocument(
        id=f"{opinion.case_id}-{opinion.version}-{row.kind}",
        language=LANGUAGE[row.kind],
        size=row.bytes,
        sha1=_sha1(row.digest),
        made_at=row.made_at,
    )


@lru_cache(maxsize=4096)
def _sha1(digest: str) -> bytes:
    """Return the SHA-1 that FHIR asks for of an object kept under its SHA-256 (never changes)."""
    with content_store().open(digest) as file:
        return hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False)).digest()
