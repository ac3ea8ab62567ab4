"""From rows to the data sets of workitems, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from tongying.consult.case import Urgency
from tongying.consult.states import STOPPED, State
from tongying.dicom.person_name import PersonName
from tongying.web.cases.models import CaseRow, CaseStudy, DocumentRow
from tongying.web.cases.rows import number_of
from tongying.web.people.models import Member
from tongying.web.records.children import NO_ID
from tongying.web.records.models import Child, Instance, Series, Study
from tongying.web.workitems.attributes import UPS_PUSH, attributes_of
from tongying.web.workitems.dataset import Json, data_set, tag, values_of
from tongying.web.workitems.mirror import SCHEDULED
from tongying.web.workitems.models import WorkItem
from tongying.web.workitems.values import (
    CaseStep,
    InputSeries,
    OutputObject,
    Performer,
    Station,
    Subject,
)

ABOUT_ITEM = (
    "hospital",
    "performer__hospital",
    "replaces",
    "case__child",
    "case__asking",
    "case__author",
    "case__assignee__hospital",
)
"""What `data_sets` needs fetched along with a workitem."""
PROGRESS = "ProcedureStepProgressInformationSequence"


def data_sets(items: Sequence[WorkItem], *, dicomweb: str, whole: bool) -> list[Json]:
    """Return the data sets of workitems; `ABOUT_ITEM` must have been fetched along.

    Parameters
    ----------
    items : sequence of WorkItem
    dicomweb : str
        Absolute address of the DICOMweb service, without a slash at its end.
    whole : bool
        Whether the instances to read are listed; a list of workitems would be huge with them.
    """
    cases = {item.case_id for item in items if item.case_id is not None}
    shown = _Shown(cases, whole=whole)
    return [
        _alone(item)
        if item.case is None
        else attributes_of(_step(item, item.case, shown), dicomweb=dicomweb)
        for item in items
    ]


class _Shown:
    """What the cases of a page show: studies, their series, and the objects of the signing."""

    def __init__(self, cases: set[int], *, whole: bool) -> None:
        self.studies: dict[int, list[Study]] = defaultdict(list)
        links = CaseStudy.objects.filter(case_id__in=cases).select_related("study")
        for link in links.order_by("prior", "-study__date", "study_id"):
            self.studies[link.case_id].append(link.study)
        studies = {study.pk for many in self.studies.values() for study in many}
        self.series: dict[int, list[Series]] = defaultdict(list)
        for one in Series.objects.filter(study_id__in=studies).order_by("number", "pk"):
            self.series[one.study_id].append(one)
        self.instances: dict[int, list[tuple[str, str]]] | None = None
        if whole:
            self.instances = defaultdict(list)
            rows = Instance.objects.filter(series__study_id__in=studies).order_by("number", "pk")
            for series, sop_class, uid in rows.values_list("series_id", "sop_class_uid", "uid"):
                self.instances[series].append((sop_class, uid))
        self.outputs = _outputs(cases)


def _outputs(cases: set[int]) -> dict[int, list[OutputObject]]:
    made = DocumentRow.objects.filter(opinion__case_id__in=cases).exclude(sop_uid="")
    owners = dict(made.values_list("sop_uid", "opinion__case_id"))
    found: dict[int, list[OutputObject]] = defaultdict(list)
    rows = Instance.objects.filter(
        uid__in=owners, series__study__cases__case_id__in=cases
    ).values_list("series__study__uid", "series__uid", "sop_class_uid", "uid")
    for study, series, sop_class, uid in rows.distinct():
        found[owners[uid]].append(OutputObject(study, series, sop_class, uid))
    return found


def _step(item: WorkItem, case: CaseRow, shown: _Shown) -> CaseStep:
    studies = shown.studies[case.pk]
    subject = studies[0] if studies else None
    state = State(case.state)
    outputs = shown.outputs[case.pk] if item.current else []
    made = {one.uid for one in outputs}
    return CaseStep(
        uid=item.uid,
        state=item.state,
        changed_at=max(item.changed_at, case.changed_at) if item.current else item.changed_at,
        started_at=item.started_at,
        ended_at=item.ended_at,
        replaces=item.replaces.uid if item.replaces else "",
        replaced=not item.current,
        case_state=state,
        number=number_of(case),
        asking=case.asking.name,
        author=case.author.name,
        station=Station(item.hospital.ae_title, item.hospital.name),
        specialty=case.specialty,
        urgency=Urgency(case.urgency) if case.urgency else None,
        question=case.text,
        diagnosis=case.provisional_diagnosis,
        reason=case.reason,
        complete=case.complete_at is not None and state not in STOPPED,
        starts_at=_starts_at(case),
        due_at=case.due_at,
        assignee=_person(case.assignee) if item.state == SCHEDULED else None,
        performer=_person(item.performer),
        subject=_subject(case.child),
        study_uid=subject.uid if subject else "",
        accession_number=subject.accession_number if subject else "",
        series=tuple(
            InputSeries(study.uid, series.uid, _instances(series, shown, made))
            for study in studies
            for series in shown.series[study.pk]
            if not made or series.uid not in {one.series_uid for one in outputs}
        ),
        outputs=tuple(outputs),
        progress=tuple(values_of(item.attributes, PROGRESS)),
    )


def _instances(series: Series, shown: _Shown, made: set[str]) -> tuple[tuple[str, str], ...] | None:
    if shown.instances is None:
        return None
    return tuple(one for one in shown.instances[series.pk] if one[1] not in made)


def _starts_at(case: CaseRow) -> datetime:
    if case.urgency == Urgency.BOOKED.value and case.booked_for is not None:
        return case.booked_for
    return case.submitted_at or case.created_at


def _person(member: Member | None) -> Performer | None:
    if member is None:
        return None
    return Performer(member.pk, member.name, member.hospital.name)


def _subject(child: Child) -> Subject:
    return Subject(
        name=PersonName(child.name_alphabetic, child.name_ideographic, child.name_phonetic),
        local_id="" if child.local_id.startswith(NO_ID) else child.local_id,
        issuer=child.issuer,
        birth_date=child.birth_date,
        sex=child.sex,
    )


def _alone(item: WorkItem) -> Json:
    """Return the data set of a workitem that stands by itself."""
    elements = {
        **item.attributes,
        **data_set(
            SOPClassUID=UPS_PUSH,
            SOPInstanceUID=item.uid,
            ProcedureStepState=item.state,
            ScheduledProcedureStepModificationDateTime=item.changed_at,
        ),
    }
    elements.setdefault(tag("SpecificCharacterSet"), {"vr": "CS", "Value": ["ISO_IR 192"]})
    elements.pop(tag("TransactionUID"), None)
    return dict(sorted(elements.items()))
