"""The models that are known here, with their cards and where they stand at one's hospital."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from tongying.ai.card.catalogue import cards
from tongying.ai.card.definition import ModelCard, Step
from tongying.consult.people import Viewer
from tongying.kernel.errors import NotFound
from tongying.web.ai.badges import card_of
from tongying.web.ai.models import ModelRow, RunRow, StandingRow

OFF = "off"


class ModelUnknown(NotFound):
    """There is no such model here."""

    code: ClassVar[str] = "ai.model-unknown"


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model of the registry, its newest version.

    Attributes
    ----------
    card : ModelCard or None
        None where an installed text is no longer understood.
    standing : str
        At the viewer's hospital.
    runs : int
        Ended runs at the viewer's hospital, of every version.
    row : ModelRow or None
        None for one that ships and was never needed here.
    """

    card_id: str
    version: str
    vendor: str
    card: ModelCard | None
    standing: str
    runs: int
    row: ModelRow | None


@dataclass(frozen=True, slots=True)
class ToldMove:
    """One move of a model between standings."""

    standing: str
    before: str
    by: str
    at: datetime
    reason: str
    evidence: dict[str, Any]


def listed(viewer: Viewer) -> tuple[ListedModel, ...]:
    """Return every model, in the order of the examination's steps."""
    rows = _newest()
    runs: dict[str, int] = {}
    ended = RunRow.objects.filter(hospital_id=viewer.hospital, finished_at__isnull=False)
    for card_id in ended.values_list("model__card_id", flat=True):
        runs[card_id] = runs.get(card_id, 0) + 1
    found = []
    for card_id in sorted({*rows, *cards()}):
        row = rows.get(card_id)
        card = card_of(row) if row is not None else cards()[card_id]
        found.append(
            ListedModel(
                card_id,
                row.version if row else card.version if card else "",
                row.vendor if row else card.vendor if card else "",
                card,
                standing_at(row, viewer.hospital) if row else OFF,
                runs.get(card_id, 0),
                row,
            )
        )
    order = {step: place for place, step in enumerate(Step)}
    return tuple(
        sorted(
            found, key=lambda one: (order.get(one.card.step, 99) if one.card else 99, one.card_id)
        )
    )


def model_of(viewer: Viewer, card_id: str) -> ListedModel:
    """Return a model by its card's id.

    Raises
    ------
    ModelUnknown
        If there is none.
    """
    one = next((one for one in listed(viewer) if one.card_id == card_id), None)
    if one is None:
        raise ModelUnknown("There is no such model here.")
    return one


def moves_of(row: ModelRow, hospital: str) -> tuple[ToldMove, ...]:
    """Return a model's moves at a hospital, the last first."""
    rows = StandingRow.objects.filter(model=row, hospital_id=hospital).select_related("by")
    return tuple(
        ToldMove(
            one.standing,
            one.before,
            one.by.name if one.by else "",
            one.at,
            one.reason,
            one.evidence,
        )
        for one in rows.order_by("-pk")
    )


def standing_at(row: ModelRow, hospital: str) -> str:
    """Return where a version of a model stands at a hospital."""
    last = StandingRow.objects.filter(model=row, hospital_id=hospital).order_by("-pk").first()
    return str(last.standing) if last else OFF


def versions() -> tuple[tuple[str, str], ...]:
    """Return id and version of everything that is installed."""
    rows = ModelRow.objects.filter(removed_at=None).order_by("card_id", "installed_at")
    return tuple(rows.values_list("card_id", "version"))


def _newest() -> dict[str, ModelRow]:
    rows = ModelRow.objects.filter(removed_at=None).order_by("installed_at", "pk")
    return {row.card_id: row for row in rows}
