"""Published weights are read without running anything; what is more than numbers is refused."""

import io
import json
import pickle
import zipfile

import numpy as np
import pytest
from brain_made import NETWORKS, architecture_of, made_network, safetensors, tensors_of

from tongying.ai.backends.meshnet_weights import Activation, WeightsRefused, read_meshnet

NETWORK = made_network(1, activation=Activation.ELU, normalised=False)
TEXT = architecture_of(NETWORK)
DATA = safetensors(tensors_of(NETWORK))


def test_safetensors_as_written():
    read = read_meshnet(TEXT, DATA)
    assert read.activation is Activation.ELU and not read.normalised and read.classes == 3
    for one, other in zip(NETWORK.layers, read.layers, strict=True):
        assert (one.weight == other.weight).all() and (one.bias == other.bias).all()


@pytest.mark.parametrize(
    "data",
    [b"", b"\x05", DATA[:-4], b"\xff" * 64, b"PK\x03\x04nothing", DATA.replace(b"F32", b"F64")],
)
def test_damaged_weights_are_refused(data):
    with pytest.raises(WeightsRefused):
        read_meshnet(TEXT, data)


@pytest.mark.parametrize("change", ["fewer", "more", "dilation", "channels", "nan", "name"])
def test_what_does_not_fit_is_refused(change):
    described, tensors = json.loads(TEXT), tensors_of(NETWORK)
    if change == "fewer":
        described["layers"].pop(1)
    elif change == "more":
        described["layers"].insert(1, described["layers"][1])
    elif change == "dilation":
        described["layers"][1]["padding"] = 1
    elif change == "channels":
        tensors["model.1.0.weight"] = tensors["model.1.0.weight"][:, :2]
    elif change == "nan":
        tensors["model.1.0.bias"] = np.full(5, np.nan, np.float32)
    else:
        tensors["shape"] = np.zeros(2, np.float32)
    with pytest.raises(WeightsRefused):
        read_meshnet(json.dumps(described), safetensors(tensors))


class _Runs:
    def __reduce__(self):
        return print, ("run",)


def test_a_pickle_that_would_run_code_is_refused(capsys):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps({"model.0.weight": _Runs()}))
    with pytest.raises(WeightsRefused):
        read_meshnet(TEXT, held.getvalue())
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(not NETWORKS.is_dir(), reason="the shared networks are not here")
@pytest.mark.parametrize(
    ("name", "layers", "classes", "activation"),
    [("subcortical", 10, 18, "elu"), ("mindgrab", 26, 2, "gelu"), ("model5_gw_ae", 10, 3, "relu")],
)
def test_published_networks(name, layers, classes, activation):
    folder = NETWORKS / name
    read = read_meshnet((folder / "model.json").read_text(), (folder / "model.pth").read_bytes())
    assert (len(read.layers), read.classes, read.activation) == (layers, classes, activation)
    assert read.normalised == (name == "mindgrab")
