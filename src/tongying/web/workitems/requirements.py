"""What a workitem that stands by itself must hold: PS3.4 table CC.2.5-3 as rules.

References
----------
DICOM PS3.4 2024e, table CC.2.5-3 (columns N-CREATE, N-SET and Final State); PS3.3 C.30.1, C.30.2.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from tongying.kernel.errors import BadInput, Conflict
from tongying.web.workitems.attributes import DISCONTINUED, UPS_PUSH
from tongying.web.workitems.dataset import Json, code, data_set, tag, value_of, values_of
from tongying.web.workitems.mirror import COMPLETED, SCHEDULED

TYPE_1 = (
    "ScheduledProcedureStepPriority",
    "ProcedureStepLabel",
    "ScheduledProcedureStepStartDateTime",
    "InputReadinessState",
    "ProcedureStepState",
)
"""N-CREATE 1/1: present, with a value."""
TYPE_2 = (
    "ScheduledProcessingParametersSequence",
    "ScheduledStationNameCodeSequence",
    "ScheduledStationClassCodeSequence",
    "ScheduledStationGeographicLocationCodeSequence",
    "ScheduledWorkitemCodeSequence",
    "CommentsOnTheScheduledProcedureStep",
    "InputInformationSequence",
    "StudyInstanceUID",
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "IssuerOfPatientIDQualifiersSequence",
    "OtherPatientIDsSequence",
    "PatientBirthDate",
    "PatientSex",
    "AdmissionID",
    "IssuerOfAdmissionIDSequence",
    "AdmittingDiagnosesDescription",
    "AdmittingDiagnosesCodeSequence",
    "ReferencedRequestSequence",
    "ProcedureStepProgressInformationSequence",
    "UnifiedProcedureStepPerformedProcedureSequence",
)
"""N-CREATE 2/2: present, perhaps without a value. Left out, they are taken as without one."""
NESTED_TYPE_1 = {
    "ScheduledHumanPerformersSequence": (
        "HumanPerformerCodeSequence",
        "HumanPerformerName",
        "HumanPerformerOrganization",
    ),
    "OtherPatientIDsSequence": ("PatientID",),
    "ReferencedRequestSequence": ("StudyInstanceUID",),
}
EMPTY_AT_CREATION = (
    "TransactionUID",
    "ProcedureStepProgressInformationSequence",
    "UnifiedProcedureStepPerformedProcedureSequence",
)
NOT_TO_UPDATE = (
    "SOPClassUID",
    "SOPInstanceUID",
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "IssuerOfPatientIDQualifiersSequence",
    "PatientBirthDate",
    "PatientSex",
    "AdmissionID",
    "IssuerOfAdmissionIDSequence",
    "AdmittingDiagnosesDescription",
    "AdmittingDiagnosesCodeSequence",
    "ReferencedRequestSequence",
    "ReplacedProcedureStepSequence",
    "ProcedureStepState",
)
"""N-SET "Not allowed" or "-/-"."""
ENUMERATED = {
    "ScheduledProcedureStepPriority": ("HIGH", "MEDIUM", "LOW"),
    "InputReadinessState": ("INCOMPLETE", "UNAVAILABLE", "READY"),
}
PERFORMED_AT_COMPLETION = (
    "PerformedStationNameCodeSequence",
    "PerformedProcedureStepStartDateTime",
    "PerformedWorkitemCodeSequence",
    "PerformedProcedureStepEndDateTime",
)
"""Final State "P" within the Performed Procedure Sequence: with a value once it is COMPLETED."""
OUTPUT = "OutputInformationSequence"
"""Final State "P" as well, but it may be without items."""


class AttributeRefused(BadInput):
    """An attribute is missing, has a value it cannot have, or may not be changed."""

    code: ClassVar[str] = "ups.attribute"


class NotFinished(Conflict):
    """What a completed step must tell of how it was done is still missing."""

    code: ClassVar[str] = "ups.not-finished"


def check_creation(elements: Json) -> None:
    """Raise unless a workitem may be created from a data set.

    Raises
    ------
    AttributeRefused
        With the first attribute that is not as it must be.
    """
    for keyword in TYPE_1:
        if value_of(elements, keyword) is None:
            raise AttributeRefused(f"A workitem needs {keyword}.")
    if value_of(elements, "ProcedureStepState") != SCHEDULED:
        raise AttributeRefused("A workitem is created in the state SCHEDULED.")
    if value_of(elements, "SOPClassUID") not in (None, UPS_PUSH):
        raise AttributeRefused("A workitem is created as an instance of UPS Push.")
    for keyword in EMPTY_AT_CREATION:
        if value_of(elements, keyword) is not None:
            raise AttributeRefused(f"{keyword} is empty when a workitem is created.")
    _check_values(elements)


def check_update(changes: Json) -> None:
    """Raise unless a data set may be written over a workitem's.

    Raises
    ------
    AttributeRefused
        With the first attribute that may not be changed or is not as it must be.
    """
    for keyword in NOT_TO_UPDATE:
        if tag(keyword) in changes:
            raise AttributeRefused(f"{keyword} cannot be changed by an update.")
    for keyword in (*TYPE_1, "WorklistLabel", "ExpectedCompletionDateTime"):
        if tag(keyword) in changes and value_of(changes, keyword) is None:
            raise AttributeRefused(f"{keyword} cannot be emptied.")
    _check_values(changes)


def completed(elements: Json) -> Json:
    """Return a data set with the type 2 attributes that it lacks, without values."""
    missing = {keyword: None for keyword in TYPE_2 if tag(keyword) not in elements}
    return dict(sorted({**data_set(**missing), **elements}.items()))


def check_completion(elements: Json) -> None:
    """Raise unless a data set holds what a COMPLETED step must tell.

    Raises
    ------
    NotFinished
        With the first attribute that is missing.
    """
    performed = value_of(elements, "UnifiedProcedureStepPerformedProcedureSequence") or {}
    for keyword in PERFORMED_AT_COMPLETION:
        if value_of(performed, keyword) is None:
            raise NotFinished(f"Before it is {COMPLETED} the step must tell {keyword}.")
    if tag(OUTPUT) not in performed:
        raise NotFinished(f"Before it is {COMPLETED} the step must tell {OUTPUT}.")


def cancelled(elements: Json, now: datetime, reason: str = "") -> Json:
    """Return a data set with the time, code and words of its cancellation, where not told yet."""
    progress = data_set(
        ProcedureStepCancellationDateTime=now,
        ProcedureStepDiscontinuationReasonCodeSequence=[code(*DISCONTINUED)],
    )
    if reason:
        progress |= data_set(ReasonForCancellation=reason)
    told = value_of(elements, "ProcedureStepProgressInformationSequence") or {}
    item = dict(sorted({**progress, **told}.items()))
    changed = {**elements, **data_set(ProcedureStepProgressInformationSequence=[item])}
    return dict(sorted(changed.items()))


def _check_values(elements: Json) -> None:
    for keyword, allowed in ENUMERATED.items():
        value = value_of(elements, keyword)
        if value is not None and value not in allowed:
            raise AttributeRefused(f"{keyword} is one of {', '.join(allowed)}.")
    for keyword, needed in NESTED_TYPE_1.items():
        for item in values_of(elements, keyword):
            for inner in needed:
                if value_of(item, inner) is None:
                    raise AttributeRefused(f"An item of {keyword} needs {inner}.")
