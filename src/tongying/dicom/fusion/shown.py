"""In which values an image of a fused pair is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tongying.dicom.fusion.inputs import FusionInput
from tongying.dicom.nuclear import nuclear_meaning
from tongying.dicom.suv import suv_factors, to_suv
from tongying.dicom.suv_refusals import SuvRefused
from tongying.imaging.suv import SuvKind
from tongying.imaging.volume import Volume
from tongying.kernel.caveat import Caveat

NUCLEAR: Final = ("PT", "NM")
_SUVS: Final = (SuvKind.BODY_WEIGHT, SuvKind.BODY_SURFACE, SuvKind.LEAN_JANMAHASATIAN)
"""Shown side by side: in children uptake by body weight depends on the weight."""
SAME_WEIGHT: Final = 0.02
"""Relative difference below which case and image speak of the same weighing (rounding)."""
OTHER_WEIGHT = Caveat(
    "fusion.other-weight",
    "The case gives another weight than the image's header; uptake was computed with the header's.",
)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The child's weight as the case knows it.

    Attributes
    ----------
    weight_kg : float
    on : date
    """

    weight_kg: float
    on: date

    @classmethod
    def of(cls, job: Mapping[str, Any]) -> Weighing | None:
        """Return it from a job's ``weight_kg`` and ``weighed_on``; None unless both are known."""
        if job.get("weight_kg") is None or not job.get("weighed_on"):
            return None
        return cls(float(job["weight_kg"]), date.fromisoformat(job["weighed_on"]))


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """An image in every value it allows.

    Attributes
    ----------
    volumes : tuple of (str, Volume)
        Named by modality; PET in each uptake value that its header allows, the one by body weight
        first, or in its own unit.
    caveats : tuple of Caveat
        Why an uptake value is missing, what counts mean, whether the weight is another.
    """

    volumes: tuple[tuple[str, Volume], ...]
    caveats: tuple[Caveat, ...] = ()

    @classmethod
    def of(cls, image: FusionInput, weighing: Weighing | None) -> Shown:
        """Return how an image is measured.

        Parameters
        ----------
        image : FusionInput
        weighing : Weighing or None
        """
        volume = image.volume
        template = image.source.template
        if volume.modality not in NUCLEAR or not image.is_dicom:
            return cls(((volume.modality or "image", volume),))
        meaning = nuclear_meaning(template).caveats
        if volume.modality == "NM":
            return cls((("NM", volume),), meaning)
        caveats: list[Caveat] = []
        weighed_on = _weighed_on(template.get("PatientWeight"), weighing, caveats)
        found: list[tuple[str, Volume]] = []
        factors = suv_factors(template, weighed_on=weighed_on)
        for kind in _SUVS:
            factor = factors[kind]
            if isinstance(factor, SuvRefused):
                caveats.append(Caveat(factor.error_code, factor.sentence))
                continue
            found.append(("PET", to_suv(image.source, kind, weighed_on=weighed_on)))
        if not found:
            return cls((("PET", volume),), (*caveats, *meaning))
        return cls(tuple(found), tuple(caveats))


def _weighed_on(written: Any, weighing: Weighing | None, caveats: list[Caveat]) -> date | None:
    """Return when the header's weight was taken, if the case speaks of the same weight."""
    if weighing is None or not written:
        return None
    if abs(float(written) - weighing.weight_kg) > SAME_WEIGHT * weighing.weight_kg:
        caveats.append(OTHER_WEIGHT)
        return None
    return weighing.on
