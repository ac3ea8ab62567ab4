"""A whole fusion: two series in, a measured alignment and its objects out.

The command line and the worker call the same function; it may be run again after it was cut short
and then goes on from its last finished stage.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tongying import __version__
from tongying.dicom.fusion.identity import IDENTITY_UNPROVEN, check_same_child
from tongying.dicom.fusion.inputs import FusionInput, read_input
from tongying.dicom.fusion.outputs import (
    Names,
    placed,
    write_nifti_pair,
    write_pair,
    write_registration,
    write_report,
)
from tongying.dicom.fusion.pictures import write_pictures
from tongying.dicom.fusion.report import FusionReport, Output
from tongying.dicom.fusion.stages import stages_in
from tongying.dicom.writers.acquisition_facts import STORAGE
from tongying.imaging.fusion import Aligned, Fused, fuse
from tongying.imaging.nifti import write_displacement
from tongying.imaging.progress import Progress, Share
from tongying.imaging.quality.estimate import Judgement, Reason, Verdict
from tongying.imaging.quality.verdict import RIGID_SHARE_OF_VOXEL, voxel_mm
from tongying.imaging.registration.result import Method
from tongying.imaging.transform import DisplacementTransform
from tongying.kernel.caveat import Caveat

STAGES = ".stages"
"""Folder of finished stages within the results' folder."""
_SEED = 0
_READ, _COMPUTED, _RESAMPLED = 0.15, 0.8, 0.9

NOT_KEPT = Caveat(
    "fusion.not-kept",
    "The moved image is of a kind that DICOM has no resampled series for; only its registration"
    " is kept.",
)


@dataclass(frozen=True, slots=True)
class FusionRequest:
    """What is to be fused.

    Attributes
    ----------
    fixed, moving : tuple of Path
        The files of one series each, or one NIfTI file.
    out : Path
        Folder of the results; its stages make a second run go on.
    written_at : datetime
        With time zone.
    seed : str
        Identities of the written objects follow from it.
    method : Method
    linked : bool
        Somebody has confirmed that both records are one child.
    """

    fixed: tuple[Path, ...]
    moving: tuple[Path, ...]
    out: Path
    written_at: datetime
    seed: str
    method: Method = Method.AUTO
    linked: bool = False


def run_fusion(request: FusionRequest, progress: Progress) -> FusionReport:
    """Bring two series of one child together and write what comes of it.

    Nothing is written before both images are read and known to be of one child.

    Parameters
    ----------
    request : FusionRequest
    progress : Progress
        Is told the stages ``reading-fixed``, ``reading-moving``, ``register``, ``resample`` and
        ``write``, and within registration whatever it says.

    Returns
    -------
    FusionReport

    Raises
    ------
    BadInput
        If one of the series is no single volume (see `read_volume`).
    OtherChild
        If they are of different children.
    RegistrationRefused
        If they cannot be registered.
    DerivedRefused
        If the fixed image has no frame of reference in which a result could lie.
    """
    fixed = read_input(request.fixed, _stage(progress, 0.0, _READ / 2, "reading-fixed"))
    moving = read_input(request.moving, _stage(progress, _READ / 2, _READ, "reading-moving"))
    dicom = fixed.is_dicom and moving.is_dicom
    identity = (
        check_same_child(fixed.source.template, moving.source.template, linked=request.linked)
        if dicom
        else (IDENTITY_UNPROVEN,)
    )
    inputs = {
        "fixed": fixed.digest,
        "moving": moving.digest,
        "method": request.method.value,
        "version": __version__,
    }
    fused = fuse(
        fixed.volume,
        moving.volume,
        method=request.method,
        seed=_SEED,
        stages=stages_in(request.out / STAGES, inputs),
        progress=Share(progress, _READ, _COMPUTED),
    )
    if IDENTITY_UNPROVEN in identity:
        fused = _unproven(fused)
    names = Names(request.out, request.seed, request.written_at)
    outputs, pictures, kept = _written(fixed, moving, fused, names, progress)
    displacement = _displacement(fused.chosen, request.out)
    if displacement is not None:
        outputs.append(Output("displacement", displacement))
    caveats = _once(
        *identity,
        *fixed.volume.caveats,
        *moving.volume.caveats,
        *fused.chosen.registration.caveats,
        *kept,
    )
    if dicom:
        outputs.append(write_report((fixed, moving), fused.chosen, outputs, names=names))
    progress(1.0, "write")
    return FusionReport(
        chosen=fused.chosen,
        rigid=fused.rigid,
        half_voxel_mm=RIGID_SHARE_OF_VOXEL * voxel_mm(fixed.volume.grid, moving.volume.grid),
        displacement=displacement,
        outputs=tuple(outputs),
        pictures=tuple(pictures),
        caveats=caveats,
    )


