"""A signed structured answer written into the child's study as a DICOM structured report."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tongying.dicom.writers.structured_answer_sr import (
    AnsweredReport,
    Coded,
    Quantity,
    ReportedAnswer,
    ReportedSection,
    write_structured_answer_sr,
)
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.ids import SeriesUid, SopUid, uid_of
from tongying.norms.measure import measure_of
from tongying.pathway.aids.aid import Value
from tongying.pathway.answers import Answers, sides_of
from tongying.pathway.definition import AnswerKind, Field, Section
from tongying.pathway.reading import read_pathway
from tongying.web import now as clock
from tongying.web.cases.documents import context_of
from tongying.web.cases.rows import number_of
from tongying.web.measurements.reporting import evidence_of, file_report
from tongying.web.pathways.known import subject_study
from tongying.web.pathways.models import StructuredAnswer
from tongying.web.pathways.standing import as_signed
from tongying.web.records.models import Instance
from tongying.web.trail import store as trail

SERIES_NUMBER = 9011
"""Far above what scanners use, and apart from the opinion's and the measurements'."""
PLATFORM = "system"


def write_answer_report(answer_id: int) -> None:
    """Write a frozen answer into its case's study; run again, it is the same object.

    Parameters
    ----------
    answer_id : int

    Raises
    ------
    tongying.web.measurements.reporting.NoStudy
        If the study holds no images.
    tongying.web.measurements.reporting.ReportNotStored
        If the archive refuses the report.
    """
    row = StructuredAnswer.objects.select_related("follows__case", "opinion__signer__hospital").get(
        pk=answer_id
    )
    opinion = row.opinion
    if opinion is None or row.sr_uid:
        return
    case = row.follows.case
    study = subject_study(case)
    reported = reported_answer(row)
    if not reported.sections:
        return
    seed = f"tongying/structured-answer/{opinion.verify_code}"
    sop_uid = SopUid(uid_of(f"{seed}/object"))
    if not Instance.objects.filter(hospital_id=study.hospital_id, uid=sop_uid).exists():
        report = write_structured_answer_sr(
            reported,
            context_of(study),
            evidence_of(study),
            identity=ObjectIdentity(
                SeriesUid(uid_of(f"{seed}/series")), sop_uid, SERIES_NUMBER, opinion.version
            ),
            written_at=timezone.localtime(opinion.signed_at),
        )
        file_report(report, study.hospital_id)
    with transaction.atomic():
        StructuredAnswer.objects.filter(pk=row.pk).update(sr_uid=sop_uid)
        detail = {"what": "structured-answer", "study": study.uid, "version": str(opinion.version)}
        event = AuditEvent(
            clock.now(), PLATFORM, Action.EXECUTE, "case", number_of(case), case.asking_id, detail
        )
        trail.append([event])


def reported_answer(row: StructuredAnswer) -> AnsweredReport:
    """Return a frozen answer as the report takes it.

    Parameters
    ----------
    row : StructuredAnswer
        Frozen with an opinion.
    """
    pathway = read_pathway(row.follows.text, name=row.follows.pathway)
    answers = as_signed(pathway, {}, row.answers)
    sections = (_section(one, answers) for one in pathway.sections)
    opinion = row.opinion
    signer = f"{opinion.signer.name}, {opinion.signer.hospital.name}" if opinion else ""
    version = opinion.version if opinion else 0
    return AnsweredReport(
        code=f"{number_of(row.follows.case)}-{version}",
        pathway=Coded(pathway.id, pathway.name.english),
        version=pathway.version,
        digest=pathway.digest,
        signer=signer,
        opinion=f"{number_of(row.follows.case)} v{version}",
        sections=tuple(one for one in sections if one.answers),
    )


def _section(section: Section, answers: Answers) -> ReportedSection:
    areas = {
        measure_of(one.measure).area for one in section.fields if one.kind is AnswerKind.MEASURE
    }
    found = tuple(
        one
        for field in section.fields
        for side in sides_of(field)
        if (one := _answer(field, side, answers)) is not None
    )
    area = areas.pop() if len(areas) == 1 else ""
    return ReportedSection(Coded(section.id, section.words.english), area, found)


def _answer(field: Field, side: str, answers: Answers) -> ReportedAnswer | None:
    asked = Coded(field.id, field.words.english)
    grade = answers.grades.get(f"{field.id}.{side}" if side else field.id)
    if grade is not None:
        words = {one.id: one.words.english for one in field.options}
        value = Coded(grade.value, words.get(grade.value, grade.value))
        doubts = "".join(f" {one.sentence}" for one in grade.caveats)
        unsigned = "" if grade.signed_off else " Not signed off on this platform."
        said = f"{grade.english} {grade.source}.{unsigned}{doubts}"
        return ReportedAnswer(asked, side, (value,), said)
    given = answers.of(field.id, side)
    if given is None:
        return None
    said = "from a measurement of the case" if field.kind is AnswerKind.MEASURE else ""
    return ReportedAnswer(asked, side, _value(field, given), said)


def _value(field: Field, given: Value) -> tuple[Coded, ...] | Quantity | str:
    words = {one.id: one.words.english for one in field.options}
    match given:
        case bool():
            chosen = "yes" if given else "no"
            return (Coded(chosen, words.get(chosen, chosen)),)
        case frozenset():
            return tuple(Coded(one.id, words[one.id]) for one in field.options if one.id in given)
        case int() | float():
            unit = measure_of(field.measure).unit if field.measure else field.unit
            return Quantity(float(given), unit)
        case str() if field.kind is AnswerKind.CHOICE:
            return (Coded(given, words[given]),)
        case str():
            return given
        case _:
            return given.isoformat()
