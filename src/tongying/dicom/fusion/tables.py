"""Values measured on a fused pair: joint regions, partial volume, a target by uptake.

Both images are read anew as they were acquired; contours travel between them, intensities do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import ArrayLike
from pydicom import dcmread
from pydicom.sr.codedict import codes

from tongying.dicom.fusion.inputs import FusionInput, read_input
from tongying.dicom.fusion.outputs import Names, write_object
from tongying.dicom.fusion.shown import NUCLEAR, Shown, Weighing
from tongying.dicom.segmentation_reading import ReadSegmentation, read_segmentation
from tongying.dicom.writers.parametric_map import write_parametric_map
from tongying.dicom.writers.segmentation import Algorithm, Segment, write_segmentation
from tongying.imaging.inversion import fixed_points
from tongying.imaging.joint_regions import Layer, joint_rows
from tongying.imaging.nifti import read_displacement
from tongying.imaging.partial_volume import correct_partial_volume
from tongying.imaging.progress import Progress, Share
from tongying.imaging.quality.verdict import may_quantify
from tongying.imaging.region import Region
from tongying.imaging.target import carry_target, find_targets
from tongying.imaging.transform import MatrixTransform, Transform
from tongying.imaging.uptake import Threshold, ThresholdKind
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

JOINT, PARTIAL_VOLUME, TARGET = "joint", "partial-volume", "target"


class TableImpossible(BadInput):
    """The values cannot be computed from these images."""

    code: ClassVar[str] = "fusion.table-impossible"


@dataclass(frozen=True, slots=True, eq=False)
class Back:
    """The transform from moving points to fixed points.

    Attributes
    ----------
    forth : Transform
        Fixed to moving points.
    """

    forth: Transform

    @property
    def matrix(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The affine part, shape (4, 4)."""
        return MatrixTransform(self.forth.matrix).inverse().matrix

    def points(self, fixed: ArrayLike) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the fixed points, shape (n, 3), LPS mm, of moving points."""
        return fixed_points(self.forth, fixed)


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    fixed: FusionInput
    moving: FusionInput
    forth: Transform
    error_mm: float | None


def run_table(kind: str, job: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute values on a fused pair.

    Parameters
    ----------
    kind : str
        `JOINT`, `PARTIAL_VOLUME` or `TARGET`.
    job : mapping
        ``fixed``, ``moving`` (paths), ``matrix`` (4 by 4), ``displacement`` (path or None),
        ``estimated_error_mm``, ``segmentation`` (path or None), ``segment`` (number),
        ``reference_segment`` (number or None: what counts are set against), ``fwhm_mm`` (three
        numbers or None), ``weight_kg`` and ``weighed_on`` (of the case, or None), ``threshold``
        (``kind``, ``value``, or None), ``out`` (folder), ``seed``, ``written_at`` (ISO 8601 with
        time zone).
    progress : Progress

    Returns
    -------
    dict
        ``kind``, the values of that kind, ``caveats``, ``outputs``.

    Raises
    ------
    TableImpossible
        If what the kind needs is missing.
    SegmentationUnreadable
        If the contours cannot be read.
    JointRegionRefused, PartialVolumeRefused, TargetRefused
        If the computation is refused, with the reason.
    """
    compute = _KINDS.get(kind)
    if compute is None:
        raise TableImpossible("There is no such computation.")
    pair = _read(job, Share(progress, 0.0, 0.4))
    answer = compute(pair, job, Share(progress, 0.4, 1.0))
    return {"kind": kind, **answer}


def _read(job: Mapping[str, Any], progress: Progress) -> _Pair:
    fixed = read_input([Path(one) for one in job["fixed"]], Share(progress, 0.0, 0.5))
    moving = read_input([Path(one) for one in job["moving"]], Share(progress, 0.5, 1.0))
    forth: Transform = MatrixTransform(np.array(job["matrix"], dtype=np.float64))
    if job.get("displacement"):
        forth = read_displacement(Path(job["displacement"]))
    return _Pair(fixed, moving, forth, job.get("estimated_error_mm"))