def _written(
    fixed: FusionInput, moving: FusionInput, fused: Fused, names: Names, progress: Progress
) -> tuple[list[Output], list[Output], list[Caveat]]:
    """Resample, write and draw each alignment; return outputs, pictures and caveats."""
    outputs: list[Output] = []
    pictures: list[Output] = []
    caveats: list[Caveat] = []
    both = [one for one in (fused.rigid, fused.chosen) if one is not None]
    for place, aligned in enumerate(both):
        part = Share(
            progress,
            _COMPUTED + (1 - _COMPUTED) * place / len(both),
            _COMPUTED + (1 - _COMPUTED) * (place + 1) / len(both),
        )
        if aligned.registration.method is not Method.FRAME_OF_REFERENCE:
            outputs += _pair(fixed, moving, aligned, (names, part, caveats))
        ending = "-deformable" if aligned.registration.method is Method.DEFORMABLE else ""
        pictures += write_pictures(
            fixed.volume,
            moving.volume,
            aligned.registration.transform,
            names.folder / f"pictures{ending}",
            progress=_stage(part, 0.8, 1.0, "pictures"),
        )
    return outputs, pictures, caveats


def _pair(
    fixed: FusionInput,
    moving: FusionInput,
    aligned: Aligned,
    to: tuple[Names, Progress, list[Caveat]],
) -> tuple[Output, ...]:
    names, progress, caveats = to
    dicom = fixed.is_dicom and moving.is_dicom
    if dicom and moving.volume.modality not in STORAGE:
        caveats.append(NOT_KEPT)
        return (write_registration((fixed, moving), aligned, names),)
    image = placed(moving, fixed, aligned, _stage(progress, 0.0, 0.5, "resample"))
    if not dicom:
        return write_nifti_pair(aligned, image, names)
    return write_pair(
        (fixed, moving),
        aligned,
        image,
        names=names,
        progress=_stage(progress, 0.5, 0.8, "write"),
    )


def _unproven(fused: Fused) -> Fused:
    """Return the same with no verdict better than look: the child is not known to be one."""
    return Fused(_looked_at(fused.chosen), fused.rigid and _looked_at(fused.rigid))


def _looked_at(aligned: Aligned) -> Aligned:
    judgement = aligned.judgement
    if judgement.verdict is not Verdict.GOOD:
        return aligned
    reason = Reason(IDENTITY_UNPROVEN.code, IDENTITY_UNPROVEN.sentence)
    return replace(aligned, judgement=Judgement(Verdict.LOOK, (*judgement.reasons, reason)))


def _displacement(aligned: Aligned, folder: Path) -> str | None:
    transform = aligned.registration.transform
    if not isinstance(transform, DisplacementTransform):
        return None
    path = folder / "displacement.nii.gz"
    write_displacement(path, transform)
    return str(path)


def _stage(progress: Progress, begin: float, end: float, what: str) -> Progress:
    """Return a part of the progress that tells one name whatever it is told."""
    share = Share(progress, begin, end)

    def told(fraction: float, _: str) -> None:
        share(fraction, what)

    return told


def _once(*caveats: Caveat) -> tuple[Caveat, ...]:
    return tuple(dict.fromkeys(caveats))
