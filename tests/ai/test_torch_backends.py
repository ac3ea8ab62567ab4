"""Networks that need torch: TorchScript files and MONAI bundles; skipped where it is missing."""

from __future__ import annotations

import io
import json
import sys
import warnings

import pytest
from pack_making import block, card_text, make_pack, request_for, write_study

from tongying.ai.backends.protocol import PackBroken, RuntimeMissing
from tongying.ai.backends.readiness import Status, readiness
from tongying.ai.backends.registry import backend_of
from tongying.ai.card.definition import Runtime
from tongying.imaging.progress import silent

SETTINGS = {
    "task": "segmentation",
    "axes": "SPL",
    "spacing-mm": "native",
    "shape": "native",
    "values": "window 0 1000",
    "activation": "softmax",
    "labels": "1 box | Box | 盒",
}
METADATA = {
    "version": "1.0.0",
    "network_data_format": {
        "inputs": {"image": {"num_channels": 1}},
        "outputs": {"pred": {"num_channels": 2}},
    },
}


@pytest.fixture(scope="module")
def network() -> bytes:
    torch = pytest.importorskip("torch", reason="torch (the extra ai) is not installed")

    class Threshold(torch.nn.Module):
        def forward(self, image):
            return torch.cat([0.5 - image, image - 0.5], dim=1)

    with io.BytesIO() as opened, warnings.catch_warnings():
        # Packs in this form will be met for years after torch stops making them.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.trace(Threshold(), torch.zeros(1, 1, 2, 2, 2)), opened)
        return opened.getvalue()


def loaded(tmp_path, runtime, files, entry):
    text = card_text(entry, runtime=runtime, files=files, settings=SETTINGS)
    card = make_pack(tmp_path / "pack", text, files)
    return backend_of(Runtime(runtime)).load(card, tmp_path / "pack")


def check_answer(session, tmp_path):
    study = write_study(tmp_path / "study")
    answer = session.run(request_for(study), tmp_path, silent)
    session.close()
    assert (answer.masks[0].mask == (block() > 500)).all()


def test_a_torchscript_file(tmp_path, network):
    check_answer(loaded(tmp_path, "torchscript", {"net.ts": network}, "net.ts"), tmp_path)


def test_a_bundle_with_its_export(tmp_path, network):
    files = {
        "models/model.ts": network,
        "configs/metadata.json": json.dumps(METADATA).encode(),
    }
    check_answer(loaded(tmp_path, "monai-bundle", files, "models/model.ts"), tmp_path)


@pytest.mark.parametrize(
    "metadata",
    [
        {**METADATA, "version": "0.9.0"},
        {"version": "1.0.0"},
        {
            **METADATA,
            "network_data_format": {
                "inputs": {"image": {"num_channels": 4}},
                "outputs": {"pred": {"num_channels": 2}},
            },
        },
        {
            **METADATA,
            "network_data_format": {
                "inputs": {"image": {"num_channels": 1}},
                "outputs": {"pred": {"num_channels": 1}},
            },
        },
        None,
    ],
)
def test_a_bundle_that_contradicts_its_card(tmp_path, metadata):
    files = {"models/model.ts": b"never read"}
    if metadata is not None:
        files["configs/metadata.json"] = json.dumps(metadata).encode()
    with pytest.raises(PackBroken):
        loaded(tmp_path, "monai-bundle", files, "models/model.ts")


def test_a_bundle_without_an_export(tmp_path):
    with pytest.raises(PackBroken, match="export"):
        loaded(tmp_path, "monai-bundle", {"models/model.pt": b"x"}, "models/model.pt")


def test_what_is_no_network(tmp_path, network):
    with pytest.raises(PackBroken):
        loaded(tmp_path, "torchscript", {"net.ts": b"not a network"}, "net.ts")


def test_without_torch_it_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    files = {"net.ts": b"never read"}
    with pytest.raises(RuntimeMissing, match="torch"):
        loaded(tmp_path, "torchscript", files, "net.ts")


def test_readiness_tells_without_loading(tmp_path, monkeypatch):
    from tongying.ai.backends import readiness as told

    files = {"net.ts": b"never read"}
    text = card_text("net.ts", runtime="torchscript", files=files, settings=SETTINGS)
    card = make_pack(tmp_path / "pack", text, files)
    monkeypatch.setattr(told, "find_spec", lambda name: None)
    assert readiness(card, tmp_path / "pack").status is Status.RUNTIME_MISSING
    monkeypatch.setattr(told, "find_spec", lambda name: name)
    assert readiness(card, tmp_path / "pack").status is Status.READY
    assert readiness(card, None).status is Status.PACK_BROKEN
    (tmp_path / "pack/net.ts").write_bytes(b"other")
    assert readiness(card, tmp_path / "pack").status is Status.PACK_BROKEN