def _joint(pair: _Pair, job: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    segmentation = _segmentation(job)
    on_fixed = _drawn_on_fixed(pair, segmentation)
    region = _region(segmentation, job["segment"])
    stay = MatrixTransform.identity()
    to_region: tuple[Transform, Transform] = (
        (stay, Back(pair.forth)) if on_fixed else (pair.forth, stay)
    )
    layers: list[Layer] = []
    caveats: list[Caveat] = []
    for image, transform, drawn in (
        (pair.fixed, to_region[0], on_fixed),
        (pair.moving, to_region[1], not on_fixed),
    ):
        error = None if drawn else pair.error_mm
        if not drawn and error is None:
            raise TableImpossible(
                "The error of this fusion could not be estimated; nothing is measured on it."
            )
        fwhm = max(job["fwhm_mm"]) if job.get("fwhm_mm") and _is_nuclear(image) else None
        shown = Shown.of(image, Weighing.of(job))
        caveats.extend(shown.caveats)
        for name, volume in shown.volumes:
            layers.append(Layer(name, volume, transform, error, fwhm))
    reference = _reference(segmentation, job)
    rows = joint_rows([region], layers, reference=reference, progress=progress)
    return {"rows": [row.as_json() for row in rows], "caveats": _json(caveats), "outputs": []}


def _partial_volume(pair: _Pair, job: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    if not job.get("fwhm_mm"):
        raise TableImpossible("State the resolution (FWHM) of the scanner in millimetres.")
    nuclear, to_fixed = _nuclear(pair)
    segmentation = _segmentation(job)
    on_fixed = _drawn_on_fixed(pair, segmentation)
    regions = [
        Region(one.label, one.mask, segmentation.grid)
        for one in segmentation.segments
        if one.mask.any()
    ]
    for region in regions:
        _check_error(pair, region)
    nuclear_is_fixed = nuclear is pair.fixed
    to_region: Transform = MatrixTransform.identity()
    if nuclear_is_fixed != on_fixed:
        to_region = pair.forth if nuclear_is_fixed else to_fixed
    shown = Shown.of(nuclear, Weighing.of(job))
    _, volume = shown.volumes[0]
    corrected = correct_partial_volume(
        volume, regions, to_region=to_region, fwhm_mm=tuple(job["fwhm_mm"]), progress=progress
    )
    rows = []
    for row in corrected.rows:
        stored = asdict(row)
        stored["meaning"] = row.meaning.as_json()
        stored["caveats"] = _json(row.caveats)
        rows.append(stored)
    outputs = []
    if nuclear.is_dicom and volume.quantity is not Quantity.UNKNOWN:
        whole = _on_grid(corrected.image, volume)
        made = write_parametric_map(
            whole,
            nuclear.source,
            what=f"{volume.quantity} iterative Yang",
            identity=_names(job).object("corrected"),
            written_at=_names(job).written_at,
        )
        outputs.append(write_object(made, _names(job), "corrected").as_json())
    return {
        "rows": rows,
        "unit": volume.quantity.value,
        "fwhm_mm": list(corrected.fwhm_mm),
        "condition": corrected.condition,
        "iterations": corrected.iterations,
        "caveats": _json([*shown.caveats, *corrected.caveats]),
        "outputs": outputs,
    }


def _target(pair: _Pair, job: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    asked = job.get("threshold")
    if not asked:
        raise TableImpossible("Choose how uptake is told from background.")
    nuclear, to_fixed = _nuclear(pair)
    anatomy = pair.moving if nuclear is pair.fixed else pair.fixed
    to_target = to_fixed if nuclear is pair.fixed else pair.forth
    shown = Shown.of(nuclear, Weighing.of(job))
    _, volume = shown.volumes[0]
    kind = ThresholdKind(asked["kind"])
    share = asked["value"] / 100.0 if kind is ThresholdKind.OF_MAXIMUM else asked["value"]
    threshold = Threshold(kind, share, "chosen by the reader")
    targets = find_targets(volume, threshold)
    rows, segments = [], []
    for place, target in enumerate(targets, start=1):
        row: dict[str, Any] = {
            "number": target.number,
            "maximum": target.maximum,
            "volume_ml": target.region.volume_ml,
            "short_axis_mm": target.region.short_axis_mm(),
            "carried_ml": None,
            "refused": None,
            "caveats": [],
        }
        try:
            carried = carry_target(
                target, anatomy.volume.grid, to_target=to_target, error_mm=pair.error_mm
            )
        except BadInput as refusal:
            row["refused"] = {"code": refusal.error_code, "sentence": refusal.sentence}
        else:
            row["carried_ml"] = carried.volume_ml
            row["caveats"] = _json(carried.caveats)
            segments.append(
                Segment(
                    f"Uptake {target.number}",
                    codes.SCT.MorphologicallyAbnormalStructure,
                    codes.SCT.Lesion,
                    carried.mask,
                    Algorithm.SEMIAUTOMATIC,
                    f"threshold {threshold.name}",
                    codes.cid7162.HistogramAnalysis,
                )
            )
        rows.append(row)
        progress(place / len(targets), "target")
    outputs = []
    if segments and anatomy.is_dicom:
        names = _names(job)
        made = write_segmentation(
            anatomy.source, segments, identity=names.object("target"), written_at=names.written_at
        )
        outputs.append(write_object(made, names, "target").as_json())
    return {
        "rows": rows,
        "unit": volume.quantity.value,
        "threshold": threshold.name,
        "caveats": _json(shown.caveats),
        "outputs": outputs,
    }


_KINDS: Final[dict[str, Callable[[_Pair, Mapping[str, Any], Progress], dict[str, Any]]]] = {
    JOINT: _joint,
    PARTIAL_VOLUME: _partial_volume,
    TARGET: _target,
}


def _region(segmentation: ReadSegmentation, number: int) -> Region:
    segment = next((one for one in segmentation.segments if one.number == number), None)
    if segment is None:
        raise TableImpossible("The segmentation has no such segment.")
    return Region(segment.label, segment.mask, segmentation.grid)


def _reference(segmentation: ReadSegmentation, job: Mapping[str, Any]) -> Region | None:
    """Return the region that counts are set against, such as liver, if one was chosen."""
    number = job.get("reference_segment")
    return None if number is None else _region(segmentation, number)


def _segmentation(job: Mapping[str, Any]) -> ReadSegmentation:
    if not job.get("segmentation"):
        raise TableImpossible("Choose the contour of the lesion or organ.")
    # Some programs send objects without a file's preamble; the archive keeps them as they came.
    return read_segmentation(dcmread(job["segmentation"], force=True))


def _drawn_on_fixed(pair: _Pair, segmentation: ReadSegmentation) -> bool:
    """Say on which image it was drawn, by the series it names, else by its coordinates."""
    uids = [
        str(image.source.template.get("SeriesInstanceUID") or "")
        for image in (pair.fixed, pair.moving)
    ]
    named = [uid in segmentation.series_uids for uid in uids]
    if named[0] != named[1]:
        return named[0]
    if segmentation.frame_of_reference_uid == pair.fixed.volume.frame_of_reference_uid:
        return True
    if segmentation.frame_of_reference_uid == pair.moving.volume.frame_of_reference_uid:
        return False
    raise TableImpossible("The contour was drawn on neither of the two images.")


def _is_nuclear(image: FusionInput) -> bool:
    return image.volume.modality in NUCLEAR


def _nuclear(pair: _Pair) -> tuple[FusionInput, Transform]:
    """Return the nuclear image, and the transform from moving to fixed points."""
    found = [one for one in (pair.moving, pair.fixed) if _is_nuclear(one)]
    if len(found) != 1:
        raise TableImpossible("This needs one nuclear image (PET or SPECT) and one of anatomy.")
    return found[0], Back(pair.forth)


def _check_error(pair: _Pair, region: Region) -> None:
    if pair.error_mm is None or not may_quantify(pair.error_mm, region.short_axis_mm()):
        raise TableImpossible(
            "The estimated error of the fusion is more than half the short axis of a region; it may"
            " be looked at, not corrected."
        )


def _on_grid(part: Volume, whole: Volume) -> Volume:
    """Return the corrected part on the grid of the whole image; the rest is not known."""
    array = np.zeros(whole.grid.shape, dtype=np.float32)
    known = np.zeros(whole.grid.shape, dtype=np.bool_)
    begin = np.rint(whole.grid.to_index(part.grid.origin_mm[None])[0]).astype(int)[::-1]
    box = tuple(
        slice(int(at), int(at) + length) for at, length in zip(begin, part.grid.shape, strict=True)
    )
    array[box] = part.array
    known[box] = True if part.valid is None else part.valid
    return Volume(
        array, whole.grid, part.quantity, whole.modality, whole.frame_of_reference_uid, known
    )


def _names(job: Mapping[str, Any]) -> Names:
    return Names(Path(job["out"]), job["seed"], datetime.fromisoformat(job["written_at"]))


def _json(caveats: Any) -> list[dict[str, str]]:
    return [caveat.as_json() for caveat in dict.fromkeys(caveats)]
