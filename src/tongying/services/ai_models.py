"""Models that the command line can reach: those that ship, packs of a data directory, a pack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from tongying.ai.backends.protocol import PackBroken
from tongying.ai.backends.readiness import Status, readiness
from tongying.ai.card.catalogue import card_of, cards, text_of
from tongying.ai.card.definition import ModelCard, Registered
from tongying.ai.card.reading import CardRefused, digest_of
from tongying.ai.pack import CARD, open_pack, read_pack_card
from tongying.ai.plain import plain
from tongying.kernel.errors import Conflict

PACKS: Final = "packs"
"""Below the data directory, as `tongying.web.ai.installing` installs them."""


class SeveralVersions(Conflict):
    """Several versions of a model are installed, and none was named."""

    code: ClassVar[str] = "ai.several-versions"


@dataclass(frozen=True, slots=True)
class Model:
    """A model with its card.

    Attributes
    ----------
    card : ModelCard
    text : str
        Of the card.
    folder : Path or None
        Of its pack.
    """

    card: ModelCard
    text: str
    folder: Path | None


def all_models(data: Path) -> list[Model]:
    """Return the models that ship, then those that are installed; without those of `broken_packs`.

    Parameters
    ----------
    data : Path
        The data directory; need not be there.
    """
    return [
        *(Model(card, text_of(name), None) for name, card in cards().items()),
        *(one for one in _installed(data) if isinstance(one, Model)),
    ]


def broken_packs(data: Path) -> list[dict[str, Any]]:
    """Return what the command line says about packs whose card can no longer be followed."""
    return [one for one in _installed(data) if not isinstance(one, Model)]


def _installed(data: Path) -> Iterator[Model | dict[str, Any]]:
    for folder in sorted((data / PACKS).glob("*/")):
        if folder.name.startswith("."):
            continue
        try:
            card, text = read_pack_card(folder)
        except (CardRefused, PackBroken) as broken:
            status = Status.PACK_BROKEN.value
            yield {"id": folder.name, "status": status, "why": broken.sentence, "card": None}
        else:
            yield Model(card, text, folder)


def model_of(name: str, data: Path) -> Model:
    """Return a model by its id, by ``id-version``, or by the folder of its pack.

    Raises
    ------
    CardUnknown
        If there is none.
    SeveralVersions
        If several versions are installed and the name does not say which.
    CardRefused, PackBroken
        If the pack is not what its card says.
    """
    if (Path(name) / CARD).is_file():
        card, text = open_pack(Path(name))
        return Model(card, text, Path(name).absolute())
    installed = [one for one in all_models(data) if one.folder is not None]
    named = [one for one in installed if name in (one.card.id, f"{one.card.id}-{one.card.version}")]
    if len(named) > 1:
        raise SeveralVersions(
            f"Several versions of {name[:60]} are installed; name one as id-version."
        )
    if named:
        return named[0]
    return Model(card_of(name), text_of(name), None)


def told(model: Model) -> dict[str, Any]:
    """Return what the command line says about a model."""
    card = model.card
    ready = readiness(card, model.folder)
    registered = card.registration.registered is Registered.YES
    return {
        "id": card.id,
        "version": card.version,
        "status": ready.status.value,
        "why": ready.sentence,
        "bundled": card.bundled,
        "card": {
            **plain(card),
            "age": plain(card.scope.age_days),
            "modality": card.scope.modality,
            "status": "registered" if registered else "not registered, research use only",
            "sha256": digest_of(model.text),
        },
    }
