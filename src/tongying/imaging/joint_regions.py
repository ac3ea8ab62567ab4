"""One contour, every modality's value.

A region drawn on one image is carried to the voxels of every other; what each image may say
follows from what its numbers mean. Values are refused where the registration is worse than half
the region's short axis: the image may then be looked at, not measured.

References
----------
Boellaard R et al. EANM guideline 2.0, 2015 (SUV); Wahl RL et al. PERCIST, 2009 (peak). Partial
volume: Soret M, Bacharach SL, Buvat I. J Nucl Med 2007;48:932-45 (below 2 to 3 times the FWHM).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from tongying.imaging.coverage import Coverage, cover
from tongying.imaging.progress import Progress, silent
from tongying.imaging.quality.verdict import may_quantify
from tongying.imaging.region import Region
from tongying.imaging.transform import Transform
from tongying.imaging.uptake import (
    FIXED_2_5,
    FIXED_4_0,
    OF_MAXIMUM_41,
    Sampled,
    Threshold,
    peak,
)
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

FEW_VOXELS: Final = 10.0
"""Fewer voxels make no stable mean (needs sign-off)."""
PARTIAL_VOLUME_FWHM: Final = 3.0
"""Below three times the FWHM a region loses activity (Soret 2007)."""
STRONG_PARTIAL_VOLUME_FWHM: Final = 2.0
UNKNOWN_FWHM_SMALL_MM: Final = 20.0
"""Three times the 6 to 7 mm of clinical PET, if nobody stated its resolution (needs sign-off)."""
INSIDE_ENOUGH: Final = 0.99
SUV_QUANTITIES: Final = frozenset(
    {
        Quantity.SUV_BW,
        Quantity.SUV_LBM_JANMAHASATIAN,
        Quantity.SUV_LBM_JAMES,
        Quantity.SUV_BSA,
    }
)
_EMISSION: Final = SUV_QUANTITIES | {Quantity.BQML, Quantity.COUNTS}
_THRESHOLDS: Final = (OF_MAXIMUM_41, FIXED_2_5, FIXED_4_0)
_UNIT: Final = {
    Quantity.HU: "HU",
    Quantity.BQML: "Bq/ml",
    Quantity.ADC: "10⁻⁶ mm²/s",
    Quantity.SUV_BW: "g/ml",
    Quantity.SUV_LBM_JANMAHASATIAN: "g/ml",
    Quantity.SUV_LBM_JAMES: "g/ml",
    Quantity.SUV_BSA: "cm²/ml",
}
PEAK_METHOD: Final = "1 cm³ sphere, highest mean, centred on a voxel of the region (PERCIST)"
MEAN_METHOD: Final = "voxels weighted by their share in the region"
MAX_METHOD: Final = "voxels at least half inside the region"


class JointRegionRefused(BadInput):
    """The regions and images cannot be measured together."""

    code: ClassVar[str] = "imaging.joint-region"


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """An image in which a region is measured.

    Attributes
    ----------
    name : str
        Such as ``"PET"``; shown in the table.
    volume : Volume
    to_region : Transform
        From points of this image to points of the image the region was drawn on.
    error_mm : float or None
        Estimated error of that transform; None only where the region was drawn on this image.
    fwhm_mm : float or None
        The image's resolution, if somebody stated it.
    """

    name: str
    volume: Volume
    to_region: Transform
    error_mm: float | None
    fwhm_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A value of a region in one image.

    Attributes
    ----------
    name : str
        Stable: ``"max"``, ``"peak"``, ``"mean"``, ``"sd"``, ``"median"``, ``"p10"``, ``"p90"``,
        ``"active-volume-41%"``, ``"active-total-41%"``, ``"ratio"`` and so on.
    value : float
    unit : str
    method : str
        How it is defined, with its source.
    """

    name: str
    value: float
    unit: str
    method: str


