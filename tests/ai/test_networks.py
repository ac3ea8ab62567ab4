"""Networks between settings: axes, voxels, windows and what comes out, against made truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pack_making import (
    SERIES,
    SPACING,
    block,
    brightness_network,
    card_for,
    card_text,
    make_pack,
    request_for,
    threshold_network,
    write_study,
)

from tongying.ai.answer import Level
from tongying.ai.backends.network import activated, largest_part
from tongying.ai.backends.network_input import network_grid, network_volume, scaled
from tongying.ai.backends.network_settings import Activation, network_settings
from tongying.ai.backends.protocol import PackBroken, RunRefused
from tongying.ai.backends.registry import backend_of
from tongying.ai.backends.windows import forward_all
from tongying.ai.card.definition import Runtime
from tongying.dicom.volumes.reading import read_volume
from tongying.imaging.grid import Grid
from tongying.imaging.progress import silent
from tongying.imaging.volume import Volume

SEGMENTS = {
    "task": "segmentation",
    "axes": "SPL",
    "spacing-mm": "native",
    "shape": "native",
    "values": "window 0 1000",
    "activation": "softmax",
    "labels": "1 box | Box | 盒",
    "measures": "box=brain-volume",
}
CLASSIFIES = {
    "task": "classification",
    "axes": "SPL",
    "spacing-mm": "native",
    "shape": "native",
    "dimensions": "2",
    "values": "window 0 1000",
    "activation": "none",
    "over-slices": "max",
    "kinds": "1 bright 0.2 0.9",
}
VOXEL_CM3 = float(np.prod(SPACING)) / 1000


def session(tmp_path, how, network):
    files = {"net.onnx": network}
    text = card_text("net.onnx", runtime="onnx", settings=how, files=files)
    card = make_pack(tmp_path / "pack", text, files)
    return backend_of(Runtime.ONNX).load(card, tmp_path / "pack")


def run(tmp_path, how, network, study=None):
    files = study or write_study(tmp_path / "study")
    loaded = session(tmp_path, how, network)
    answer = loaded.run(request_for(files), tmp_path, silent)
    loaded.close()
    return answer


@pytest.mark.parametrize("axes", ["SPL", "IAR", "LPS", "PSL", "RIA", "SAL"])
@pytest.mark.parametrize("window", ["whole", "4 4 4"])
def test_a_mask_lies_on_the_images_whatever_the_axes(tmp_path, axes, window):
    answer = run(tmp_path, {**SEGMENTS, "axes": axes, "window": window}, threshold_network())
    (mask,) = answer.masks
    assert mask.series_uid == SERIES
    assert (mask.mask == (block() > 500)).all()
    (value,) = answer.values
    assert value.value == pytest.approx((block() > 500).sum() * VOXEL_CM3)
    assert (value.method.tool, value.method.version) == ("test-model", "1.0.0")


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ({"spacing-mm": "0.75 0.75 0.75"}, 0.9),
        ({"shape": "16 16 16"}, 1.0),
        ({"shape": "5 7 9", "axes": "SPL"}, 1.0),
        ({"multiple-of": "16"}, 1.0),
        ({"dimensions": "2"}, 1.0),
        ({"dimensions": "2", "window": "4 4", "overlap": "0.25"}, 1.0),
        ({"activation": "sigmoid"}, 1.0),
        ({"values": "min-max"}, 1.0),
        ({"largest-part": "yes"}, 1.0),
    ],
)
def test_settings_keep_the_box(tmp_path, change, least):
    dimensions = int(change.get("dimensions", "3"))
    answer = run(tmp_path, {**SEGMENTS, **change}, threshold_network(dimensions=dimensions))
    truth, drawn = block() > 500, answer.masks[0].mask
    assert 2 * (truth & drawn).sum() / (truth.sum() + drawn.sum()) >= least


def test_a_map_of_probabilities(tmp_path):
    answer = run(tmp_path, {**SEGMENTS, "map": "box"}, threshold_network())
    inside = answer.maps[0].array[block() > 500]
    # Softmax of (-0.5, 0.5) is 1 / (1 + e^-1).
    assert inside == pytest.approx(1 / (1 + np.exp(-1)), rel=1e-6)


def test_a_classification_flags(tmp_path):
    answer = run(tmp_path, CLASSIFIES, brightness_network())
    (flag,) = answer.flags
    assert flag.value == pytest.approx(block()[2].mean() / 1000, rel=1e-5)
    assert flag.level is Level.LOOK
    assert "高信号" in flag.chinese


def test_the_mean_of_slices_is_another_number(tmp_path):
    (flag,) = run(tmp_path, {**CLASSIFIES, "over-slices": "mean"}, brightness_network()).flags
    assert flag.value == pytest.approx(block().mean() / 1000, rel=1e-5)
    assert flag.level is Level.NONE


def test_a_network_that_is_unlike_its_card_is_refused(tmp_path):
    with pytest.raises(RunRefused) as refusal:
        run(tmp_path, {**SEGMENTS, "labels": "7 box | Box | 盒"}, threshold_network())
    assert refusal.value.error_code == "ai.output-unlike-card"


def test_a_series_that_is_no_volume_is_refused_with_its_reason(tmp_path):
    files = write_study(tmp_path / "study")
    with pytest.raises(RunRefused) as refusal:
        run(tmp_path, SEGMENTS, threshold_network(), study=files[:1])
    assert refusal.value.error_code.startswith("dicom.")


def test_what_is_no_network_is_a_broken_pack(tmp_path):
    with pytest.raises(PackBroken):
        session(tmp_path, SEGMENTS, b"not a network")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("task", "dreaming"),
        ("axes", "SPX"),
        ("axes", "SIL"),
        ("axes", "SP"),
        ("spacing-mm", "1 1"),
        ("spacing-mm", "1 1 0"),
        ("shape", "1.5 2 2"),
        ("values", "window 5 5"),
        ("values", "bright"),
        ("activation", "relu"),
        ("labels", "box | Box | 盒"),
        ("labels", "1 box | Box | 盒; 2 box | Box | 盒"),
        ("measures", "lid=brain-volume"),
        ("measures", "box=brain-girth"),
        ("window", "4 4"),
        ("overlap", "1"),
        ("dimensions", "4"),
        ("map", "lid"),
        ("colour", "blue"),
    ],
)
def test_a_setting_that_cannot_be_followed_is_a_fault(key, value):
    with pytest.raises(PackBroken):
        network_settings(card_for("net", runtime="command", settings={**SEGMENTS, key: value}))


@pytest.mark.parametrize("key", ["task", "axes", "spacing-mm", "shape", "values", "activation"])
def test_a_setting_that_is_missing_is_a_fault(key):
    given = {name: value for name, value in SEGMENTS.items() if name != key}
    with pytest.raises(PackBroken):
        network_settings(card_for("net", runtime="command", settings=given))


def settings_of(**change):
    return network_settings(card_for("net", runtime="command", settings={**SEGMENTS, **change}))


@settings(max_examples=40, deadline=None)
@given(
    st.permutations(range(3)),
    st.tuples(*[st.sampled_from([1.0, -1.0])] * 3),
    st.permutations(["LR", "PA", "SI"]),
    st.tuples(*[st.integers(0, 1)] * 3),
)
def test_native_voxels_are_only_put_in_another_order(order, signs, letters, ends):
    """Law: the same numbers, each where it was in the child."""
    directions = np.eye(3)[:, list(order)] * np.array(signs)
    grid = Grid.of(
        (2, 3, 4), spacing_mm=(1.0, 2.0, 3.0), origin_mm=(5.0, 6.0, 7.0), directions=directions
    )
    array = np.arange(24, dtype=np.float32).reshape(grid.shape)
    axes = "".join(pair[end] for pair, end in zip(letters, ends, strict=True))
    seen = network_volume(Volume(array, grid), settings_of(axes=axes), silent)
    assert sorted(seen.array.ravel()) == sorted(array.ravel())
    k, j, i = np.unravel_index(np.arange(24), seen.grid.shape)
    there = grid.to_index(seen.grid.to_lps(np.stack([i, j, k], axis=1))).round().astype(int)
    assert (seen.array[k, j, i] == array[there[:, 2], there[:, 1], there[:, 0]]).all()
    step = seen.grid.directions[:, 2]
    wanted = {"L": (0, 1), "R": (0, -1), "P": (1, 1), "A": (1, -1), "S": (2, 1), "I": (2, -1)}
    axis, sign = wanted[axes[0]]
    assert step[axis] == pytest.approx(sign)


def test_a_conformed_grid_holds_the_whole_image(tmp_path):
    grid = read_volume(write_study(tmp_path)).volume.grid
    found = network_grid(grid, settings_of(**{"spacing-mm": "1 1 1"}))
    corners = found.to_index(grid.corners())
    assert corners.min() >= -0.5
    assert (corners.max(axis=0) <= np.array(found.shape[::-1]) - 0.5).all()
    assert np.allclose(found.affine[:3, :3], np.eye(3))


def test_scaling_by_hand():
    values = np.array([0.0, 2.0, 4.0], np.float32)
    assert scaled(values, settings_of(values="z-score")) == pytest.approx(
        [-1.2247449, 0, 1.2247449]
    )
    assert scaled(values, settings_of(values="z-score-nonzero")) == pytest.approx([0, -1, 1])
    assert scaled(values, settings_of(values="percentiles 25 75")) == pytest.approx([0, 0.5, 1])
    assert scaled(values, settings_of(values="none")).tolist() == [0, 2, 4]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 5), st.floats(0, 0.9))
def test_windows_of_a_pointwise_network_are_the_whole(rows, columns, side, overlap):
    """Law: what looks at one voxel at a time does not see the windows."""
    tensor = np.random.default_rng(rows).random((1, rows, columns)).astype(np.float32)
    found = forward_all(
        lambda seen: seen * 2 + 1,
        tensor,
        window=(side, side),
        overlap=overlap,
        multiple_of=1,
        progress=silent,
    )
    assert found == pytest.approx(tensor * 2 + 1, rel=1e-5)


def test_activations_by_hand():
    said = np.array([[2.0], [0.0], [-200.0]], np.float32)
    assert activated(said, Activation.SIGMOID).ravel() == pytest.approx([0.880797, 0.5, 0])
    assert activated(said, Activation.SOFTMAX).ravel() == pytest.approx([0.880797, 0.119203, 0])
    assert activated(said, Activation.NONE) is said


def test_the_largest_part_is_kept():
    mask = np.zeros((1, 1, 7), bool)
    mask[0, 0, [0, 2, 3, 5, 6]] = True
    assert np.flatnonzero(largest_part(mask)).tolist() == [2, 3]
