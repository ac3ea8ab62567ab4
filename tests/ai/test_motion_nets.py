"""Motion made by code in real coronal slices moves both figures the right way."""

import numpy as np
import pytest
from brain_made import HEAD

from tongying.ai.answer import Level
from tongying.ai.backends.motion_nets import MotionGrade, MotionSphere
from tongying.ai.backends.protocol import Request, RunRefused, SeriesInput
from tongying.ai.brain import motion
from tongying.dicom.acquisition.facts import ChildFacts, StudyFacts
from tongying.dicom.volumes.reading import read_volume
from tongying.imaging.grid import Grid
from tongying.imaging.progress import silent
from tongying.imaging.volume import Volume

REQUEST = Request(StudyFacts("1", None, ChildFacts(), ()), (SeriesInput("1.2", ()),))
AXES = np.array([[0, 0, 1], [1, 0, 0], [0, -1, 0]], float)


def moved(image, jumps, voxels, rng):
    """Shift along the first axis, anew after each of some lines of k-space."""
    shifts = np.zeros(image.shape[1])
    for _ in range(jumps):
        shifts[rng.integers(0, image.shape[1]) :] += rng.normal(0, voxels)
    turns = np.fft.fftfreq(image.shape[0])[:, None] * shifts[None]
    return np.abs(np.fft.ifft2(np.fft.fft2(image) * np.exp(-2j * np.pi * turns))).astype(np.float32)


def test_slices_are_coronal_to_the_right_and_up():
    grid = Grid.of((30, 40, 50), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0), directions=AXES)
    k, j, i = np.indices(grid.shape)
    lps = grid.to_lps(np.stack([i, j, k], -1).reshape(-1, 3)).reshape(*grid.shape, 3)
    for axis, sign in ((0, -1), (2, 1)):
        one = motion.coronal_slices(Volume(sign * lps[..., axis], grid))[0]
        step = np.diff(one, axis=0 if axis == 0 else 1)
        assert (step > 0).all() and step.min() == pytest.approx(1)
    assert len(motion.coronal_slices(Volume(lps[..., 0], grid))) == motion.SLICES


def test_nothing_to_see_is_refused():
    grid = Grid.of((9, 9, 9), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0))
    with pytest.raises(RunRefused):
        motion.coronal_slices(Volume(np.zeros((9, 9, 9)), grid))
    with pytest.raises(RunRefused):
        motion.grade(REQUEST, None, silent)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.skipif(not HEAD.is_dir(), reason="the shared head is not here")
def test_made_motion_is_flagged_and_the_sharp_child_is_not(monkeypatch):
    pytest.importorskip("torch", reason="torch is an optional extra")
    source = read_volume(sorted((HEAD / "dicom").glob("*.dcm")))
    rng = np.random.default_rng(1)
    sharp = motion.coronal_slices(source.volume)[::3]
    network, sphere = MotionGrade.load(2), MotionSphere.load(2)
    grades, scores = [], []
    for jumps, voxels in ((0, 0.0), (6, 1.0), (16, 2.0)):
        seen = [moved(one, jumps, voxels, rng) for one in sharp]
        grades.append(np.mean([network.grade(one) for one in seen]))
        scores.append(np.mean([sphere.score(np.rot90(one)) for one in seen]))
    assert grades[0] < motion.GRADE_LOOK <= grades[1] <= grades[2]
    assert scores[0] > 0.8 and max(scores[1:]) < motion.SHARP_LOOK
    monkeypatch.setattr(motion, "SLICES", 3)
    answer = motion.sphere(REQUEST, source, silent)
    assert [(one.kind, one.level) for one in answer.flags] == [("motion", Level.NONE)]
