"""The conformed head: its grid as FreeSurfer's, values and places kept, labels brought back."""

import nibabel as nib
import numpy as np
import pytest
from brain_made import HEAD
from hypothesis import given
from hypothesis import strategies as st

from tongying.ai.brain.conform import (
    HeadRefused,
    conform,
    conformed_grid,
    labels_on,
    network_image,
)
from tongying.dicom.volumes.reading import read_volume
from tongying.imaging.grid import Grid
from tongying.imaging.turned import Turned
from tongying.imaging.volume import Quantity, Volume

SAGITTAL = np.array([[0, 0, 1], [1, 0, 0], [0, -1, 0]], float)


def test_axes_and_middle():
    grid = Grid.of((20, 30, 40), spacing_mm=(2, 3, 4), origin_mm=(5, 6, 7), directions=SAGITTAL)
    conformed = conformed_grid(grid)
    assert conformed.shape == (256, 256, 256) and conformed.spacing_mm.tolist() == [1, 1, 1]
    np.testing.assert_allclose(conformed.to_lps([[128] * 3]), grid.to_lps([[20, 15, 10]]))
    # i to the left, j down, k to the front (LPS).
    steps = conformed.directions.T
    assert steps.tolist() == [[1, 0, 0], [0, 0, -1], [0, -1, 0]]


@pytest.mark.skipif(not HEAD.is_dir(), reason="the shared head is not here")
def test_grid_is_the_one_that_brainchop_gave():
    volume = read_volume(sorted((HEAD / "dicom").glob("*.dcm"))).volume
    given_by = nib.load(HEAD / "model_outputs" / "sag3y_subcortical.nii.gz")
    ours = np.diag([-1.0, -1, 1, 1]) @ conformed_grid(volume.grid).affine
    np.testing.assert_allclose(ours, given_by.affine, atol=1e-3)


def test_a_bright_block_stays_where_it_is():
    grid = Grid.of((40, 50, 60), spacing_mm=(1, 1, 2), origin_mm=(0, 0, 0), directions=SAGITTAL)
    array = np.zeros(grid.shape, np.float32)
    array[10:20, 20:30, 30:45] = 100
    conformed = conform(Volume(array, grid, Quantity.SIGNAL, "MR"))
    weight = conformed.array.astype(float)
    total = weight.sum() * conformed.grid.voxel_mm3
    assert total == pytest.approx(array.sum() * grid.voxel_mm3, rel=0.02)
    places = [np.average(np.indices(weight.shape)[2 - axis], weights=weight) for axis in range(3)]
    np.testing.assert_allclose(
        conformed.grid.to_lps([places])[0], grid.to_lps([[37, 24.5, 14.5]])[0], atol=0.3
    )


def test_brightness_between_the_quantiles():
    array = np.arange(1000, dtype=np.float32).reshape(10, 10, 10)
    volume = Volume(array, Grid.of((10, 10, 10), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0)))
    image = network_image(volume)
    assert image.min() == 0 and image.max() == 1
    low, high = np.quantile(array, (0.02, 0.98))
    expected = ((array.transpose(2, 1, 0) - low) / (high - low)).clip(0, 1)
    np.testing.assert_allclose(image, expected, atol=1e-5)
    flat = Volume(np.zeros((10, 10, 10), np.float32), volume.grid)
    with pytest.raises(HeadRefused):
        network_image(flat)


def test_labels_return_to_the_series():
    grid = Grid.of(
        (30, 40, 50), spacing_mm=(1.2, 1.2, 1.5), origin_mm=(3, 2, 1), directions=SAGITTAL
    )
    conformed = conformed_grid(grid)
    labels = np.zeros(conformed.shape, np.uint8)
    labels[120:136, 118:134, 122:130] = 7
    back = labels_on(labels, conformed, grid)
    assert back.shape == grid.shape and set(np.unique(back)) == {0, 7}
    volume = (back == 7).sum() * grid.voxel_mm3
    assert volume == pytest.approx(16 * 16 * 8, rel=0.1)


@given(
    order=st.permutations([0, 1, 2]),
    signs=st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3),
)
def test_turning_and_back_is_nothing(order, signs):
    axes = np.eye(3)[:, order] * signs
    grid = Grid.of((3, 4, 5), spacing_mm=(1, 2, 3), origin_mm=(9, 8, 7), directions=axes)
    array = np.arange(60).reshape(grid.shape)
    turned = Turned(grid)
    ras = turned.to_ras(array)
    assert (turned.back(ras) == array).all()
    # A voxel found by its place is the voxel found by its index.
    affine = turned.affine()
    assert (np.diag(affine[:3, :3]) > 0).all()
    at = affine @ [1, 2, 1, 1] if min(ras.shape) > 2 else affine @ [1, 1, 1, 1]
    i, j, k = np.rint(grid.to_index([np.diag([-1, -1, 1]) @ at[:3]])[0]).astype(int)
    at_ras = np.rint(np.linalg.inv(affine) @ at).astype(int)
    assert array[k, j, i] == ras[tuple(at_ras[:3])]
