"""Runs a MeshNet over a whole head within little memory.

A three-dimensional convolution with three planes along the first axis is one two-dimensional
convolution over three slices set beside each other as channels. So a layer is run slice by slice,
each slice's result takes the slice's own place, and only as many old slices are kept as the
dilation reaches back. Two volumes of features are never in memory together; the last layer, which
looks at one voxel, is turned into labels at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from tongying.ai.backends.meshnet_onnx import EPSILON, IR_VERSION, OPSET
from tongying.ai.backends.meshnet_weights import Activation, Layer, MeshNet, Weights
from tongying.imaging.progress import Progress, silent

Labels = NDArray[np.uint8]

_ALIGNED: Final = 16
"""Channels that the processor's widest registers hold; the runtime's fast convolution wants the
number of channels to be a multiple of a part of it."""
_EVERY: Final = 16
"""Slices between two reports of progress."""
_ACTIVATIONS: Final = {Activation.RELU: "Relu", Activation.ELU: "Elu", Activation.GELU: "Gelu"}


@dataclass(slots=True)
class SlabRunner:
    """A network, ready to label volumes.

    Attributes
    ----------
    network : MeshNet
    threads : int
    """

    network: MeshNet
    threads: int = 1

    def label(self, image: NDArray[np.float32], progress: Progress = silent) -> Labels:
        """Return the label of the highest score at every voxel.

        Parameters
        ----------
        image : ndarray, shape (x, y, z)
            Normalised as the network was trained.
        progress : Progress, optional
            Is told some times within every layer.
        """
        labels = np.empty(image.shape, np.uint8)
        for place, scores in self._scores(image, progress):
            labels[place] = scores.argmax(0)
        return labels

    def scores(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return every class's scores, shape (classes, x, y, z): for small volumes."""
        return np.stack([scores for _, scores in self._scores(image, silent)], axis=1)

    def _scores(
        self, image: NDArray[np.float32], progress: Progress
    ) -> Iterator[tuple[int, NDArray[np.float32]]]:
        features = image[:, None]
        total = len(self.network.layers)
        for number, layer in enumerate(self.network.layers[:-1]):
            step = _Step.of(layer, self._behind(), self.threads)
            told = _Part(progress, number, total, len(image))
            # The first layer reads the caller's image, which is not ours to write on.
            features = self._layer(features, step, told, in_place=number > 0)
        last = _Step.of(self.network.layers[-1], None, self.threads)
        for place in range(len(image)):
            yield place, last(features[place])
        progress(1.0, "model")

    def _behind(self) -> Activation | None:
        return None if self.network.normalised else self.network.activation

    def _layer(self, features: Weights, step: _Step, told: _Part, *, in_place: bool) -> Weights:
        """Run one layer, in place where that is allowed and the number of channels stays."""
        slices, _, rows, columns = features.shape
        reach = step.dilation
        same = in_place and features.shape[1] == step.channels
        result = features if same else np.empty((slices, step.channels, rows, columns), np.float32)
        before: deque[Weights] = deque(maxlen=reach)
        nothing = np.zeros(features.shape[1:], np.float32)
        moments = _Moments(step.channels)
        for place in range(slices):
            behind = before[0] if len(before) == reach else nothing
            ahead = features[place + reach] if place + reach < slices else nothing
            here = features[place].copy() if same else features[place]
            result[place] = step(behind, here, ahead)
            before.append(here)
            if self.network.normalised:
                moments.add(result[place])
            told(place)
        if self.network.normalised:
            finish = _finishing(moments, self.network.activation, self.threads)
            for place in range(slices):
                result[place] = finish(result[place])
        return result


@dataclass(frozen=True, slots=True)
class _Part:
    progress: Progress
    layer: int
    layers: int
    slices: int

    def __call__(self, place: int) -> None:
        if place % _EVERY == 0:
            self.progress((self.layer + place / self.slices) / self.layers, "model")


@dataclass(slots=True)
class _Step:
    """A layer's convolution as a two-dimensional one over slices beside each other."""

    session: onnxruntime.InferenceSession
    channels: int
    dilation: int
    kept: Weights | None = None

    @classmethod
    def of(cls, layer: Layer, activation: Activation | None, threads: int) -> _Step:
        channels, before, planes = layer.weight.shape[:3]
        # [out, in, plane, k, k] -> [out, plane * in, k, k]: the planes lie beside each other.
        flat = layer.weight.transpose(0, 2, 1, 3, 4).reshape(
            channels, planes * before, *layer.weight.shape[3:]
        )
        outside = _rounded(channels) if planes > 1 else channels
        inside = _rounded(planes * before) if planes * before >= _ALIGNED else planes * before
        weight = np.zeros((outside, inside, *flat.shape[2:]), np.float32)
        weight[:channels, : planes * before] = flat
        bias = np.zeros(outside, np.float32)
        if layer.bias is not None:
            bias[:channels] = layer.bias
        pad = layer.dilation if planes > 1 else 0
        nodes = [
            helper.make_node(
                "Conv", ["x", "w", "b"], ["y"], dilations=[layer.dilation] * 2, pads=[pad] * 4
            )
        ]
        if activation is not None:
            nodes.append(helper.make_node(_ACTIVATIONS[activation], ["y"], ["z"]))
        tensors = [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")]
        return cls(_session(nodes, tensors, inside, threads), channels, layer.dilation)

    def __call__(self, *slices: Weights) -> Weights:
        """Return the layer's result at one slice, shape (channels, rows, columns)."""
        if self.kept is None:
            width = self.session.get_inputs()[0].shape[1]
            self.kept = np.zeros((1, width, *slices[0].shape[1:]), np.float32)
        first = 0
        for one in slices:
            self.kept[0, first : first + len(one)] = one
            first += len(one)
        result: Weights = self.session.run(None, {"x": self.kept})[0][0, : self.channels]
        return result


def _rounded(channels: int) -> int:
    part = _ALIGNED // 4
    return -(-channels // part) * part


class _Moments:
    """Mean and variance of every channel over the whole volume."""

    def __init__(self, channels: int) -> None:
        self.count = 0
        self.total = np.zeros(channels)
        self.squares = np.zeros(channels)

    def add(self, one: Weights) -> None:
        self.count += one[0].size
        self.total += one.sum((1, 2), dtype=np.float64)
        self.squares += np.einsum("crk,crk->c", one, one, dtype=np.float64)

    def scale(self) -> tuple[Weights, Weights]:
        """Return what to multiply with and what to add."""
        mean = self.total / self.count
        factor = 1 / np.sqrt(self.squares / self.count - mean**2 + EPSILON)
        return factor.astype(np.float32), (-mean * factor).astype(np.float32)


def _finishing(moments: _Moments, activation: Activation, threads: int) -> _Step:
    factor, shift = moments.scale()
    nodes = [
        helper.make_node("Mul", ["x", "f"], ["m"]),
        helper.make_node("Add", ["m", "s"], ["a"]),
        helper.make_node(_ACTIVATIONS[activation], ["a"], ["z"]),
    ]
    tensors = [
        numpy_helper.from_array(factor.reshape(1, -1, 1, 1), "f"),
        numpy_helper.from_array(shift.reshape(1, -1, 1, 1), "s"),
    ]
    return _Step(_session(nodes, tensors, len(factor), threads), len(factor), 0)


def _session(
    nodes: list[NodeProto], tensors: list[TensorProto], channels: int, threads: int
) -> onnxruntime.InferenceSession:
    out = str(nodes[-1].output[0])
    graph = helper.make_graph(
        nodes,
        "slice",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, channels, "r", "c"])],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
