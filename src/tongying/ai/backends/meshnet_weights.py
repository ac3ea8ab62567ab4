"""Weights and architecture of a MeshNet as its makers publish them, read without running anything.

Two containers are in use under the same file name: *safetensors* (a length, a JSON header, raw
numbers) and PyTorch's zip archive, whose index is a pickle. A pickle can run code, so only the
three names that a state dict of 32-bit floating point needs are resolved; anything else is refused.

References
----------
Fedorov A. et al. End-to-end learning of brain tissue segmentation from imperfect labeling.
arXiv:1612.00940. The safetensors format: github.com/huggingface/safetensors, README, "Format".
"""

from __future__ import annotations

import io
import json
import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from tongying.kernel.errors import BadInput

Weights = NDArray[np.float32]

_ZIP: Final = b"PK\x03\x04"
_HEADER_AT_MOST: Final = 1 << 20
_FILE_AT_MOST: Final = 256 << 20
"""Bytes; the largest published MeshNet has less than a megabyte."""


class WeightsRefused(BadInput):
    """The files are no MeshNet of the kind that can be turned into a pack."""

    code: ClassVar[str] = "ai.weights-refused"


class Activation(StrEnum):
    """What stands behind every layer but the last."""

    RELU = "relu"
    ELU = "elu"
    GELU = "gelu"


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One dilated convolution.

    Attributes
    ----------
    weight : ndarray, shape (out, in, k, k, k)
        `k` is 3, or 1 for the last.
    bias : ndarray or None, shape (out,)
    dilation : int
        Also the width of the zeros around the volume, so that its size stays.
    """

    weight: Weights
    bias: Weights | None
    dilation: int


@dataclass(frozen=True, slots=True, eq=False)
class MeshNet:
    """A network of dilated convolutions.

    Attributes
    ----------
    layers : tuple of Layer
    activation : Activation
    normalised : bool
        Whether every channel is brought to mean 0 and variance 1 over the whole volume before the
        activation.
    """

    layers: tuple[Layer, ...]
    activation: Activation
    normalised: bool

    @property
    def classes(self) -> int:
        """Number of labels, background included."""
        return int(self.layers[-1].weight.shape[0])


def read_meshnet(architecture: str, weights: bytes) -> MeshNet:
    """Read a network.

    Parameters
    ----------
    architecture : str
        Text of ``model.json``.
    weights : bytes
        Of ``model.pth``: safetensors or PyTorch's zip archive.

    Raises
    ------
    WeightsRefused
        If they are damaged, hold anything but numbers, or do not fit each other.
    """
    described = _described(architecture)
    tensors = _tensors(weights)
    layers: list[Layer] = []
    names = iter(tensors.items())
    waiting = next(names, None)
    for row in described["layers"]:
        if waiting is None or not waiting[0].endswith(".weight"):
            raise WeightsRefused("The weights have fewer layers than the architecture.")
        name, weight = waiting
        waiting = next(names, None)
        bias = None
        if waiting is not None and waiting[0] == name.removesuffix("weight") + "bias":
            bias = waiting[1]
            waiting = next(names, None)
        layers.append(_layer(row, weight, bias, channels=_channels(layers)))
    if waiting is not None:
        raise WeightsRefused("The weights have more layers than the architecture.")
    if layers[-1].weight.shape[2:] != (1, 1, 1):
        raise WeightsRefused("The last layer of a MeshNet looks at one voxel.")
    activation = Activation.RELU
    for other in (Activation.ELU, Activation.GELU):
        if described.get(other.value) is True:
            activation = other
    return MeshNet(tuple(layers), activation, described.get("bnorm") is True)


def _described(text: str) -> dict[str, Any]:
    try:
        described = json.loads(text)
    except ValueError:
        raise WeightsRefused("The architecture is no JSON.") from None
    rows = described.get("layers") if isinstance(described, dict) else None
    if (
        not isinstance(rows, list)
        or len(rows) < 2
        or not all(isinstance(row, dict) for row in rows)
    ):
        raise WeightsRefused("The architecture lists no layers.")
    return dict(described)


def _channels(layers: list[Layer]) -> int:
    return int(layers[-1].weight.shape[0]) if layers else 1


def _layer(
    row: Mapping[str, Any], weight: Weights, bias: Weights | None, *, channels: int
) -> Layer:
    kernel, dilation = row.get("kernel_size"), row.get("dilation")
    fits = (
        kernel in (1, 3)
        and weight.shape[1:] == (channels, kernel, kernel, kernel)
        and isinstance(dilation, int)
        and dilation >= 1
        and row.get("stride") == 1
        and row.get("padding") == (dilation if kernel == 3 else 0)
        and (bias is None or bias.shape == weight.shape[:1])
    )
    if not fits:
        raise WeightsRefused("A layer's weights do not fit the architecture.")
    return Layer(weight, bias, int(dilation or 1))


def _tensors(data: bytes) -> OrderedDict[str, Weights]:
    """Return tensors by name, in the order of the layers."""
    if len(data) > _FILE_AT_MOST:
        raise WeightsRefused("The file of weights is larger than any MeshNet.")
    found = _zipped(data) if data[:4] == _ZIP else _safe(data)
    if not all(np.isfinite(one).all() for one in found.values()):
        raise WeightsRefused("Some weights are not numbers.")
    return OrderedDict(sorted(found.items(), key=lambda item: _place(item[0])))


def _place(name: str) -> tuple[tuple[int, ...], bool]:
    parts = name.split(".")
    numbers = tuple(int(part) for part in parts if part.isdigit())
    if parts[-1] not in ("weight", "bias") or not numbers:
        raise WeightsRefused("The weights are named in a way that no MeshNet uses.")
    return numbers, parts[-1] == "bias"


def _safe(data: bytes) -> dict[str, Weights]:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= length <= min(_HEADER_AT_MOST, len(data) - 8):
        raise WeightsRefused("The file of weights is of no known kind.")
    try:
        header = json.loads(data[8 : 8 + length])
    except ValueError:
        raise WeightsRefused("The file of weights is of no known kind.") from None
    header.pop("__metadata__", None)
    body = memoryview(data)[8 + length :]
    found = {}
    for name, row in header.items():
        shape, (begin, end) = row["shape"], row["data_offsets"]
        if row["dtype"] != "F32" or not 0 <= begin <= end <= len(body):
            raise WeightsRefused("The weights are not of 32-bit floating point, or cut short.")
        if end - begin != 4 * math.prod(shape):
            raise WeightsRefused("The weights do not have the size that their header states.")
        found[name] = np.frombuffer(body[begin:end], "<f4").reshape(shape).astype(np.float32)
    return found


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    length: int


class _FloatStorage:
    """Stands for the type of the same name."""


def _zipped(data: bytes) -> dict[str, Weights]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        index = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        root = index.removesuffix("data.pkl")
        if sum(one.file_size for one in archive.infolist()) > _FILE_AT_MOST:
            raise WeightsRefused("The file of weights is larger than any MeshNet.")
        state = _StateReader(io.BytesIO(archive.read(index))).load()
        found = {}
        for name, (storage, offset, size, stride) in state.items():
            numbers = np.frombuffer(archive.read(f"{root}data/{storage.key}"), "<f4")
            found[name] = _shaped(numbers, offset, size, stride)
    except (
        zipfile.BadZipFile, StopIteration, pickle.UnpicklingError, KeyError, EOFError,
        AttributeError, TypeError, ValueError, IndexError,
    ):  # fmt: skip
        raise WeightsRefused(
            "The file of weights is damaged, or holds more than the numbers of a network."
        ) from None
    return found


def _shaped(
    numbers: Weights, offset: int, size: tuple[int, ...], stride: tuple[int, ...]
) -> Weights:
    dense = tuple(math.prod(size[axis + 1 :]) for axis in range(len(size)))
    length = math.prod(size)
    if stride != dense or not 0 <= offset <= len(numbers) - length:
        raise ValueError("not dense")
    return numbers[offset : offset + length].reshape(size).astype(np.float32)


def _rebuild(storage: _Storage, offset: int, size: Any, stride: Any, *rest: object) -> Any:
    return storage, int(offset), tuple(size), tuple(stride)


class _StateReader(pickle.Unpickler):
    """Resolves the three names of a state dict of 32-bit floating point, and nothing else."""

    _ALLOWED: ClassVar[dict[tuple[str, str], object]] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
        ("torch", "FloatStorage"): _FloatStorage,
    }

    def find_class(self, module: str, name: str, /) -> Any:
        """Return one of the three names."""
        try:
            return self._ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError("another name") from None

    def persistent_load(self, pid: Any, /) -> _Storage:
        """Return where a tensor's numbers lie."""
        kind, storage, key, _, length = pid
        if kind != "storage" or storage is not _FloatStorage or not str(key).isdigit():
            raise pickle.UnpicklingError("another storage")
        return _Storage(str(key), int(length))
