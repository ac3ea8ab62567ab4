"""Small networks and heads made by code, and where the real ones lie."""

import json
from pathlib import Path

import numpy as np

from tongying.ai.backends.meshnet_weights import Activation, Layer, MeshNet

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
HEAD = SHARED / "mr_brain_3y_normal"
NETWORKS = SHARED / "models" / "brainchop_meshnet"


def made_network(
    seed: int, *, activation: Activation, normalised: bool, channels: int = 5, classes: int = 3
) -> MeshNet:
    rng = np.random.default_rng(seed)
    layers, inside = [], 1
    for dilation in (1, 2, 3, 1):
        weight = rng.normal(0, 0.2, (channels, inside, 3, 3, 3)).astype(np.float32)
        bias = None if normalised else rng.normal(0, 0.1, channels).astype(np.float32)
        layers.append(Layer(weight, bias, dilation))
        inside = channels
    last = rng.normal(0, 1, (classes, inside, 1, 1, 1)).astype(np.float32)
    layers.append(Layer(last, rng.normal(0, 1, classes).astype(np.float32), 1))
    return MeshNet(tuple(layers), activation, normalised)


def architecture_of(network: MeshNet) -> str:
    rows = [
        {
            "kernel_size": layer.weight.shape[2],
            "dilation": layer.dilation,
            "padding": layer.dilation if layer.weight.shape[2] == 3 else 0,
            "stride": 1,
        }
        for layer in network.layers
    ]
    flags = {"bnorm": network.normalised, network.activation.value: True}
    return json.dumps({"layers": rows, **flags})


def tensors_of(network: MeshNet) -> dict[str, np.ndarray]:
    found = {}
    for number, layer in enumerate(network.layers):
        found[f"model.{number}.0.weight"] = layer.weight
        if layer.bias is not None:
            found[f"model.{number}.0.bias"] = layer.bias
    return found


def safetensors(tensors: dict[str, np.ndarray]) -> bytes:
    header, body = {}, b""
    for name, one in tensors.items():
        data = one.astype("<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(one.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body
