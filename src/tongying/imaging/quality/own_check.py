"""Checks by our own registration, from starts away from the alignment under test.

They are sharper than those of `check`, above all on noisy uptake, but see with the same eyes as the
registration that they check; hence both kinds are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.spatial.transform import Rotation

from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.quality.check import Check
from tongying.imaging.registration.motion import RigidMotion
from tongying.imaging.registration.prepare import Prepared, prepare
from tongying.imaging.registration.result import RegistrationRefused
from tongying.imaging.registration.stages import Bar, Both
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Volume

STAGE = "error"


@dataclass(frozen=True, slots=True, eq=False)
class OwnChecks:
    """Both images made ready once, for several checks.

    Attributes
    ----------
    fixed, moving : Prepared
    claimed : MatrixTransform
        The alignment under test, fixed to moving points.
    """

    fixed: Prepared
    moving: Prepared
    claimed: MatrixTransform

    @classmethod
    def of(cls, fixed: Volume, moving: Volume, claimed: MatrixTransform) -> OwnChecks | None:
        """Make two images ready; None if our registration refuses one of them.

        Parameters
        ----------
        fixed, moving : Volume
        claimed : MatrixTransform
        """
        try:
            return cls(prepare(fixed), prepare(moving), claimed)
        except RegistrationRefused:
            return None

    def from_start(
        self,
        random: np.random.Generator,
        *,
        away: tuple[float, float],
        swapped: bool = False,
        progress: Progress = silent,
    ) -> Check | None:
        """Register from a start away from the alignment under test; None if it cannot.

        Parameters
        ----------
        random : numpy.random.Generator
            For the start and the samples.
        away : tuple of float
            Millimetres and degrees.
        swapped : bool
            Register in the other direction; the answer is still given in this one.
        progress : Progress
            Is told how far this check has come.
        """
        along = random.standard_normal(3)
        about = random.standard_normal(3)
        turn = Rotation.from_rotvec(about * np.radians(away[1]) / np.linalg.norm(about))
        shift = along * away[0] / np.linalg.norm(along)
        nudge = MatrixTransform.rigid(turn.as_matrix(), shift, self.fixed.mass_mm)
        seed = int(random.integers(1, 2**31 - 1))
        begin = self.claimed.after(nudge)
        if swapped:
            both = Both(self.moving, self.fixed, seed)
            start = begin.inverse().matrix
        else:
            both = Both(self.fixed, self.moving, seed)
            start = begin.matrix
        still = both.fixed
        family = partial(RigidMotion, centre_mm=still.mass_mm, radius_mm=still.radius_mm)
        try:
            near = both.coarse(start, family, Bar(progress, STAGE, (0.0, 0.4)))
            ends, _, nats = both.fine(near, family, 1, Share(progress, 0.4, 1.0))
        except RegistrationRefused:
            return None
        # It moves rigidly from the claimed alignment, whose scales and shears (if any) stay.
        found = MatrixTransform(ends[0])
        found = found.inverse() if swapped else found
        return Check(self.claimed.inverse().after(found), nats)
