"""What forms offer to choose from: frozen sets and installed models."""

from __future__ import annotations

from tongying.consult.people import Viewer
from tongying.web.ai.models import ModelRow
from tongying.web.evidence.models import FrozenSet


def sets_of(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """Return code and name of the frozen sets of the viewer's hospital, the newest first."""
    rows = FrozenSet.objects.filter(hospital_id=viewer.hospital).order_by("-made_at")
    return tuple(rows.values_list("code", "name"))


def installed_models() -> tuple[str, ...]:
    """Return the ids of the models that are installed here."""
    rows = ModelRow.objects.filter(removed_at=None).order_by("card_id")
    return tuple(rows.values_list("card_id", flat=True).distinct())
