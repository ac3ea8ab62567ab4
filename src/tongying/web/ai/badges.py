"""A model's card as its badge; a text that is no longer understood still has a name and version."""

from __future__ import annotations

from functools import lru_cache

from tongying.ai.card.definition import ModelCard, Registered
from tongying.ai.card.reading import CardRefused, read_card
from tongying.web.ai.models import ModelRow
from tongying.web.ai.shown import Badge


@lru_cache(maxsize=256)
def _read(text: str, name: str) -> ModelCard | None:
    try:
        return read_card(text, name=name)
    except CardRefused:
        return None


def card_of(model: ModelRow) -> ModelCard | None:
    """Return the card that a model was installed with; None where it is no longer understood."""
    return _read(model.card, model.card_id)


def badge_of(model: ModelRow) -> Badge:
    """Return a model's badge."""
    card = card_of(model)
    figures = card.evidence if card else ()
    return Badge(
        card_id=model.card_id,
        version=model.version,
        vendor=model.vendor,
        name=card.name if card else None,
        method=card.method if card else None,
        age_days=card.scope.age_days if card else None,
        evidence=figures[0] if figures else None,
        synthetic=bool(figures) and all(one.synthetic for one in figures),
        registered=card is not None and card.registration.registered is Registered.YES,
        paediatric=card is not None and card.registration.paediatric,
        caveats=card.caveats if card else (),
        findings=dict(card.findings) if card else {},
        first=card is not None and card.shown_first,
    )
