"""Volumes with their method; what cannot be true is flagged and not told."""

import numpy as np
import pytest

from tongying.ai.answer import Level
from tongying.ai.backends.protocol import RunRefused
from tongying.ai.brain.answering import Labelled, answer_of, method_of
from tongying.ai.brain.regions import REGIONS, SUMS, LabelsUnknown, regions_of
from tongying.ai.brain.tissues import LABELS, tissues
from tongying.ai.brain.volumes import TOOLS_DIFFER, plausible, region_volumes_cm3, told_volumes
from tongying.imaging.grid import Grid
from tongying.norms.measure import measure_of

METHOD = method_of("brain-regions", "1.0.0")


def test_every_region_has_words_and_a_measure_in_cm3():
    for region in REGIONS.values():
        assert region.english and region.chinese and region.kind.value
        if region.measure:
            assert measure_of(region.measure).unit == "cm3"
    for measure, parts in SUMS.items():
        assert measure_of(measure).unit == "cm3" and set(parts) <= set(REGIONS)
    assert len({region.name for region in REGIONS.values()}) == len(REGIONS)


def test_unknown_labels_are_refused():
    for names in (("Unknown",), ("Thalamus", "Caudate"), ("Unknown", "Left-Thumb")):
        with pytest.raises(LabelsUnknown):
            regions_of(names)


def test_volumes_and_their_sums_by_hand():
    names = (
        "Unknown", "Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala",
        "Accumbens-area",
    )  # fmt: skip
    labels = np.repeat(np.arange(8, dtype=np.uint8), 10).reshape(2, 5, 8)
    found = region_volumes_cm3(labels, names, 500.0)
    assert found["deep-grey-matter-volume"] == 35.0
    assert found["thalamus-volume"] == found["hippocampi-volume"] == 5.0
    assert "ventricle-volume" not in found


def test_an_impossible_volume_is_not_told():
    values, flags = told_volumes({"intracranial-volume": 9000.0, "thalamus-volume": 16.6}, METHOD)
    assert [one.measure for one in values] == ["thalamus-volume"]
    assert [(one.kind, one.level) for one in flags] == [("volume-impossible", Level.LOOK)]
    assert "9000" in flags[0].english and "9000" in flags[0].chinese
    assert values[0].caveats == (TOOLS_DIFFER,)
    assert values[0].method.tool == "brain-regions" and values[0].method.version == "1.0.0"


def test_cut_off_and_scattered_masks_are_flagged():
    mask = np.zeros((12, 12, 12), bool)
    mask[3:9, 3:9, 3:9] = True
    assert plausible(mask) == ()
    cut = mask.copy()
    cut[0, 5, 5] = True
    assert {one.kind for one in plausible(cut)} == {"head-cut-off"}
    two = mask.copy()
    two[1:3, 1:4, 1:4] = True
    two[2] = False
    assert {one.kind for one in plausible(two)} == {"mask-scattered"}


def test_an_answer_has_masks_of_what_is_there():
    grid = Grid.of((8, 8, 8), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0))
    labels = np.zeros((8, 8, 8), np.uint8)
    labels[2:6, 2:6, 2:6] = 2
    names = ("Unknown", "Grey-Matter", "White-Matter")
    answer = answer_of(Labelled(names, "1.2", labels, grid, labels, 1000.0), METHOD)
    assert [one.name for one in answer.masks] == ["white-matter"]
    assert answer.masks[0].mask.sum() == 64
    told = {one.measure: one.value for one in answer.values}
    assert told["white-matter-volume"] == 64.0
    assert {one.kind for one in answer.flags} == {"volume-impossible"}


def test_tissues_of_a_made_brain():
    rng = np.random.default_rng(0)
    distance = np.linalg.norm(np.indices((40, 40, 40)) - 19.5, axis=0)
    truth = np.select([distance < 10, distance < 14, distance < 17], [3, 2, 1], 0)
    array = (np.array([0, 30, 80, 120])[truth] + rng.normal(0, 4, truth.shape)).astype(np.float32)
    found = tissues(array, truth > 0)
    for number in range(1, len(LABELS)):
        both = ((found == number) & (truth == number)).sum()
        assert 2 * both / ((found == number).sum() + (truth == number).sum()) > 0.97
    assert (found == tissues(array, truth > 0)).all()
    assert not found[truth == 0].any()


def test_tissues_need_a_brain_with_contrast():
    with pytest.raises(RunRefused):
        tissues(np.zeros((20, 20, 20)), np.ones((20, 20, 20), bool))
    with pytest.raises(RunRefused):
        tissues(np.random.default_rng(0).random((20, 20, 20)), np.zeros((20, 20, 20), bool))
