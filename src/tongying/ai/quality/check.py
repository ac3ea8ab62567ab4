"""Look a whole study over: headers, then pixels slice by slice; one broken file stops nothing."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from tongying.ai.answer import Flag
from tongying.ai.quality.header_checks import VOLUMES, child_flags, series_flags
from tongying.ai.quality.kinds import flag
from tongying.ai.quality.pixel_checks import pixel_flags
from tongying.ai.quality.slice_measures import SliceMeasures, measure_slice
from tongying.archive.modality_family import is_examination
from tongying.dicom.acquisition.facts import SeriesFacts
from tongying.dicom.acquisition.header import UNREADABLE, ImageHeader, images_of, text_of, values_of
from tongying.dicom.acquisition.reading import read_study_facts
from tongying.dicom.decoding import decode_frame
from tongying.dicom.volumes.opened import read_headers
from tongying.imaging.progress import Progress, silent
from tongying.kernel.errors import BadInput

MEASURED: Final = VOLUMES | {"CR", "DX"}
"""Of these every image is measured; of cines and the like the first of each file is decoded."""
GREY = 2
"""Dimensions of a grey image."""


def check_files(paths: Sequence[Path], *, progress: Progress = silent) -> tuple[Flag, ...]:
    """Return the faults of a study.

    Parameters
    ----------
    paths : sequence of Path
        Its files; what is no DICOM counts as damaged.
    progress : Progress, optional
        Is told after every file.

    Raises
    ------
    FactsRefused
        If no file can be read, or they are of several studies.
    """
    headers: list[tuple[Path, Dataset]] = []
    broken = 0
    for path in sorted(paths):
        header = read_header(path)
        if header is None:
            broken += 1
        else:
            headers.append((path, header))
    facts = read_study_facts([header for _, header in headers])
    # Malformed values are what this looks for; pydicom would warn of each.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = child_flags(facts, [header for _, header in headers])
        if broken:
            found.append(flag("undecodable", broken))
        done = 0
        for series in facts.series:
            members = [
                one
                for one in headers
                if text_of(values_of(one[1], "SeriesInstanceUID")) == series.uid
            ]
            found += series_flags(series, [header for _, header in members])
            if series.images and is_examination(series.modality):
                slices, damaged = _measured(series, members)
                found += pixel_flags(series, slices, damaged)
            done += len(members)
            progress(done / len(headers), "quality")
    return tuple(found)


def read_header(path: Path) -> Dataset | None:
    """Return the header of a file without pixels; None if it is no DICOM, or damaged.

    Parameters
    ----------
    path : Path
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pydicom.dcmread(path, stop_before_pixels=True)
    except (InvalidDicomError, OSError, EOFError, *UNREADABLE):
        return None


def _measured(
    series: SeriesFacts, members: Sequence[tuple[Path, Dataset]]
) -> tuple[list[SliceMeasures], int]:
    """Return the measures along the normal, and how many images cannot be decoded."""
    found: list[tuple[float, SliceMeasures]] = []
    damaged = 0
    for path, header in members:
        images = images_of(header) if series.modality in MEASURED else images_of(header)[:1]
        if not images:
            continue
        try:
            for _, stored in read_headers([path], progress=silent):
                for one in images:
                    pixels = np.asarray(decode_frame(stored, one.frame))
                    slice_ = _measure(one, pixels, hounsfield=series.modality == "CT")
                    if slice_ is not None:
                        found.append((_place(one), slice_))
        except BadInput:
            damaged += 1
    found.sort(key=lambda one: one[0])
    return [one for _, one in found], damaged


def _measure(image: ImageHeader, pixels: NDArray[Any], *, hounsfield: bool) -> SliceMeasures | None:
    if pixels.ndim != GREY:
        return None
    transform = "PixelValueTransformationSequence"
    slope = image.number("RescaleSlope", transform)
    intercept = image.number("RescaleIntercept", transform)
    return measure_slice(
        pixels,
        slope=1.0 if slope is None else slope,
        intercept=intercept or 0.0,
        hounsfield=hounsfield,
    )


def _place(image: ImageHeader) -> float:
    position = image.numbers("ImagePositionPatient", 3, "PlanePositionSequence")
    direction = image.numbers("ImageOrientationPatient", 6, "PlaneOrientationSequence")
    if position is None or direction is None:
        return float(image.number("InstanceNumber") or image.frame)
    return float(np.dot(position, np.cross(direction[:3], direction[3:])))
