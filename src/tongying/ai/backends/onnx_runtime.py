"""Networks in ONNX, run by ONNX Runtime on the processor, in the same order of sums every time."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import onnxruntime

from tongying.ai.backends.meshnet_session import is_meshnet, load_meshnet
from tongying.ai.backends.network import NetworkSession
from tongying.ai.backends.network_input import Tensor
from tongying.ai.backends.network_settings import network_settings
from tongying.ai.backends.pack_files import entry_file
from tongying.ai.backends.protocol import PackBroken, Session
from tongying.ai.card.definition import ModelCard

_BROKEN = (
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidGraph,
    onnxruntime.capi.onnxruntime_pybind11_state.Fail,
    onnxruntime.capi.onnxruntime_pybind11_state.NoSuchFile,
    onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument,
)
_ERRORS_ONLY = 3


class OnnxBackend:
    """Runs a pack with one ONNX file."""

    def load(self, card: ModelCard, folder: Path | None) -> Session:
        """Check the pack and load its network.

        Raises
        ------
        PackBroken
            If a file or a setting is wrong, or the network cannot be read.
        """
        if is_meshnet(card):
            return load_meshnet(card, folder)
        settings = network_settings(card)
        session = onnx_session(entry_file(card, folder), threads=card.running.limits.threads)
        held = [session]
        name = session.get_inputs()[0].name

        def forward(tensor: Tensor) -> Tensor:
            return cast(Tensor, np.asarray(held[0].run(None, {name: tensor})[0], dtype=np.float32))

        return NetworkSession(card, settings, forward, held.clear)


def onnx_session(file: Path, *, threads: int) -> onnxruntime.InferenceSession:
    """Open a network for the processor.

    Parameters
    ----------
    file : Path
    threads : int
        That one sum may use; the order of sums does not depend on when they end.

    Raises
    ------
    PackBroken
        If it is no network that can be run here.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = _ERRORS_ONLY
    # Custom operators of a model's maker are code: none is ever loaded.
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except _BROKEN:
        raise PackBroken("The pack's network cannot be read.") from None
