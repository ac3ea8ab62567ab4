"""What a fusion answers: to a program as JSON, to the web, to the SR."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tongying.imaging.fusion import Aligned
from tongying.kernel.caveat import Caveat

DISPLACEMENT = (
    "NIfTI vector field (LPS components, mm) on the fixed frame; moving point = fixed point +"
    " displacement at the fixed point, the affine part included"
)


@dataclass(frozen=True, slots=True)
class Output:
    """Something written.

    Attributes
    ----------
    kind : str
        ``registration``, ``resampled``, ``report``, ``displacement``, ``picture``, with
        ``-deformable`` or ``-rigid`` where both were made.
    path : str
        Folder or file.
    series_uid : str
        Empty for what is not DICOM.
    sop_uids : tuple of str
    """

    kind: str
    path: str
    series_uid: str = ""
    sop_uids: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return kind, path and identities."""
        return {
            "kind": self.kind,
            "path": self.path,
            "series_uid": self.series_uid,
            "sop_uids": list(self.sop_uids),
        }


@dataclass(frozen=True, slots=True)
class FusionReport:
    """The whole answer.

    Attributes
    ----------
    chosen : Aligned
    rigid : Aligned or None
        Beside a deformable result.
    half_voxel_mm : float
        TG-132's limit for this pair: half the longest voxel edge of the coarser image.
    displacement : str or None
        Path of the field as NIfTI.
    outputs : tuple of Output
    pictures : tuple of Output
    caveats : tuple of Caveat
        Of both images, their identity and the registration, each once.
    """

    chosen: Aligned
    rigid: Aligned | None
    half_voxel_mm: float
    displacement: str | None
    outputs: tuple[Output, ...]
    pictures: tuple[Output, ...]
    caveats: tuple[Caveat, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the answer as `tongying fuse --json` prints it."""
        answer = aligned_json(self.chosen)
        answer["half_voxel_mm"] = self.half_voxel_mm
        answer["displacement"] = self.displacement
        answer["displacement_convention"] = DISPLACEMENT if self.displacement else None
        answer["outputs"] = [one.as_json() for one in self.outputs]
        answer["pictures"] = [{"name": one.kind, "path": one.path} for one in self.pictures]
        answer["caveats"] = [caveat.as_json() for caveat in self.caveats]
        answer["rigid"] = aligned_json(self.rigid) if self.rigid else None
        return answer


def aligned_json(aligned: Aligned) -> dict[str, Any]:
    """Return method, verdict, error and matrix of one alignment."""
    estimate = aligned.estimate
    return {
        "method": aligned.registration.method.value,
        "verdict": aligned.judgement.verdict.value,
        "reasons": [
            {"code": reason.code, "sentence": reason.sentence}
            for reason in aligned.judgement.reasons
        ],
        "estimated_error_mm": _finite(estimate.estimated_mm),
        "matrix": aligned.registration.transform.matrix.tolist(),
        "start": aligned.registration.start,
        "quality": {
            name: _finite(value) if isinstance(value, float) else value
            for name, value in estimate.as_json().items()
        },
    }


def _finite(value: float) -> float | None:
    """Return a number that JSON can hold; what could not be estimated is null."""
    return value if math.isfinite(value) else None
