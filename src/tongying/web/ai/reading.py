"""Reads: one's own, committed before anything is shown, and the one after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict
from tongying.web import now as clock
from tongying.web.ai.models import ReadRow, StepEvent
from tongying.web.ai.sight import AFTER, OwnReadFirst, check_reading, own_read
from tongying.web.cases.models import CaseRow
from tongying.web.records.models import Study
from tongying.web.records.reading import study_of
from tongying.web.records.visible import OWN_READ, cases_for
from tongying.web.trail import store as trail

VERDICTS: Final = ("normal", "abnormal", "unsure")
LONGEST_TEXT: Final = 4000
READ: Final = "ai-read"
"""Kind of the audit's target."""


class ReadRefused(BadInput):
    """The read cannot be kept as it was entered; `faults` says field by field why."""

    code: ClassVar[str] = "ai.read-refused"

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = faults


class ReadCommitted(Conflict):
    """The own read was committed before and is never changed."""

    code: ClassVar[str] = "ai.read-committed"


class NothingShown(Conflict):
    """No result was shown, so nothing can have changed the read."""

    code: ClassVar[str] = "ai.nothing-shown"


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader says of a study.

    Attributes
    ----------
    verdict : str
        normal, abnormal or unsure.
    confidence : int or None
        0 to 100 that something is abnormal; None where the reader says none.
    text : str
    findings : tuple of mapping
        Kinds that the reader names, with their place where it was marked.
    """

    verdict: str
    confidence: int | None = None
    text: str = ""
    findings: tuple[Mapping[str, Any], ...] = ()


def commit_read(viewer: Viewer, study_uid: str, read: Read, *, case: int | None = None) -> None:
    """Commit the viewer's own read of a study; from then on models' results are shown to them.

    Parameters
    ----------
    viewer : Viewer
    study_uid : str
    read : Read
    case : int, optional
        The case in which it was read.

    Raises
    ------
    ObjectNotFound
        If the study does not exist for the viewer.
    ReadingNotYours
        If the viewer's role reads no images.
    ReadRefused
        If a field is missing or wrong.
    ReadCommitted
        If they committed one before.
    """
    study = study_of(viewer, study_uid)
    check_reading(viewer)
    _check(read)
    with transaction.atomic():
        trail.hold()  # a form sent twice must find the first one
        if own_read(viewer, study) is not None:
            raise ReadCommitted("Your own read of this study was committed before.")
        _keep(viewer, study, read, OWN_READ, [], case)


def read_after(
    viewer: Viewer, study: Study, read: Read, shown: list[str], *, case: int | None = None
) -> None:
    """Keep what the viewer says after the results were shown, in the caller's transaction.

    Parameters
    ----------
    viewer : Viewer
    study : Study
        That the viewer sees.
    read : Read
    shown : list of str
        Codes of the runs whose results they saw.
    case : int, optional

    Raises
    ------
    ReadingNotYours
        If the viewer's role reads no images.
    ReadRefused
        If a field is missing or wrong.
    OwnReadFirst
        If they committed no own read before.
    NothingShown
        If no result was shown.
    """
    check_reading(viewer)
    _check(read)
    if own_read(viewer, study) is None:
        raise OwnReadFirst("Commit your own read of the study first.")
    if not shown:
        raise NothingShown("No result of a model was shown, so there is nothing to add.")
    _keep(viewer, study, read, AFTER, shown, case)


def case_read_in(viewer: Viewer, study: Study, case: int | None) -> CaseRow | None:
    """Return the case where it exists for the viewer and shows the study."""
    if case is None:
        return None
    return cases_for(viewer).filter(pk=case, studies__study=study).first()


def _check(read: Read) -> None:
    faults: dict[str, str] = {}
    if read.verdict not in VERDICTS:
        faults["verdict"] = "Say whether the study is normal, abnormal, or you are unsure."
    if read.confidence is not None and not 0 <= read.confidence <= 100:
        faults["confidence"] = "How sure you are is a whole number from 0 to 100."
    if len(read.text) > LONGEST_TEXT:
        faults["text"] = "The text must not be longer than 4000 characters."
    if faults:
        raise ReadRefused(faults)


def _keep(
    viewer: Viewer, study: Study, read: Read, phase: str, shown: list[str], case: int | None
) -> None:
    now = clock.now()
    in_case = case_read_in(viewer, study, case)
    ReadRow.objects.create(
        study=study,
        case=in_case,
        reader_id=viewer.user,
        phase=phase,
        verdict=read.verdict,
        confidence=read.confidence,
        text=read.text.strip(),
        findings=[dict(one) for one in read.findings],
        runs_shown=shown,
        at=now,
    )
    what = {"what": f"read-{phase}", "reader": viewer.login, "runs": str(len(shown))}
    StepEvent.objects.create(study=study, at=now, kind="reviewed", what=what)
    detail = {"phase": phase, "runs": str(len(shown))}
    event = AuditEvent(now, viewer.login, Action.CREATE, READ, study.uid, study.hospital_id, detail)
    trail.append([event])
