"""The attributes of a case's workitem, built from the case.

References
----------
DICOM PS3.3 annex C.30 (UPS modules), table 10-3b (Referenced Instances and Access);
PS3.4 table CC.2.5-3; PS3.16 CID 9231 (Interpretation), CID 9300 (discontinuation).
"""

from __future__ import annotations

from itertools import groupby

from tongying.consult.case import Urgency
from tongying.consult.states import State
from tongying.web.workitems.dataset import LONGEST, Json, code, data_set, label, named
from tongying.web.workitems.mirror import CANCELED, COMPLETED, IN_PROGRESS
from tongying.web.workitems.values import CaseStep, InputSeries, OutputObject, Performer, Station

UPS_PUSH = "1.2.840.10008.5.1.4.34.6.1"
"""SOP Class UID of every UPS (PS3.4 CC.3.1)."""
OUR_SCHEME = "99TONGYING"
LABEL = "远程影像会诊 Remote imaging consultation"
INTERPRETATION = ("110005", "DCM", "Interpretation")
DISCONTINUED = ("110513", "DCM", "Discontinued for unspecified reason")
GIVEN_ON = "Given to somebody else"

PRIORITY: dict[Urgency | None, str] = {
    Urgency.EMERGENCY: "HIGH",
    Urgency.URGENT: "HIGH",
    Urgency.ROUTINE: "MEDIUM",
    Urgency.BOOKED: "LOW",
    None: "MEDIUM",
}
"""PS3.3 C.30.2 has HIGH (urgent or emergent, "equivalent to a STAT request"), MEDIUM and LOW."""

PROGRESS: dict[State, str] = {
    State.READING: "在读 Reading",
    State.WAITING: "等待补充资料 Waiting for the asking hospital's data",
}
"""Procedure Step Progress Description of a step in progress."""


def attributes_of(step: CaseStep, *, dicomweb: str) -> Json:
    """Return the data set of a case's workitem, never with its Transaction UID.

    Parameters
    ----------
    step : CaseStep
    dicomweb : str
        Absolute address of the DICOMweb service, without a slash at its end.
    """
    elements = data_set(
        SpecificCharacterSet="ISO_IR 192",
        SOPClassUID=UPS_PUSH,
        SOPInstanceUID=step.uid,
        ProcedureStepState=step.state,
        ScheduledProcedureStepPriority=PRIORITY[step.urgency],
        ScheduledProcedureStepModificationDateTime=step.changed_at,
        ProcedureStepLabel=LABEL,
        WorklistLabel=label(" ".join(filter(None, (step.station.name, step.specialty)))),
        ScheduledProcessingParametersSequence=[],
        ScheduledStationNameCodeSequence=[_station(step.station)],
        ScheduledStationClassCodeSequence=[],
        ScheduledStationGeographicLocationCodeSequence=[],
        ScheduledHumanPerformersSequence=_people(step.assignee),
        ScheduledProcedureStepStartDateTime=step.starts_at,
        ScheduledWorkitemCodeSequence=[code(*INTERPRETATION)],
        CommentsOnTheScheduledProcedureStep=step.question[: LONGEST["LT"]],
        InputReadinessState="READY" if step.complete else "INCOMPLETE",
        InputInformationSequence=[_input(series, dicomweb) for series in step.series],
        StudyInstanceUID=step.study_uid,
        PatientName=step.subject.name,
        PatientID=step.subject.local_id,
        IssuerOfPatientID=step.subject.issuer,
        IssuerOfPatientIDQualifiersSequence=[],
        OtherPatientIDsSequence=[],
        PatientBirthDate=step.subject.birth_date,
        PatientSex=step.subject.sex,
        AdmissionID="",
        IssuerOfAdmissionIDSequence=[],
        AdmittingDiagnosesDescription="",
        AdmittingDiagnosesCodeSequence=[],
        ReferencedRequestSequence=[_request(step)],
        ProcedureStepProgressInformationSequence=_progress(step),
        UnifiedProcedureStepPerformedProcedureSequence=_performed(step, dicomweb),
    )
    if step.due_at is not None:
        elements |= data_set(ExpectedCompletionDateTime=step.due_at)
    if step.replaces:
        replaced = data_set(ReferencedSOPClassUID=UPS_PUSH, ReferencedSOPInstanceUID=step.replaces)
        elements |= data_set(ReplacedProcedureStepSequence=[replaced])
    return dict(sorted(elements.items()))


