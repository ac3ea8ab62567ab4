"""The slab runner against the whole network in ONNX Runtime, against torch, and by hand."""

import numpy as np
import onnxruntime
import pytest
from brain_made import NETWORKS, made_network
from scipy.ndimage import correlate

from tongying.ai.backends.meshnet import SlabRunner
from tongying.ai.backends.meshnet_onnx import from_onnx, to_onnx
from tongying.ai.backends.meshnet_weights import (
    Activation,
    Layer,
    MeshNet,
    WeightsRefused,
    read_meshnet,
)

SHAPE = (14, 11, 12)


def whole(network: MeshNet, image: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(to_onnx(network), providers=["CPUExecutionProvider"])
    return session.run(None, {"image": image[None, None]})[0][0]


@pytest.mark.parametrize("activation", list(Activation))
@pytest.mark.parametrize("normalised", [False, True])
@pytest.mark.parametrize("channels", [5, 15, 30])
def test_slabs_are_the_whole_network(activation, normalised, channels):
    network = made_network(3, activation=activation, normalised=normalised, channels=channels)
    image = np.random.default_rng(1).random(SHAPE, dtype=np.float32)
    expected = whole(network, image)
    scores = SlabRunner(network).scores(image)
    np.testing.assert_allclose(scores, expected, atol=1e-4 * max(1.0, np.abs(expected).max()))
    assert (SlabRunner(network).label(image) == scores.argmax(0)).all()


def test_one_layer_by_hand():
    rng = np.random.default_rng(4)
    first = rng.normal(size=(1, 1, 3, 3, 3)).astype(np.float32)
    last = np.array([[[[[1.0]]]], [[[[0.0]]]]], np.float32)
    network = MeshNet(
        (Layer(first, None, 2), Layer(last, np.array([0.0, 0.5], np.float32), 1)),
        Activation.RELU,
        False,
    )
    image = rng.random((9, 9, 9), dtype=np.float32)
    spread = np.zeros((5, 5, 5))
    spread[::2, ::2, ::2] = first[0, 0]
    by_hand = correlate(image.astype(float), spread, mode="constant").clip(0)
    np.testing.assert_allclose(SlabRunner(network).scores(image)[0], by_hand, atol=1e-5)


def test_threads_and_repetition_change_nothing():
    network = made_network(5, activation=Activation.ELU, normalised=True, channels=15)
    image = np.random.default_rng(2).random((20, 40, 40), dtype=np.float32)
    one = SlabRunner(network, 1).scores(image)
    assert one.tobytes() == SlabRunner(network, 1).scores(image).tobytes()
    assert one.tobytes() == SlabRunner(network, 2).scores(image).tobytes()


def test_the_input_is_left_alone_and_progress_rises():
    network = made_network(6, activation=Activation.RELU, normalised=False, channels=1)
    image = np.random.default_rng(2).random(SHAPE, dtype=np.float32)
    before = image.copy()
    told = []
    SlabRunner(network).label(image, lambda fraction, _: told.append(fraction))
    assert (image == before).all()
    assert told == sorted(told) and told[-1] == 1.0


def test_onnx_keeps_the_network_and_is_the_same_twice():
    network = made_network(7, activation=Activation.GELU, normalised=True)
    data = to_onnx(network)
    assert data == to_onnx(network)
    again = from_onnx(data)
    assert again.activation is network.activation and again.normalised
    for one, other in zip(network.layers, again.layers, strict=True):
        assert one.dilation == other.dilation and (one.weight == other.weight).all()
    with pytest.raises(WeightsRefused):
        from_onnx(b"\xff" * 40)


@pytest.mark.skipif(not NETWORKS.is_dir(), reason="the shared networks are not here")
@pytest.mark.parametrize("name", ["subcortical", "model5_gw_ae", "mindgrab"])
@pytest.mark.long
def test_published_networks_as_torch_runs_them(name):
    torch = pytest.importorskip("torch", reason="torch is an optional extra")
    folder = NETWORKS / name
    network = read_meshnet((folder / "model.json").read_text(), (folder / "model.pth").read_bytes())
    image = np.random.default_rng(3).random((24, 20, 20), dtype=np.float32)
    work, flow = torch.nn.functional, torch.from_numpy(image)[None, None]
    behind = {"elu": work.elu, "relu": work.relu, "gelu": work.gelu}[network.activation.value]
    with torch.inference_mode():
        for number, layer in enumerate(network.layers):
            pad = layer.dilation if layer.weight.shape[2] == 3 else 0
            bias = None if layer.bias is None else torch.from_numpy(layer.bias)
            flow = work.conv3d(
                flow, torch.from_numpy(layer.weight), bias, padding=pad, dilation=layer.dilation
            )
            if number < len(network.layers) - 1:
                flow = behind(work.instance_norm(flow) if network.normalised else flow)
    expected = flow[0].numpy()
    scores = SlabRunner(network).scores(image)
    np.testing.assert_allclose(scores, expected, atol=1e-4 * max(1.0, np.abs(expected).max()))
