"""Packs of published networks: made without torch, the same twice, refused when they do not fit."""

import json

import numpy as np
import pytest
from brain_made import architecture_of, made_network, safetensors, tensors_of

from tongying.ai.backends.meshnet_session import LABELS, load_meshnet, read_labels
from tongying.ai.backends.meshnet_weights import Activation, WeightsRefused
from tongying.ai.backends.protocol import PackBroken
from tongying.ai.backends.registry import backend_of
from tongying.ai.brain.packing import PACKS, card_for, make_pack
from tongying.ai.brain.regions import LabelsUnknown, regions_of
from tongying.ai.brain.volumes import PLAUSIBILITY
from tongying.ai.card.catalogue import cards
from tongying.ai.pack import open_pack

OURS = ("brain-extraction", "brain-tissues", "motion-grade", "motion-sphere")


@pytest.fixture
def published(tmp_path):
    network = made_network(2, activation=Activation.ELU, normalised=False)
    (tmp_path / "model.json").write_text(architecture_of(network))
    (tmp_path / "model.pth").write_bytes(safetensors(tensors_of(network)))
    (tmp_path / "names.json").write_text(json.dumps(["Unknown", "White-Matter", "Grey-Matter"]))
    return tmp_path


def packed(published, into="pack"):
    names = ("model.json", "model.pth", "names.json")
    return make_pack(*[published / name for name in names], published / into)


def test_a_pack_opens_and_is_the_same_twice(published):
    card = packed(published)
    assert card.id == "brain-grey-white" and not card.bundled
    again, _ = open_pack(published / "pack")
    assert again == card
    packed(published, "second")
    for name in ("card.yaml", "model.onnx", LABELS):
        first = (published / "pack" / name).read_bytes()
        assert first == (published / "second" / name).read_bytes()


def test_its_backend_loads_it(published):
    card = packed(published)
    session = backend_of(card.running.runtime).load(card, published / "pack")
    assert session.labels == ("Unknown", "White-Matter", "Grey-Matter")
    session.close()


@pytest.mark.parametrize("name", ["model.onnx", LABELS])
@pytest.mark.parametrize("how", ["gone", "changed"])
def test_a_broken_pack_is_refused(published, name, how):
    card = packed(published)
    file = published / "pack" / name
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(PackBroken):
        load_meshnet(card, published / "pack")
    with pytest.raises(PackBroken):
        load_meshnet(card, None)


def test_a_full_folder_and_wrong_labels_are_refused(published):
    packed(published)
    with pytest.raises(WeightsRefused):
        packed(published)
    (published / "names.json").write_text(json.dumps(["Unknown", "Brain"]))
    with pytest.raises(WeightsRefused):
        packed(published, "other")
    for text in ("{", "[1]", '["Unknown", "Left-Thumb"]', '{"labels": "Brain"}'):
        with pytest.raises(LabelsUnknown):
            read_labels(text)
    with pytest.raises(LabelsUnknown):
        card_for(("Unknown", "Thalamus"))


def test_every_pack_speaks_of_known_labels():
    for card, labels in PACKS.items():
        names = ("Unknown", *sorted(labels))
        assert card_for(names) == card and len(regions_of(names)) == len(labels)


@pytest.mark.parametrize("name", OURS)
def test_our_cards_name_what_they_may_flag(name):
    card = cards()[name]
    kinds = {kind for kind, _ in card.findings}
    expected = {"motion"} if name.startswith("motion") else set(PLAUSIBILITY)
    assert kinds == expected
    assert card.scope.age_days.low is not None and card.scope.age_days.high is not None
    assert np.isfinite([one.value for one in card.evidence]).all()
