"""Volumes of stacks and masks, against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tongying.measure.masked import masked
from tongying.measure.numbers import NumbersRefused
from tongying.measure.recipe import MarksRefused
from tongying.measure.slices import mask_cm3, outlines_cm3, stack_cm3, touches_edge
from tongying.norms.measure import UnitMismatch
from tongying.norms.method import MeasuringMethod

STACKS = (
    # areas mm2, places mm, cm3
    ((100, 200, 100), (0, 5, 10), 2.0),
    ((100, 200, 100), (10, 0, 5), 2.0),  # in any order
    ((50, 50), (3, 6), 0.3),
    ((0, 400, 900, 400, 0), (-10, -5, 0, 5, 10), 8.5),
    ((1000,) * 10, tuple(range(10)), 10.0),
    ((78.5, 78.5), (0, 0.8), 0.1256),
)


@pytest.mark.parametrize("areas, places, by_hand", STACKS)
def test_a_stack_of_slices(areas, places, by_hand):
    assert stack_cm3(areas, places) == pytest.approx(by_hand)


def test_a_stack_of_outlines_counts_every_island():
    """20 x 30 mm and 10 x 10 mm in the first slice, 20 x 30 mm in the second; 4 mm apart."""

    def box(wide, high):
        return np.asarray([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=float)

    volume = outlines_cm3([[box(20, 30), box(10, 10)], [box(20, 30)]], [0, 4])
    assert volume == pytest.approx(5.2)


def test_a_ball_in_slices_has_a_balls_volume():
    """Radius 20 mm in slices of 1 mm: 4/3 pi 8000 = 33.5103 cm3."""
    places = np.arange(-19.5, 20, 1.0)
    areas = math.pi * (400 - places**2)
    assert stack_cm3(areas.tolist(), places.tolist()) == pytest.approx(33.5103, rel=0.001)


@pytest.mark.parametrize(
    "areas, places",
    [
        ((100,), (0,)),
        ((100, 100), (0,)),
        ((100, 100, 100), (0, 5, 15)),  # one is missing
        ((100, 100, 100), (0, 5, 5)),  # one is there twice
        ((100, -1), (0, 5)),
        ((100, math.nan), (0, 5)),
    ],
)
def test_stacks_with_a_hole_are_refused(areas, places):
    with pytest.raises(NumbersRefused):
        stack_cm3(areas, places)


MASKS = (
    # voxels marked, spacing mm, cm3
    ((10, 10, 10), (1.0, 1.0, 1.0), 1.0),
    ((5, 4, 2), (0.5, 0.5, 3.0), 0.03),
    ((1, 1, 1), (2.0, 2.0, 5.0), 0.02),
    ((20, 20, 5), (0.7, 0.7, 2.0), 1.96),
    ((8, 8, 8), (1.25, 1.25, 2.5), 2.0),
)


@pytest.mark.parametrize("shape, spacing, by_hand", MASKS)
def test_a_mask_counts_its_voxels(shape, spacing, by_hand):
    mask = np.zeros((30, 30, 30), dtype=bool)
    mask[3 : 3 + shape[0], 4 : 4 + shape[1], 5 : 5 + shape[2]] = True
    assert mask_cm3(mask, spacing) == pytest.approx(by_hand)
    assert not touches_edge(mask)
    assert mask_cm3(mask[::-1, :, ::-1], spacing) == pytest.approx(by_hand)
    turned_back = mask.transpose(2, 0, 1)
    assert mask_cm3(turned_back, (spacing[2], spacing[0], spacing[1])) == pytest.approx(by_hand)


def test_a_mask_at_the_edge_may_go_on_beyond():
    mask = np.zeros((4, 4, 4), dtype=bool)
    mask[1, 3, 1] = True
    assert touches_edge(mask)


@pytest.mark.parametrize(
    "mask, spacing",
    [
        (np.zeros((3, 3, 3), dtype=bool), (1.0, 1.0, 1.0)),
        (np.ones((3, 3), dtype=bool), (1.0, 1.0, 1.0)),
        (np.ones((3, 3, 3)), (1.0, 1.0, 1.0)),
        (np.ones((3, 3, 3), dtype=bool), (1.0, 0.0, 1.0)),
        (np.ones((3, 3, 3), dtype=bool), (1.0, math.nan, 1.0)),
    ],
)
def test_masks_that_are_none_are_refused(mask, spacing):
    with pytest.raises(NumbersRefused):
        mask_cm3(mask, spacing)


BY_TOOL = MeasuringMethod("model", "1", None, None)


def test_a_mask_becomes_a_measurement_with_its_tool_and_side():
    mask = np.zeros((30, 30, 30), dtype=bool)
    mask[5:25, 5:25, 5:25] = True
    told = masked("thyroid-lobe-volume", mask, (1.0, 1.0, 5.0), method=BY_TOOL, side="L")
    assert (told.value, told.unit, told.side, told.method) == (40.0, "cm3", "L", BY_TOOL)
    assert told.caveats == ()
    mask[0, 5, 5] = True
    told = masked("tumour-volume", mask, (1.0, 1.0, 5.0), method=BY_TOOL)
    assert told.value == pytest.approx(40.005)
    assert [one.code for one in told.caveats] == ["measure.mask-edge"]


def test_a_mask_of_what_is_no_volume_or_cannot_be_is_refused():
    mask = np.ones((10, 10, 10), dtype=bool)
    with pytest.raises(UnitMismatch):
        masked("tumour-long-diameter", mask, (1.0, 1.0, 1.0), method=BY_TOOL)
    with pytest.raises(MarksRefused, match="not possible"):
        masked("thyroid-lobe-volume", mask, (10.0, 10.0, 10.0), method=BY_TOOL)
