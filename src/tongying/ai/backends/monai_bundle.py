"""MONAI bundles with a TorchScript export, which most of the model zoo ship.

The bundle's own metadata is held against the card. Its Python configuration is not run: what goes
in and comes out stands on the card, where the gate and a reader see it.

References
----------
MONAI Bundle specification: configs/metadata.json, models/model.ts, network_data_format.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tongying.ai.backends.network import NetworkSession
from tongying.ai.backends.network_settings import NetworkSettings, network_settings
from tongying.ai.backends.pack_files import entry_file, file_below
from tongying.ai.backends.protocol import PackBroken
from tongying.ai.backends.torch_script import torch_session
from tongying.ai.card.definition import ModelCard

METADATA: Final = "configs/metadata.json"
_TORCHSCRIPT: Final = ".ts"


class MonaiBundleBackend:
    """Runs a bundle whose card's entry is its TorchScript file."""

    def load(self, card: ModelCard, folder: Path | None) -> NetworkSession:
        """Check the bundle against its card and load its network.

        Raises
        ------
        PackBroken
            If a file or a setting is wrong, the bundle has no TorchScript export, or its metadata
            contradict the card.
        RuntimeMissing
            If torch is not installed.
        """
        settings = network_settings(card)
        if not card.running.entry.endswith(_TORCHSCRIPT):
            raise PackBroken(
                "The bundle needs a TorchScript export (models/model.ts, made by MONAI's"
                " ckpt_export) as the card's entry."
            )
        file = entry_file(card, folder)
        if folder is not None:
            _check_metadata(card, settings, folder)
        return torch_session(card, settings, file)


def _check_metadata(card: ModelCard, settings: NetworkSettings, folder: Path) -> None:
    """Hold the bundle's metadata against the card.

    Raises
    ------
    PackBroken
        If they cannot be read or say something else.
    """
    if METADATA not in {file.name for file in card.running.files}:
        raise PackBroken(f"The bundle's {METADATA} is not among the card's files.")
    try:
        said: Any = json.loads(file_below(folder, METADATA).read_text(encoding="utf-8"))
        form = said["network_data_format"]
        (taken,) = form["inputs"].values()
        (given,) = form["outputs"].values()
        channels, classes = int(taken["num_channels"]), int(given["num_channels"])
        version = str(said["version"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise PackBroken(f"The bundle's {METADATA} cannot be read.") from None
    if channels != settings.channels:
        raise PackBroken("The card and the bundle's metadata say different numbers of channels.")
    labels, kinds = settings.labels, settings.kinds
    if max([one.number for one in labels] + [one.number for one in kinds]) >= classes:
        raise PackBroken("The card names a class that the bundle's metadata do not have.")
    if version != card.version:
        raise PackBroken("The card and the bundle's metadata say different versions.")
