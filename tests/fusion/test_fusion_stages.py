"""What a fusion keeps on disk comes back as it was, and never from other inputs."""

from __future__ import annotations

import numpy as np

from tongying.dicom.fusion.stages import stages_in
from tongying.imaging.grid import Grid
from tongying.imaging.quality.estimate import ErrorEstimate, Jacobian
from tongying.imaging.registration.result import Method, Registration
from tongying.imaging.transform import DisplacementTransform, MatrixTransform
from tongying.kernel.caveat import Caveat

INPUTS = {"fixed": "a", "moving": "b", "method": "rigid"}
RIGID = Registration(
    MatrixTransform.translation((1.5, -2.0, 3.0)),
    Method.RIGID,
    0.25,
    (MatrixTransform.identity(), MatrixTransform.translation((1, 2, 3))),
    "geometry",
    (Caveat("a.b", "Something."),),
)
ESTIMATE = ErrorEstimate(
    1.25, 2.5, 0.1, None, 0.75, 40, 0.9, 0.25, 1000, Jacobian(0.5, 0.6, 1.4, 1.6, 0.0)
)


def test_a_registration_comes_back(tmp_path):
    stages_in(tmp_path, INPUTS).keep("rigid", RIGID)
    found = stages_in(tmp_path, INPUTS).find("rigid")
    assert isinstance(found, Registration)
    assert found.transform.matrix.tolist() == RIGID.transform.matrix.tolist()
    assert [one.matrix.tolist() for one in found.restarts] == [
        one.matrix.tolist() for one in RIGID.restarts
    ]
    assert (found.method, found.similarity, found.start, found.caveats) == (
        Method.RIGID,
        0.25,
        "geometry",
        RIGID.caveats,
    )


def test_a_deformation_comes_back(tmp_path):
    field = np.random.default_rng(1).standard_normal((3, 4, 5, 3)).astype(np.float32)
    grid = Grid.of((3, 4, 5), spacing_mm=(1.0, 2.0, 3.0), origin_mm=(-1.0, 0.5, 9.0))
    transform = DisplacementTransform(np.eye(4), field, grid)
    stages_in(tmp_path, INPUTS).keep("deformable", Registration(transform, Method.DEFORMABLE, 1.0))
    found = stages_in(tmp_path, INPUTS).find("deformable")
    assert isinstance(found, Registration)
    assert isinstance(found.transform, DisplacementTransform)
    assert (found.transform.displacement_mm == field).all()
    assert found.transform.grid.same_as(grid)


def test_an_estimate_comes_back(tmp_path):
    stages_in(tmp_path, INPUTS).keep("error-rigid", ESTIMATE)
    assert stages_in(tmp_path, INPUTS).find("error-rigid") == ESTIMATE


def test_other_inputs_begin_anew(tmp_path):
    stages_in(tmp_path, INPUTS).keep("rigid", RIGID)
    assert stages_in(tmp_path, {**INPUTS, "moving": "c"}).find("rigid") is None
    assert stages_in(tmp_path, INPUTS).find("rigid") is None


def test_a_stage_cut_off_while_it_was_written_is_not_there(tmp_path):
    stages_in(tmp_path, INPUTS)
    (tmp_path / ".rigid.json").write_text('{"matrix": [[1,')
    assert stages_in(tmp_path, INPUTS).find("rigid") is None