def _station(station: Station) -> Json:
    return code(station.ae_title, OUR_SCHEME, station.name)


def _people(person: Performer | None) -> list[Json]:
    if person is None:
        return []
    return [
        data_set(
            HumanPerformerCodeSequence=[code(str(person.id), OUR_SCHEME, person.name)],
            HumanPerformerName=named(person.name),
            HumanPerformerOrganization=label(person.hospital),
        )
    ]


def _request(step: CaseStep) -> Json:
    request = data_set(
        StudyInstanceUID=step.study_uid,
        AccessionNumber=step.accession_number,
        IssuerOfAccessionNumberSequence=[],
        OrderPlacerIdentifierSequence=[],
        OrderFillerIdentifierSequence=[],
        RequestedProcedureID=step.number,
        RequestedProcedureDescription=LABEL,
        RequestedProcedureCodeSequence=[],
        RequestingPhysician=named(step.author),
        RequestingService=label(step.asking),
    )
    if step.diagnosis and len(step.diagnosis) <= LONGEST["LO"]:
        request |= data_set(ReasonForTheRequestedProcedure=step.diagnosis)
    return dict(sorted(request.items()))


def _input(series: InputSeries, dicomweb: str) -> Json:
    address = f"{dicomweb}/studies/{series.study_uid}/series/{series.uid}"
    item = data_set(
        TypeOfInstances="DICOM",
        StudyInstanceUID=series.study_uid,
        SeriesInstanceUID=series.uid,
        WADORSRetrievalSequence=[data_set(RetrieveURL=address)],
    )
    if series.instances is not None:
        item |= data_set(ReferencedSOPSequence=[_instance(*one) for one in series.instances])
    return dict(sorted(item.items()))


def _instance(sop_class: str, uid: str) -> Json:
    return data_set(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=uid)


def _progress(step: CaseStep) -> list[Json]:
    """Return what is known of the progress, in one item: the performer's word, then ours."""
    told = step.progress[0] if step.progress else {}
    if step.state == IN_PROGRESS:
        ours = data_set(ProcedureStepProgressDescription=PROGRESS.get(step.case_state, ""))
    elif step.state == CANCELED:
        reason = GIVEN_ON if step.replaced else step.reason
        ours = data_set(
            ProcedureStepCancellationDateTime=step.ended_at or step.changed_at,
            ReasonForCancellation=reason[: LONGEST["LT"]],
            ProcedureStepDiscontinuationReasonCodeSequence=[code(*DISCONTINUED)],
        )
    else:
        ours = {}
    item = dict(sorted({**ours, **told}.items()))
    return [item] if item else []


def _performed(step: CaseStep, dicomweb: str) -> list[Json]:
    if step.started_at is None:
        return []
    item = data_set(
        ActualHumanPerformersSequence=_people(step.performer),
        PerformedStationNameCodeSequence=[_station(step.station)],
        PerformedStationClassCodeSequence=[],
        PerformedStationGeographicLocationCodeSequence=[],
        PerformedProcedureStepStartDateTime=step.started_at,
        PerformedWorkitemCodeSequence=[code(*INTERPRETATION)],
        OutputInformationSequence=_outputs(step.outputs, dicomweb),
    )
    if step.state == COMPLETED and step.ended_at is not None:
        item |= data_set(PerformedProcedureStepEndDateTime=step.ended_at)
    return [dict(sorted(item.items()))]


def _outputs(outputs: tuple[OutputObject, ...], dicomweb: str) -> list[Json]:
    def place(one: OutputObject) -> tuple[str, str]:
        return one.study_uid, one.series_uid

    return [
        _input(
            InputSeries(study, series, tuple((one.sop_class_uid, one.uid) for one in group)),
            dicomweb,
        )
        for (study, series), group in groupby(sorted(outputs, key=place), key=place)
    ]
