"""Makes a pack of a published MeshNet for a hospital to install; torch is not needed."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from tongying.ai.backends.meshnet_onnx import to_onnx
from tongying.ai.backends.meshnet_session import LABELS, read_labels
from tongying.ai.backends.meshnet_weights import WeightsRefused, read_meshnet
from tongying.ai.brain.regions import BACKGROUND, REGIONS, LabelsUnknown
from tongying.ai.card.definition import ModelCard
from tongying.ai.pack import CARD, open_pack

_WHOLE, _MATTER = "brain-mask", "brain-grey-white"
PACKS: Final[dict[str, frozenset[str]]] = {
    "brain-regions": frozenset(REGIONS) - {"Brain", "Fluid", "Grey-Matter", "White-Matter"},
    _WHOLE: frozenset({"Brain"}),
    _MATTER: frozenset({"Grey-Matter", "White-Matter"}),
}
"""Labels, besides the background, of the packs whose cards the platform can write."""
NETWORK: Final = "model.onnx"


def make_pack(architecture: Path, weights: Path, labels: Path, into: Path) -> ModelCard:
    """Write a pack into a folder and return its card.

    Parameters
    ----------
    architecture, weights : Path
        ``model.json`` and ``model.pth`` as published.
    labels : Path
        JSON: a list of label names from 0, or an object with ``labels``.
    into : Path
        Made if it is not there; must be empty.

    Raises
    ------
    WeightsRefused
        If the network cannot be read, the folder is not empty, or the labels are not as many as
        its classes.
    LabelsUnknown
        If no card of the platform speaks of these labels.
    """
    names = read_labels(labels.read_text("utf-8"))
    card = card_for(names)
    network = read_meshnet(architecture.read_text("utf-8"), weights.read_bytes())
    if network.classes != len(names):
        raise WeightsRefused("The network has another number of classes than there are labels.")
    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        raise WeightsRefused("The folder for the pack is not empty.")
    parts = {
        NETWORK: to_onnx(network),
        LABELS: json.dumps({"labels": list(names)}, indent=1).encode() + b"\n",
    }
    text = (files("tongying.ai") / "data" / "packs" / f"{card}.yaml").read_text("utf-8")
    for mark, name in (("@network@", NETWORK), ("@labels@", LABELS)):
        text = text.replace(mark, sha256(parts[name]).hexdigest())
    for name, data in parts.items():
        (into / name).write_bytes(data)
    (into / CARD).write_text(text, encoding="utf-8")
    written, _ = open_pack(into)
    return written


def card_for(names: tuple[str, ...]) -> str:
    """Return the id of the card that speaks of labels.

    Raises
    ------
    LabelsUnknown
        If none does.

    Examples
    --------
    >>> card_for(("Unknown", "White-Matter", "Grey-Matter"))
    'brain-grey-white'
    """
    inside = frozenset(names[1:])
    for card, known in PACKS.items():
        if names[:1] == (BACKGROUND,) and inside == known and len(names) == len(known) + 1:
            return card
    raise LabelsUnknown("No card of the platform speaks of these labels.")
