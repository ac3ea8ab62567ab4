"""Networks in TorchScript; torch is an optional extra and imported when one is loaded."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from tongying.ai.backends.network import NetworkSession
from tongying.ai.backends.network_input import Tensor
from tongying.ai.backends.network_settings import NetworkSettings, network_settings
from tongying.ai.backends.pack_files import entry_file
from tongying.ai.backends.protocol import PackBroken, RuntimeMissing
from tongying.ai.card.definition import ModelCard


class TorchScriptBackend:
    """Runs a pack with one TorchScript file."""

    def load(self, card: ModelCard, folder: Path | None) -> NetworkSession:
        """Check the pack and load its network.

        Raises
        ------
        PackBroken
            If a file or a setting is wrong, or the network cannot be read.
        RuntimeMissing
            If torch is not installed.
        """
        settings = network_settings(card)
        return torch_session(card, settings, entry_file(card, folder))


def torch_session(card: ModelCard, settings: NetworkSettings, file: Path) -> NetworkSession:
    """Load a TorchScript file on the processor.

    Raises
    ------
    PackBroken
        If it cannot be read.
    RuntimeMissing
        If torch is not installed.
    """
    torch = torch_module(card.running.limits.threads)
    try:
        with warnings.catch_warnings():
            # Packs in this form will be met for years after torch stops making them.
            warnings.simplefilter("ignore", DeprecationWarning)
            held = [torch.jit.load(str(file), map_location="cpu").eval()]
    except (RuntimeError, ValueError):
        raise PackBroken("The pack's network cannot be read.") from None

    def forward(tensor: Tensor) -> Tensor:
        with torch.inference_mode():
            said = held[0](torch.from_numpy(tensor))
        said = said[0] if isinstance(said, tuple | list) else said
        found: Tensor = said.to(torch.float32).numpy().astype(np.float32)
        return found

    return NetworkSession(card, settings, forward, held.clear)


def torch_module(threads: int) -> Any:
    """Return torch, set to give the same sums every time.

    Raises
    ------
    RuntimeMissing
        If it is not installed.
    """
    try:
        torch: Any = import_module("torch")
    except ImportError:
        raise RuntimeMissing(
            "This model needs torch, which is not installed here (the extra named ai)."
        ) from None
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.manual_seed(0)
    return torch
