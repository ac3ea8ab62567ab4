"""Pictures of a fused pair for a person, as PNG files."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tongying.dicom.fusion.report import Output
from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.quality.body import NoBody
from tongying.imaging.quality.picture import Plane, cine, pictures
from tongying.imaging.transform import Transform
from tongying.imaging.volume import Volume


def write_pictures(
    fixed: Volume,
    moving: Volume,
    transform: Transform,
    folder: Path,
    *,
    progress: Progress = silent,
) -> tuple[Output, ...]:
    """Draw checkerboards, outlines and slices of a pair into a folder.

    Parameters
    ----------
    fixed, moving : Volume
    transform : Transform
        Fixed to moving points.
    folder : Path
        Made if need be.
    progress : Progress
        Is told after every picture.

    Returns
    -------
    tuple of Output
        Named such as ``checkerboard-axial``, ``outline-sagittal``, ``slice-3``; none where no body
        is seen that could be drawn.
    """
    try:
        drawn = pictures(fixed, moving, transform, progress=Share(progress, 0.0, 0.5))
        slices = cine(fixed, moving, transform, progress=Share(progress, 0.5, 1.0))
    except NoBody:
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    named = [
        (f"checkerboard-{plane}", picture)
        for plane, picture in zip(Plane, drawn.checkerboards, strict=True)
    ]
    named += [
        (f"outline-{plane}", picture) for plane, picture in zip(Plane, drawn.outlines, strict=True)
    ]
    named += [(f"slice-{place}", picture) for place, picture in enumerate(slices, start=1)]
    outputs = []
    for name, picture in named:
        path = folder / f"{name}.png"
        Image.fromarray(picture).save(path)
        outputs.append(Output(name, str(path)))
    return tuple(outputs)
