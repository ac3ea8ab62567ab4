"""Faults that headers alone show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from pydicom.dataset import Dataset

from tongying.ai.answer import Flag
from tongying.ai.quality.kinds import flag
from tongying.archive.body_region import Side, side_of
from tongying.archive.modality_family import is_examination
from tongying.dicom.acquisition.child import date_of, stated_days
from tongying.dicom.acquisition.facts import SeriesFacts, StudyFacts
from tongying.dicom.acquisition.header import (
    ImageHeader,
    images_of,
    number_of,
    text_of,
    values_of,
)
from tongying.kernel.caveat import Caveat

WEIGHT_MODALITIES: Final = frozenset({"CT", "MR", "PT", "NM"})
"""Where doses, contrast agents and specific absorption go by weight."""
VOLUMES: Final = frozenset({"CT", "MR", "PT"})
FAR_APART = 1.6
"""Spacing by thickness from which gaps are told: 60 % of a slice unseen. Needs sign-off."""
_BY_CAVEAT: Final[dict[str, str]] = {
    "facts.modality-contradicts-class": "modality-contradicted",
    "facts.body-part-contradicted": "body-part-contradicted",
    "facts.sequence-contradicts-label": "sequence-contradicted",
    "facts.sequences-mixed": "sequences-mixed",
    "facts.contrast-contradicted": "contrast-contradicted",
}
_CHILD_DIFFERS: Final = frozenset(
    {
        "facts.several-birth-dates",
        "facts.several-ages",
        "facts.several-study-dates",
        "facts.several-sexes",
        "facts.several-weights",
    }
)
_TELLS: Final = (
    "EchoTime",
    "EchoNumbers",
    "InversionTime",
    "TemporalPositionIdentifier",
    "TriggerTime",
    "DiffusionBValue",
    "AcquisitionNumber",
    "ImageType",
    "ConvolutionKernel",
    "ContrastBolusAgent",
    "FrameReferenceTime",
    "AcquisitionTime",
)
"""What may tell images at one place apart."""


def child_flags(facts: StudyFacts, datasets: Sequence[Dataset]) -> list[Flag]:
    """Return the faults of what is said about the child."""
    codes = {one.code for one in facts.caveats}
    found: list[Flag] = []
    if "facts.several-children" in codes:
        found.append(flag("several-children", len({_text(one, "PatientID") for one in datasets})))
    if differing := codes & _CHILD_DIFFERS:
        found.append(flag("child-contradicted", len(differing)))
    if "facts.age-contradicts-birth-date" in codes and facts.child.age_days is not None:
        found.append(flag("age-contradicted", facts.child.age_days))
    if "facts.born-after-study" in codes and facts.child.birth_date and facts.study_date:
        found.append(flag("born-after-study", (facts.child.birth_date - facts.study_date).days))
    images = [one for one in datasets if images_of(one)]
    found += _missing(images)
    if "facts.weight-implausible" in codes:
        stated = [number_of(values_of(one, "PatientWeight")) for one in images]
        odd = [one for one in stated if one]
        found.append(flag("weight-implausible", max(odd, default=0.0)))
    counts = Counter(_text(one, "SOPInstanceUID") for one in datasets)
    if twice := sum(1 for count in counts.values() if count > 1):
        found.append(flag("same-instance-twice", twice))
    return found


def series_flags(facts: SeriesFacts, datasets: Sequence[Dataset]) -> list[Flag]:
    """Return the faults of one series that headers show.

    Parameters
    ----------
    facts : SeriesFacts
    datasets : sequence of Dataset
        Its objects.
    """
    uid = facts.uid
    images = [image for one in datasets for image in images_of(one)]
    if not images or not is_examination(facts.modality):
        return []
    found = [
        flag(_BY_CAVEAT[one.code], facts.images, uid)
        for one in facts.caveats
        if one.code in _BY_CAVEAT
    ]
    if not facts.body_parts:
        found.append(flag("body-part-missing", facts.images, uid))
    found += _technique(facts, images)
    found += _marks(facts, datasets)
    if facts.modality in VOLUMES and not facts.localizer:
        found += _geometry(facts, images)
        found += _numbers(uid, datasets)
    found += _phases(uid, images)
    return found


def _text(dataset: Dataset, keyword: str) -> str:
    return text_of(values_of(dataset, keyword))


def _missing(images: Sequence[Dataset]) -> list[Flag]:
    dosed = [one for one in images if _text(one, "Modality").upper() in WEIGHT_MODALITIES]
    counts = {
        "patient-id-missing": sum(not _text(one, "PatientID") for one in images),
        "birth-date-missing": sum(
            date_of(_text(one, "PatientBirthDate")) is None for one in images
        ),
        "study-date-missing": sum(date_of(_text(one, "StudyDate")) is None for one in images),
        "sex-missing": sum(_text(one, "PatientSex").upper() not in {"F", "M"} for one in images),
        "weight-missing": sum(not number_of(values_of(one, "PatientWeight")) for one in dosed),
        "age-unreadable": sum(_age_unreadable(one) for one in images),
    }
    return [flag(kind, count) for kind, count in counts.items() if count]


def _age_unreadable(dataset: Dataset) -> bool:
    raw = values_of(dataset, "PatientAge")
    text = str(raw[0]).strip(" \0") if raw else ""
    return bool(text) and stated_days(text) is None


def _technique(facts: SeriesFacts, images: Sequence[ImageHeader]) -> list[Flag]:
    def lacks(image: ImageHeader) -> bool:
        if facts.modality == "MR":
            echo = image.number("EffectiveEchoTime", "MREchoSequence")
            timing = image.number("RepetitionTime", "MRTimingAndRelatedParametersSequence")
            return (echo or image.number("EchoTime")) is None or timing is None
        if facts.modality == "CT":
            slope = image.number("RescaleSlope", "PixelValueTransformationSequence")
            return image.number("KVP", "CTXRayDetailsSequence") is None or slope is None
        if facts.modality == "PT":
            doses = values_of(image.dataset, "RadiopharmaceuticalInformationSequence")
            return not any(number_of(values_of(one, "RadionuclideTotalDose")) for one in doses)
        return False

    if not facts.original:
        return []
    count = sum(lacks(one) for one in images)
    return [flag("technique-missing", count, facts.uid)] if count else []


def _marks(facts: SeriesFacts, datasets: Sequence[Dataset]) -> list[Flag]:
    counts = {
        "lossy": sum(_text(one, "LossyImageCompression") == "01" for one in datasets),
        "burned-in": sum(_text(one, "BurnedInAnnotation").upper() == "YES" for one in datasets),
        "side-contradicted": sum(_side_contradicted(one) for one in datasets),
    }
    return [flag(kind, count, facts.uid) for kind, count in counts.items() if count]


def _side_contradicted(dataset: Dataset) -> bool:
    stated = side_of([_text(dataset, "ImageLaterality"), _text(dataset, "Laterality")], [])
    named = side_of([], [_text(dataset, "SeriesDescription"), _text(dataset, "ProtocolName")])
    sides = {stated, named}
    return sides == {Side.LEFT, Side.RIGHT}


def _geometry(facts: SeriesFacts, images: Sequence[ImageHeader]) -> list[Flag]:
    uid = facts.uid
    positions = [one.numbers("ImagePositionPatient", 3, "PlanePositionSequence") for one in images]
    directions = [
        one.numbers("ImageOrientationPatient", 6, "PlaneOrientationSequence") for one in images
    ]
    sizes = [one.numbers("PixelSpacing", 2, "PixelMeasuresSequence") for one in images]
    blind = sum(None in one for one in zip(positions, directions, sizes, strict=True))
    found = [flag("geometry-missing", blind, uid)] if blind else []
    planes = {tuple(np.round(one, 1)) for one in directions if one is not None}
    codes = _codes(facts.caveats)
    if "facts.orientations-mixed" in codes:
        found.append(flag("orientations-mixed", len(planes), uid))
    shapes = {(one.number("Rows"), one.number("Columns")) for one in images}
    if len(shapes) > 1:
        found.append(flag("sizes-mixed", len(shapes), uid))
    references = {one.text("FrameOfReferenceUID") for one in images}
    if len(references) > 1:
        found.append(flag("frames-of-reference-mixed", len(references), uid))
    thick = {one.number("SliceThickness", "PixelMeasuresSequence") for one in images}
    if "facts.slice-thickness-varies" in codes:
        found.append(flag("thickness-mixed", len(thick), uid))
    if not blind and len(planes) == 1:
        found += _places(facts, images, np.asarray(positions), np.asarray(directions[0]))
    return found


def _places(
    facts: SeriesFacts,
    images: Sequence[ImageHeader],
    positions: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    direction: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> list[Flag]:
    along = positions @ np.cross(direction[:3], direction[3:])
    gaps = np.diff(np.sort(along))
    apart = gaps[gaps > 0.01]
    found: list[Flag] = []
    codes = _codes(facts.caveats)
    if "facts.slices-missing" in codes and facts.slice_spacing_mm:
        found.append(
            flag("slices-missing", np.rint(apart / facts.slice_spacing_mm - 1).sum(), facts.uid)
        )
    if "facts.slices-uneven" in codes:
        found.append(flag("slices-uneven", apart.max() / np.median(apart), facts.uid))
    keys = Counter(
        (round(float(place), 2), *(str(image.values(one)) for one in _TELLS))
        for place, image in zip(along, images, strict=True)
    )
    if repeated := sum(count - 1 for count in keys.values()):
        found.append(flag("slices-repeated", repeated, facts.uid))
    if facts.slice_spacing_mm and facts.slice_thickness_mm:
        ratio = facts.slice_spacing_mm / facts.slice_thickness_mm
        if ratio >= FAR_APART:
            found.append(flag("slices-far-apart", ratio, facts.uid))
    return found


def _numbers(uid: str, datasets: Sequence[Dataset]) -> list[Flag]:
    """Find numbers left out; those of a series need not begin at 1."""
    said = [number_of(values_of(one, "InstanceNumber")) for one in datasets]
    numbers = sorted({int(one) for one in said if one is not None})
    if len(numbers) < 3 or len(numbers) < len(datasets):
        return []
    steps = Counter(b - a for a, b in pairwise(numbers))
    usual = steps.most_common(1)[0][0]
    missing = sum((step // usual - 1) * count for step, count in steps.items() if step > usual)
    return [flag("image-numbers-missing", missing, uid)] if missing else []


def _phases(uid: str, images: Sequence[ImageHeader]) -> list[Flag]:
    """Find time points with fewer images than the others, or fewer time points than stated."""
    counts = Counter(one.number("TemporalPositionIdentifier") for one in images)
    counts.pop(None, None)
    stated = max((one.number("NumberOfTemporalPositions") or 0 for one in images), default=0)
    if not counts:
        return []
    most = max(counts.values())
    expected = max(int(stated), len(counts)) * most
    missing = expected - sum(counts.values())
    return [flag("phase-incomplete", missing, uid)] if missing else []


def _codes(caveats: Iterable[Caveat]) -> frozenset[str]:
    return frozenset(one.code for one in caveats)
