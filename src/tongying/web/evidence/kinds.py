"""The kinds of findings that models here speak of, with their words."""

from __future__ import annotations

from tongying.ai.card.catalogue import cards
from tongying.ai.card.definition import ModelCard
from tongying.pathway.definition import Words
from tongying.web.ai.badges import card_of
from tongying.web.ai.models import ModelRow


def known_cards() -> tuple[ModelCard, ...]:
    """Return the cards of what ships and of what is installed, each version once."""
    found = {(card.id, card.version): card for card in cards().values()}
    for row in ModelRow.objects.filter(removed_at=None):
        card = card_of(row)
        if card is not None:
            found[card.id, card.version] = card
    return tuple(card for _, card in sorted(found.items()))


def kinds_of(card: ModelCard | None) -> dict[str, Words]:
    """Return the kinds a card may give; none where it is no longer understood."""
    return dict(card.findings) if card is not None else {}


def kinds_of_all() -> dict[str, Words]:
    """Return every kind that a card here names."""
    return {kind: words for card in known_cards() for kind, words in card.findings}
