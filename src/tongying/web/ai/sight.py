"""Who sees what of a model's runs: nobody a shadow, a reader only after an own read.

A reader who knew what a model says would read differently; so whoever reads images commits an own
read first, and the server shows nothing before. Only what a card marks as shown first (triage) goes
before it. Who looks after requests and scans sees what is about requests and scans, nothing else.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db.models import QuerySet

from tongying.ai.card.definition import Step
from tongying.consult.people import Role, Viewer
from tongying.kernel.errors import Conflict, NotAllowed, NotFound
from tongying.web.ai.models import ReadRow, RunRow
from tongying.web.records.models import Study
from tongying.web.records.visible import OWN_READ, READERS, studies_condition

AFTER: Final = "after"
LOOKING_AFTER: Final = frozenset({Role.TECHNOLOGIST, Role.COORDINATOR})
ABOUT_THE_SCAN: Final = frozenset({Step.ORDER_ADVICE, Step.PROTOCOL, Step.ACQUISITION_QUALITY})
"""Steps whose results are for those who look after requests and scans."""
SHOWN_STANDINGS: Final = ("trial", "clinical")
"""Standings whose results people see; a shadow's nobody does."""


class ReadingNotYours(NotAllowed):
    """The viewer's role reads no images."""

    code: ClassVar[str] = "ai.reading-not-yours"


class RunNotFound(NotFound):
    """There is no such run for this viewer."""

    code: ClassVar[str] = "ai.run-not-found"


class OwnReadFirst(Conflict):
    """The viewer has not committed an own read of the study."""

    code: ClassVar[str] = "ai.own-read-first"


def may_read(viewer: Viewer) -> bool:
    """Say whether the viewer's role reads images."""
    return viewer.role in READERS


def check_reading(viewer: Viewer) -> None:
    """Raise unless the viewer's role reads images.

    Raises
    ------
    ReadingNotYours
        If it does not.
    """
    if not may_read(viewer):
        raise ReadingNotYours("Requesters, experts and trainees read images.")


def runs_for(viewer: Viewer) -> QuerySet[RunRow]:
    """Return the runs that exist for a viewer: on studies they see, and none in shadow."""
    seen = studies_condition(viewer, "study__")
    return RunRow.objects.filter(seen, standing__in=SHOWN_STANDINGS)


def run_of(viewer: Viewer, code: str) -> RunRow:
    """Return a run's row with its study and model.

    Raises
    ------
    RunNotFound
        If it does not exist for the viewer.
    """
    row = runs_for(viewer).filter(code=code).select_related("study", "model").first()
    if row is None:
        raise RunNotFound("There is no such run of a model.")
    return row


def own_read(viewer: Viewer, study: Study) -> ReadRow | None:
    """Return the read that the viewer committed before anything was shown; None without one."""
    return ReadRow.objects.filter(study=study, reader_id=viewer.user, phase=OWN_READ).first()


def is_open(viewer: Viewer, step: str, *, first: bool, read: bool) -> bool:
    """Say whether a viewer who sees a run may see its result now.

    Parameters
    ----------
    viewer : Viewer
    step : str
        Of the run.
    first : bool
        Whether its card says that it is shown before the own read.
    read : bool
        Whether the viewer has committed an own read of the study.
    """
    if first and step == Step.TRIAGE.value:
        return True
    if viewer.role in READERS:
        return read
    return viewer.role in LOOKING_AFTER and step in {one.value for one in ABOUT_THE_SCAN}
