"""A MeshNet as one standard ONNX file, and back.

The file is the whole three-dimensional network, which any runtime can run that has the memory; the
platform reads it again and runs it in slabs.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import TensorProto, helper, numpy_helper

from tongying.ai.backends.meshnet_weights import Activation, Layer, MeshNet, Weights, WeightsRefused

OPSET: Final = 20
"""The first with Gelu as one operator."""
IR_VERSION: Final = 9
EPSILON: Final = 1e-5
"""Of the normalisation, as PyTorch's default."""
_OPERATORS: Final = {
    Activation.RELU: "Relu",
    Activation.ELU: "Elu",
    Activation.GELU: "Gelu",
}


def to_onnx(network: MeshNet) -> bytes:
    """Return the network as an ONNX file, the same bytes for the same network.

    The input ``image`` has shape (1, 1, x, y, z), the output ``scores`` (1, classes, x, y, z).
    """
    nodes, tensors, flow = [], [], "image"
    for number, layer in enumerate(network.layers):
        last = number == len(network.layers) - 1
        inputs = [flow, f"weight{number}"]
        tensors.append(numpy_helper.from_array(layer.weight, f"weight{number}"))
        if layer.bias is not None:
            tensors.append(numpy_helper.from_array(layer.bias, f"bias{number}"))
            inputs.append(f"bias{number}")
        kernel, channels = layer.weight.shape[2], layer.weight.shape[0]
        pads = [layer.dilation if kernel == 3 else 0] * 6
        flow = "scores" if last else f"conv{number}"
        nodes.append(
            helper.make_node(
                "Conv", inputs, [flow], dilations=[layer.dilation] * 3, pads=pads,
                kernel_shape=[kernel] * 3,
            )
        )  # fmt: skip
        if last:
            break
        if network.normalised:
            tensors.append(numpy_helper.from_array(np.ones(channels, np.float32), f"one{number}"))
            tensors.append(numpy_helper.from_array(np.zeros(channels, np.float32), f"zero{number}"))
            names = [flow, f"one{number}", f"zero{number}"]
            flow = f"norm{number}"
            nodes.append(helper.make_node("InstanceNormalization", names, [flow], epsilon=EPSILON))
        nodes.append(helper.make_node(_OPERATORS[network.activation], [flow], [f"act{number}"]))
        flow = f"act{number}"
    space = ["x", "y", "z"]
    graph = helper.make_graph(
        nodes,
        "meshnet",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, *space])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, network.classes, *space])],
        tensors,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="tongying"
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def from_onnx(data: bytes) -> MeshNet:
    """Read a network that `to_onnx` wrote.

    Raises
    ------
    WeightsRefused
        If the file is damaged or no MeshNet.
    """
    try:
        model = onnx.load_model_from_string(data)
    except DecodeError:
        raise WeightsRefused("The file of the network is damaged.") from None
    tensors = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    layers: list[Layer] = []
    kinds = {name: kind for kind, name in _OPERATORS.items()}
    activations: set[Activation] = set()
    normalised = False
    for node in model.graph.node:
        if node.op_type == "Conv":
            layers.append(_layer(node, tensors))
        elif node.op_type == "InstanceNormalization":
            normalised = True
        elif node.op_type in kinds:
            activations.add(kinds[node.op_type])
        else:
            raise WeightsRefused("The network holds a layer that no MeshNet has.")
    if len(layers) < 2 or len(activations) != 1:
        raise WeightsRefused("The network is no MeshNet.")
    return MeshNet(tuple(layers), activations.pop(), normalised)


def _layer(node: onnx.NodeProto, tensors: dict[str, Weights]) -> Layer:
    dilations = next((list(one.ints) for one in node.attribute if one.name == "dilations"), [1])
    try:
        weight = tensors[node.input[1]]
        bias = tensors[node.input[2]] if len(node.input) > 2 else None
    except (KeyError, IndexError):
        raise WeightsRefused("The network's weights are missing.") from None
    if weight.ndim != 5 or len(set(dilations)) != 1:
        raise WeightsRefused("The network is not the three-dimensional one that was expected.")
    return Layer(weight, bias, dilations[0])
