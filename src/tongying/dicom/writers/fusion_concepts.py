"""Concepts of a registration's quality that no standard has a code for, in our own scheme.

A code is never given another meaning; a new meaning gets a new code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from tongying.dicom.writers.derived import SCHEME
from tongying.imaging.quality.estimate import ErrorEstimate, Jacobian, Verdict
from tongying.imaging.registration.result import Method

NATS = Code("{nat}", "UCUM", "nats")
PROCEDURE = Code("FUS001", SCHEME, "Registration of two images and measurement of its error")
VERDICT = Code("FUS002", SCHEME, "Verdict on the registration")
VERDICTS: Final = {
    Verdict.GOOD: Code("FUS003", SCHEME, "Good: may be looked at and measured"),
    Verdict.LOOK: Code("FUS004", SCHEME, "Look: a person must check before anything is measured"),
    Verdict.REFUSE: Code("FUS005", SCHEME, "Refuse: not to be used"),
}
REASON = Code("FUS006", SCHEME, "Reason for the verdict")
METHODS: Final = {
    Method.AUTO: Code("FUS007", SCHEME, "Automatic choice"),
    Method.RIGID: Code("FUS008", SCHEME, "Rigid registration"),
    Method.AFFINE: Code("FUS009", SCHEME, "Affine registration"),
    Method.DEFORMABLE: Code("FUS010", SCHEME, "Deformable registration"),
    Method.FRAME_OF_REFERENCE: Code("FUS011", SCHEME, "Shared frame of reference, not moved"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A part of the measured error and its concept.

    Attributes
    ----------
    name, unit : Code
    of : callable
        Returns it from an estimate; None where it was not measured.
    """

    name: Code
    unit: Code
    of: Callable[[ErrorEstimate], float | None]


def _of_jacobian(
    part: Callable[[Jacobian], float],
) -> Callable[[ErrorEstimate], float | None]:
    def of(estimate: ErrorEstimate) -> float | None:
        return None if estimate.jacobian is None else part(estimate.jacobian)

    return of


_MM, _ONE = codes.UCUM.Millimeter, codes.UCUM.NoUnits
FIGURES: Final[tuple[Figure, ...]] = (
    Figure(Code("FUS020", SCHEME, "Estimated mean target error"), _MM, lambda e: e.estimated_mm),
    Figure(
        Code("FUS021", SCHEME, "Estimated 95th percentile of the target error"),
        _MM,
        lambda e: e.p95_mm,
    ),
    Figure(
        Code("FUS022", SCHEME, "Spread of the targets over restarts, root mean square"),
        _MM,
        lambda e: e.restart_spread_mm,
    ),
    Figure(
        Code("FUS023", SCHEME, "Inverse consistency, mean distance"),
        _MM,
        lambda e: e.inverse_consistency_mm,
    ),
    Figure(
        Code("FUS024", SCHEME, "Median shift that would make local blocks more alike"),
        _MM,
        lambda e: e.local_mm,
    ),
    Figure(Code("FUS025", SCHEME, "Local blocks measured"), _ONE, lambda e: e.local_blocks),
    Figure(
        Code("FUS026", SCHEME, "Share of the smaller body within the other image"),
        codes.UCUM.Ratio,
        lambda e: e.overlap,
    ),
    Figure(Code("FUS027", SCHEME, "Mutual information"), NATS, lambda e: e.similarity),
    Figure(Code("FUS028", SCHEME, "Targets of the estimate"), _ONE, lambda e: e.targets),
    Figure(
        Code("FUS029", SCHEME, "Smallest Jacobian determinant"),
        codes.UCUM.Ratio,
        _of_jacobian(lambda j: j.minimum),
    ),
    Figure(
        Code("FUS030", SCHEME, "1st percentile of the Jacobian determinant"),
        codes.UCUM.Ratio,
        _of_jacobian(lambda j: j.percentile_1),
    ),
    Figure(
        Code("FUS031", SCHEME, "99th percentile of the Jacobian determinant"),
        codes.UCUM.Ratio,
        _of_jacobian(lambda j: j.percentile_99),
    ),
    Figure(
        Code("FUS032", SCHEME, "Largest Jacobian determinant"),
        codes.UCUM.Ratio,
        _of_jacobian(lambda j: j.maximum),
    ),
    Figure(
        Code("FUS033", SCHEME, "Share of voxels where space is folded"),
        codes.UCUM.Ratio,
        _of_jacobian(lambda j: j.folded_fraction),
    ),
)
