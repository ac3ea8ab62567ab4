"""What happened to a study on its way through the steps, one line an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongying.consult.people import Viewer
from tongying.web.ai.models import RunRow, StepEvent
from tongying.web.ai.sight import SHOWN_STANDINGS
from tongying.web.records.models import Study
from tongying.web.records.reading import study_of


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event as a page shows it.

    Attributes
    ----------
    kind : str
        As of `StepEvent.kind`.
    model : str
        Card and version; empty for an event of the whole study.
    what : mapping
    run : str
        Code; empty without one.
    """

    kind: str
    at: datetime
    model: str
    what: Mapping[str, Any]
    run: str


def note(study: Study, kind: str, at: datetime, *, run: RunRow | None = None, **what: Any) -> None:
    """Append an event, in the caller's transaction."""
    StepEvent.objects.create(study=study, run=run, at=at, kind=kind, what=what)


def events_of(viewer: Viewer, study_uid: str) -> tuple[ToldEvent, ...]:
    """Return a study's events in order; of a model in shadow nothing is told.

    Raises
    ------
    ObjectNotFound
        If the study does not exist for the viewer.
    """
    study = study_of(viewer, study_uid)
    rows = StepEvent.objects.filter(study=study).select_related("run__model").order_by("pk")
    return tuple(
        ToldEvent(
            row.kind,
            row.at,
            f"{row.run.model.card_id} {row.run.model.version}" if row.run else "",
            row.what,
            row.run.code if row.run else "",
        )
        for row in rows
        if row.run is None or row.run.standing in SHOWN_STANDINGS
    )
