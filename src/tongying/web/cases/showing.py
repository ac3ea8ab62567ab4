"""Gathering everything that a case's page shows to one viewer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from django.db.models import Max, Min, Q

from tongying.consult import desk
from tongying.consult.access import relations
from tongying.consult.desk import Opinion
from tongying.consult.people import Relation, Viewer
from tongying.consult.states import State
from tongying.web.cases.models import CaseRow, OpinionRow
from tongying.web.cases.rows import (
    case_of,
    draft_of,
    number_of,
    shown_child,
    shown_member,
)
from tongying.web.cases.shown import (
    CaseView,
    ShownDocument,
    ShownEvent,
    ShownKeyImage,
    ShownOpinion,
    ShownSeries,
    ShownStudy,
)
from tongying.web.cases.signing import DOCUMENTS, KEY_IMAGE
from tongying.web.jobs.models import OutboxRow
from tongying.web.records.models import Instance, Series, Study
from tongying.web.records.visible import cases_for, series_condition
from tongying.web.trail import store as trail


def show(viewer: Viewer, case_id: int) -> CaseView:
    """Return a case with everything its page shows, and record the reading.

    Raises
    ------
    tongying.consult.desk.CaseNotFound
        If the case does not exist for the viewer.
    """
    row = (
        cases_for(viewer)
        .filter(pk=case_id)
        .select_related("child", "author__hospital", "assignee__hospital", "asking", "answering")
        .first()
    )
    if row is None:
        raise desk.CaseNotFound("There is no such case.")
    case = case_of(row)
    studies = _studies(viewer, row)
    subject = next((study for study in studies if not study.prior), None)
    trail.note_read(viewer.login, "case", number_of(row), row.asking_id, door="case")
    writes = Relation.ASSIGNEE in relations(viewer, case)
    return CaseView(
        case=case,
        number=number_of(row),
        revision=row.revision,
        child=shown_child(
            row.child,
            subject.date if subject else None,
            case.question.gestation_total_days(),
        ),
        author=shown_member(row.author),
        assignee=None if row.assignee is None else shown_member(row.assignee),
        asking_name=row.asking.name,
        answering_name=row.answering.name,
        due_at=row.due_at,
        studies=studies,
        key_images=tuple(
            ShownKeyImage(
                image.pk,
                image.study_uid,
                image.series_uid,
                image.sop_uid,
                image.frame,
                image.caption,
                image.added_by.name,
            )
            for image in row.key_images.select_related("added_by").order_by("pk")
        ),
        draft=draft_of(row) if writes else Opinion(),
        opinions=_opinions(row),
        events=tuple(
            ShownEvent(
                at=event.at,
                actor=event.actor.name if event.actor else "",
                move=event.move,
                state=State(event.state),
                reason=event.reason,
                assignee=event.assignee.name if event.assignee else "",
            )
            for event in row.events.select_related("actor", "assignee").order_by("at", "pk")
        ),
        moves=desk.moves_of(viewer, case),
    )


def _studies(viewer: Viewer, row: CaseRow) -> tuple[ShownStudy, ...]:
    links = list(row.studies.select_related("study__hospital").order_by("prior", "-study__date"))
    series = _series([link.study_id for link in links], series_condition(viewer))
    live = set(row.rooms.values_list("study_uid", flat=True))
    return tuple(
        replace(
            shown_study(link.study, prior=link.prior, series=tuple(series[link.study_id])),
            live=link.study.uid in live,
        )
        for link in links
    )


def shown_study(
    study: Study, *, prior: bool = False, series: tuple[ShownSeries, ...] = ()
) -> ShownStudy:
    """Return a study as shown."""
    return ShownStudy(
        uid=study.uid,
        date=study.date,
        description=study.description,
        modalities=tuple(one for one in study.modalities.split("\\") if one),
        prior=prior,
        hospital=study.hospital.name,
        instance_count=study.instance_count,
        series=series,
        caveats=tuple(caveat["sentence"] for caveat in study.caveats),
        accession_number=study.accession_number,
    )


def series_of(study_id: int) -> tuple[ShownSeries, ...]:
    """Return the series of a study, in order."""
    return tuple(_series([study_id], Q())[study_id])


def _series(study_ids: list[int], condition: Q) -> dict[int, list[ShownSeries]]:
    found: dict[int, list[ShownSeries]] = defaultdict(list)
    rows = (
        Series.objects.filter(condition, study_id__in=study_ids)
        .annotate(
            first=Min("instances__number"),
            last=Max("instances__number"),
            most=Max("instances__frame_count"),
        )
        .order_by("number", "pk")
    )
    for row in rows:
        found[row.study_id].append(
            ShownSeries(
                uid=row.uid,
                modality=row.modality,
                number=row.number,
                description=row.description,
                instance_count=row.instance_count,
                frame_count=row.most or 0,
                picture=_picture(row.pk, row.instance_count) if row.most else "",
            )
        )
    return found


def _picture(series_id: int, count: int) -> str:
    """Return the SOP Instance UID of the image in the middle of a series."""
    uids = Instance.objects.filter(series_id=series_id).order_by("number", "pk")
    return uids.values_list("uid", flat=True)[count // 2] if count else ""


def _opinions(row: CaseRow) -> tuple[ShownOpinion, ...]:
    rows = list(
        row.opinions.select_related("signer__hospital", "acknowledged_by")
        .prefetch_related("documents")
        .order_by("-version")
    )
    failures = dict(
        OutboxRow.objects.filter(
            kind=DOCUMENTS, payload__opinion__in=[one.pk for one in rows]
        ).values_list("payload__opinion", "failure")
    )
    return tuple(_opinion(one, failures.get(one.pk, "")) for one in rows)


def _opinion(row: OpinionRow, failure: str) -> ShownOpinion:
    documents = sorted(
        (one for one in row.documents.all() if not one.kind.startswith(KEY_IMAGE)),
        key=lambda one: one.kind,
    )
    return ShownOpinion(
        version=row.version,
        opinion=Opinion(row.answer, row.findings, row.advice),
        amendment_reason=row.amendment_reason,
        signer=shown_member(row.signer),
        signed_at=row.signed_at,
        digest=row.digest,
        verify_code=row.verify_code,
        acknowledged_by=row.acknowledged_by.name if row.acknowledged_by else "",
        acknowledged_at=row.acknowledged_at,
        documents=tuple(ShownDocument(one.kind, one.bytes, one.sop_uid) for one in documents),
        failure=failure,
    )
