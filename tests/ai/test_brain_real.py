"""The functions on a real normal child against masks that other programs drew of it.

Those masks are no truth; they say that the platform runs a model as its makers do.
"""

import json

import nibabel as nib
import numpy as np
import pydicom
import pytest
from brain_made import HEAD, NETWORKS

from tongying.ai.backends.meshnet import SlabRunner
from tongying.ai.backends.meshnet_weights import read_meshnet
from tongying.ai.backends.protocol import Request, SeriesInput
from tongying.ai.backends.registry import backend_of
from tongying.ai.brain.conform import conform, network_image
from tongying.ai.brain.packing import make_pack
from tongying.ai.card.catalogue import card_of
from tongying.ai.gate.gate import admit
from tongying.dicom.acquisition.reading import read_study_facts
from tongying.dicom.volumes.reading import read_volume
from tongying.imaging.progress import silent

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not (HEAD.is_dir() and NETWORKS.is_dir()), reason="no shared data here"),
]
LEAST = {"subcortical": 0.99, "mindgrab": 0.985, "model5_gw_ae": 0.98}
"""Least Dice of any label; what is left comes from the interpolation of the conformed image."""


def dice(one, other):
    return 2 * (one & other).sum() / (one.sum() + other.sum())


@pytest.fixture(scope="module")
def files():
    return tuple(sorted((HEAD / "dicom").glob("*.dcm")))


def request_of(files):
    facts = read_study_facts([pydicom.dcmread(one, stop_before_pixels=True) for one in files])
    return Request(facts, (SeriesInput(facts.series[0].uid, files),))


@pytest.mark.parametrize("name", list(LEAST))
def test_networks_agree_with_the_masks_of_their_makers_runner(files, name):
    folder = NETWORKS / name
    network = read_meshnet((folder / "model.json").read_text(), (folder / "model.pth").read_bytes())
    image = network_image(conform(read_volume(files).volume))
    labels = SlabRunner(network, 2).label(image)
    drawn = nib.load(HEAD / "model_outputs" / f"sag3y_{name}.nii.gz")
    expected = np.asarray(drawn.dataobj)
    for number in range(1, network.classes):
        assert dice(labels == number, expected == number) >= LEAST[name]


def test_a_pack_from_gate_to_volumes(files, tmp_path):
    names = tmp_path / "names.json"
    names.write_text(json.dumps(["Unknown", "White-Matter", "Grey-Matter"]))
    folder = NETWORKS / "model5_gw_ae"
    card = make_pack(folder / "model.json", folder / "model.pth", names, tmp_path / "pack")
    request = request_of(files)
    assert admit(card, request.facts).admitted
    session = backend_of(card.running.runtime).load(card, tmp_path / "pack")
    answer = session.run(request, tmp_path, silent)
    told = {one.measure: one.value for one in answer.values}
    assert told["white-matter-volume"] == pytest.approx(382.7, rel=0.02)
    assert told["total-grey-matter-volume"] == pytest.approx(824.4, rel=0.02)
    assert {one.name for one in answer.masks} == {"white-matter", "grey-matter"}
    for one in answer.masks:
        on_series = one.mask.sum() * one.grid.voxel_mm3 / 1000
        measure = {"white-matter": "white-matter-volume"}.get(one.name, "total-grey-matter-volume")
        assert on_series == pytest.approx(told[measure], rel=0.02)


@pytest.mark.parametrize("name", ["brain-extraction", "brain-tissues"])
def test_built_in_functions_from_gate_to_volumes(files, tmp_path, name):
    pytest.importorskip("torch", reason="torch is an optional extra")
    card, request = card_of(name), request_of(files)
    assert admit(card, request.facts).admitted
    answer = backend_of(card.running.runtime).load(card, None).run(request, tmp_path, silent)
    told = {one.measure: one.value for one in answer.values}
    if name == "brain-extraction":
        assert told == {"intracranial-volume": pytest.approx(1468.57, abs=0.5)}
        drawn = nib.load(HEAD / "model_outputs" / "sag3y_mask.nii.gz")
        turn = np.linalg.inv(np.diag([-1.0, -1, 1, 1]) @ drawn.affine)
        volume = answer.masks[0]
        np.testing.assert_allclose(turn @ volume.grid.affine, np.eye(4), atol=0.01)
        assert dice(volume.mask, np.asarray(drawn.dataobj).transpose(2, 1, 0) > 0) > 0.9999
    else:
        network = nib.load(HEAD / "model_outputs" / "sag3y_model5_gw_ae.nii.gz")
        tissue = np.count_nonzero(np.asarray(network.dataobj)) / 1000
        assert told["brain-tissue-volume"] == pytest.approx(1.03 * tissue, rel=0.01)
        assert sum(told.values()) == pytest.approx(1468.57 + told["brain-tissue-volume"], rel=1e-3)