@dataclass(frozen=True, slots=True)
class JointRow:
    """A region in one image.

    Attributes
    ----------
    region, layer : str
        Their names.
    modality : str
    quantity : Quantity
    values : tuple of Measured
        Empty where they are refused or the image may not say any.
    volume_ml : float
        As drawn.
    short_axis_mm : float
    voxels : float
        Of this image, parts counted as parts.
    inside : float
        Share of the region inside this image, 0 to 1.
    error_mm : float or None
    refused : Caveat or None
        Why there are no values.
    caveats : tuple of Caveat
    """

    region: str
    layer: str
    modality: str
    quantity: Quantity
    values: tuple[Measured, ...]
    volume_ml: float
    short_axis_mm: float
    voxels: float
    inside: float
    error_mm: float | None
    refused: Caveat | None
    caveats: tuple[Caveat, ...]

    def value(self, name: str) -> float | None:
        """Return a value by its name; None if the row has none such."""
        return next((one.value for one in self.values if one.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON."""
        return {
            "region": self.region,
            "layer": self.layer,
            "modality": self.modality,
            "quantity": self.quantity.value,
            "values": [
                {"name": one.name, "value": one.value, "unit": one.unit, "method": one.method}
                for one in self.values
            ],
            "volume_ml": self.volume_ml,
            "short_axis_mm": self.short_axis_mm,
            "voxels": self.voxels,
            "inside": self.inside,
            "error_mm": self.error_mm,
            "refused": self.refused.as_json() if self.refused else None,
            "caveats": [caveat.as_json() for caveat in self.caveats],
        }


def joint_rows(
    regions: Sequence[Region],
    layers: Sequence[Layer],
    *,
    reference: Region | None = None,
    progress: Progress = silent,
) -> tuple[JointRow, ...]:
    """Return every region's values in every image, region by region.

    Parameters
    ----------
    regions : sequence of Region
        All drawn on the same image, or on images with the same coordinates.
    layers : sequence of Layer
    reference : Region or None
        Such as liver or muscle: images of counts give the ratio of the means to it.
    progress : Progress

    Raises
    ------
    JointRegionRefused
        If there is no region or no image.
    """
    if not regions or not layers:
        raise JointRegionRefused("Measuring together needs at least one region and one image.")
    rows = []
    total = len(regions) * len(layers)
    for region in regions:
        short_axis_mm = region.short_axis_mm()
        for layer in layers:
            rows.append(_row(region, layer, reference, short_axis_mm))
            progress(len(rows) / total, "joint-regions")
    return tuple(rows)


def _row(region: Region, layer: Layer, reference: Region | None, short_axis_mm: float) -> JointRow:
    volume = layer.volume
    coverage = cover(region, volume.grid, layer.to_region)
    sampled = Sampled.of(volume, coverage)
    refused = _refusal(layer, sampled, short_axis_mm)
    values: tuple[Measured, ...] = ()
    if refused is None:
        values = _values(layer, coverage, sampled, reference)
    return JointRow(
        region=region.name,
        layer=layer.name,
        modality=volume.modality,
        quantity=volume.quantity,
        values=values,
        volume_ml=region.volume_ml,
        short_axis_mm=short_axis_mm,
        voxels=sampled.voxels,
        inside=coverage.inside,
        error_mm=layer.error_mm,
        refused=refused,
        caveats=_caveats(layer, coverage, sampled, short_axis_mm, values),
    )


def _refusal(layer: Layer, sampled: Sampled, short_axis_mm: float) -> Caveat | None:
    if not may_quantify(layer.error_mm, short_axis_mm):
        return _ERROR_TOO_LARGE
    if not len(sampled.values):
        return _OUTSIDE
    return None


def _values(
    layer: Layer, coverage: Coverage, sampled: Sampled, reference: Region | None
) -> tuple[Measured, ...]:
    quantity = layer.volume.quantity
    if quantity is Quantity.COUNTS:
        return _ratio(layer, sampled, reference)
    if quantity is Quantity.LABEL:
        return ()
    unit = _UNIT.get(quantity, "a.u.")
    if quantity in SUV_QUANTITIES or quantity is Quantity.BQML:
        return _uptake(layer, coverage, sampled, unit)
    mean = Measured("mean", sampled.mean(), unit, MEAN_METHOD)
    shown = [mean]
    if quantity is Quantity.ADC:
        shown += [_quantile(sampled, "median", 0.5, unit), _quantile(sampled, "p10", 0.1, unit)]
    else:
        shown.append(Measured("sd", sampled.deviation(), unit, MEAN_METHOD))
        shown += [_quantile(sampled, "p10", 0.1, unit), _quantile(sampled, "p90", 0.9, unit)]
    return tuple(shown)


def _uptake(layer: Layer, coverage: Coverage, sampled: Sampled, unit: str) -> tuple[Measured, ...]:
    shown = [Measured("max", sampled.maximum(), unit, MAX_METHOD)]
    highest = peak(layer.volume, coverage)
    if highest is not None:
        shown.append(Measured("peak", highest, unit, PEAK_METHOD))
    shown.append(Measured("mean", sampled.mean(), unit, MEAN_METHOD))
    # Fixed thresholds were published for SUVbw alone.
    fixed_apply = layer.volume.quantity is Quantity.SUV_BW
    for threshold in _THRESHOLDS if fixed_apply else (OF_MAXIMUM_41,):
        shown += _active(layer, sampled, threshold, unit)
    return tuple(shown)


def _active(
    layer: Layer, sampled: Sampled, threshold: Threshold, unit: str
) -> tuple[Measured, Measured]:
    voxels, mean = sampled.active(threshold)
    volume_ml = voxels * layer.volume.grid.voxel_mm3 / 1000.0
    relative = "of the region's maximum" if threshold.name.endswith("%") else unit
    method = f"voxels of the region from {threshold.name} {relative} on; {threshold.source}"
    return (
        Measured(f"active-volume-{threshold.name}", volume_ml, "ml", method),
        Measured(f"active-total-{threshold.name}", volume_ml * mean, _total_unit(unit), method),
    )


def _total_unit(unit: str) -> str:
    """Return what a mean times a volume in ml is measured in: g/ml times ml is g."""
    return unit.removesuffix("/ml") if unit.endswith("/ml") else f"{unit}·ml"


def _ratio(layer: Layer, sampled: Sampled, reference: Region | None) -> tuple[Measured, ...]:
    if reference is None:
        return ()
    if not may_quantify(layer.error_mm, reference.short_axis_mm()):
        return ()
    beside = Sampled.of(layer.volume, cover(reference, layer.volume.grid, layer.to_region))
    if not len(beside.values) or beside.mean() <= 0:
        return ()
    method = f"mean counts of the region by those of {reference.name}, same image"
    return (Measured("ratio", sampled.mean() / beside.mean(), "1", method),)


def _quantile(sampled: Sampled, name: str, share: float, unit: str) -> Measured:
    return Measured(name, sampled.quantile(share), unit, MEAN_METHOD)


def _caveats(
    layer: Layer,
    coverage: Coverage,
    sampled: Sampled,
    short_axis_mm: float,
    values: tuple[Measured, ...],
) -> tuple[Caveat, ...]:
    found = []
    quantity = layer.volume.quantity
    if 0 < coverage.inside < INSIDE_ENOUGH:
        found.append(_PARTLY_OUTSIDE)
    if 0 < sampled.voxels < FEW_VOXELS:
        found.append(_FEW)
    if quantity in _EMISSION:
        found += _blur(layer.fwhm_mm, short_axis_mm)
    if quantity in SUV_QUANTITIES and values and not any(one.name == "peak" for one in values):
        found.append(_NO_PEAK)
    if quantity is Quantity.COUNTS:
        found.append(_COUNTS)
        if not values:
            found.append(_NO_REFERENCE)
    if quantity in (Quantity.SIGNAL, Quantity.UNKNOWN):
        found.append(_ARBITRARY)
    return (*found, *layer.volume.caveats)


def _blur(fwhm_mm: float | None, short_axis_mm: float) -> list[Caveat]:
    if fwhm_mm is None:
        return [_BLUR_UNKNOWN] if short_axis_mm < UNKNOWN_FWHM_SMALL_MM else []
    if short_axis_mm < STRONG_PARTIAL_VOLUME_FWHM * fwhm_mm:
        return [_BLUR_STRONG]
    return [_BLUR] if short_axis_mm < PARTIAL_VOLUME_FWHM * fwhm_mm else []


_ERROR_TOO_LARGE: Final = Caveat(
    "joint.error-above-half-short-axis",
    "The error of the fusion is larger than half the region's short axis; look, do not measure.",
)
_OUTSIDE: Final = Caveat("joint.outside", "The region lies outside this image.")
_PARTLY_OUTSIDE: Final = Caveat(
    "joint.partly-outside", "A part of the region lies outside this image."
)
_FEW: Final = Caveat(
    "joint.few-voxels", "The region has fewer than 10 voxels of this image; its mean is not stable."
)
_BLUR: Final = Caveat(
    "joint.partial-volume",
    "The region is smaller than three times the image's resolution; its uptake is underestimated.",
)
_BLUR_STRONG: Final = Caveat(
    "joint.partial-volume-strong",
    "The region is smaller than twice the image's resolution; its uptake is much underestimated.",
)
_BLUR_UNKNOWN: Final = Caveat(
    "joint.resolution-unknown",
    "The region is small and the image's resolution was not stated; partial volume is not judged.",
)
_NO_PEAK: Final = Caveat("joint.no-peak", "No sphere of 1 cm³ fits into the measured image here.")
_COUNTS: Final = Caveat(
    "joint.counts",
    "Counts have no absolute unit; only ratios within this one image mean something.",
)
_NO_REFERENCE: Final = Caveat(
    "joint.no-reference", "Draw a reference region to get a ratio of counts."
)
_ARBITRARY: Final = Caveat(
    "joint.arbitrary-units",
    "Signal has arbitrary units; do not compare it between patients or scanners.",
)
