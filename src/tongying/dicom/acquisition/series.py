"""One series as its headers tell it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydicom.dataset import Dataset

from tongying.dicom.acquisition.body_part import coded_parts, contradict, named_parts
from tongying.dicom.acquisition.contrast import contrast_named, contrast_of
from tongying.dicom.acquisition.facts import BodyPart, SeriesFacts
from tongying.dicom.acquisition.geometry import layout_of
from tongying.dicom.acquisition.header import (
    NO_VALUES,
    ImageHeader,
    images_of,
    text_of,
    values_of,
)
from tongying.dicom.acquisition.manufacturer import manufacturer_of
from tongying.dicom.acquisition.sequence import (
    ADC,
    DIFFUSION,
    OTHER,
    T1,
    T2,
    claimed_by,
    timing_of,
    weighted_by,
)
from tongying.kernel.caveat import Caveat

_MEASURES = "PixelMeasuresSequence"
_SAME_SHARE: Final = 0.01
"""Numbers of two images that differ by less, as a share, are the same; a project choice."""
_CLASSES: Final[dict[str, str]] = {
    "1.2.840.10008.5.1.4.1.1.2": "CT",
    "1.2.840.10008.5.1.4.1.1.2.1": "CT",
    "1.2.840.10008.5.1.4.1.1.2.2": "CT",
    "1.2.840.10008.5.1.4.1.1.4": "MR",
    "1.2.840.10008.5.1.4.1.1.4.1": "MR",
    "1.2.840.10008.5.1.4.1.1.4.3": "MR",
    "1.2.840.10008.5.1.4.1.1.4.4": "MR",
    "1.2.840.10008.5.1.4.1.1.6.1": "US",
    "1.2.840.10008.5.1.4.1.1.3.1": "US",
    "1.2.840.10008.5.1.4.1.1.20": "NM",
    "1.2.840.10008.5.1.4.1.1.128": "PT",
    "1.2.840.10008.5.1.4.1.1.130": "PT",
}
"""SOP classes that only one modality makes (PS3.3 table A.1-1)."""

CLASS_CONTRADICTED = Caveat(
    "facts.modality-contradicts-class", "The stated modality is not that of the kind of object."
)
PART_CONTRADICTED = Caveat(
    "facts.body-part-contradicted", "The coded body part is not the one that descriptions name."
)
SEQUENCE_CONTRADICTED = Caveat(
    "facts.sequence-contradicts-label", "The timing is not that of the sequence that labels name."
)
SEQUENCES_MIXED = Caveat(
    "facts.sequences-mixed", "The images of the series are of different sequences."
)
CONTRAST_CONTRADICTED = Caveat(
    "facts.contrast-contradicted",
    "Headers and descriptions disagree on whether a contrast agent was given.",
)
_LOCALIZER_NAMES: Final = re.compile(
    r"\bloc\b|locali[sz]er|\bscout\b|topogram|scanogram|\bsurvey\b|定位"
)
"""A name is enough to leave a series out; none lets one in."""
_VARIES: Final[dict[str, str]] = {
    "slice-thickness": "The slice thickness differs between images of the series.",
    "pixel": "The pixel size differs between images of the series.",
    "field-strength": "The field strength differs between images of the series.",
    "kvp": "The tube voltage differs between images of the series.",
}
LOSSY = Caveat("facts.lossy", "Images of the series were compressed with loss.")


def series_facts(datasets: Sequence[Dataset]) -> SeriesFacts:
    """Return what the objects of one series say.

    Parameters
    ----------
    datasets : sequence of Dataset
        At least one, all of one series.
    """
    images = [image for one in datasets for image in images_of(one)]
    first = datasets[0]
    modality = text_of(values_of(first, "Modality")).upper()
    caveats: list[Caveat] = []
    names = _names(datasets)
    coded = _coded(datasets)
    named = named_parts(names)
    if contradict(coded, named):
        caveats.append(PART_CONTRADICTED)
    if _class_contradicts(datasets, modality):
        caveats.append(CLASS_CONTRADICTED)
    sequence, claimed = _sequence(images, names, caveats) if modality == "MR" else (None, None)
    contrast = _contrast(datasets, images, names, caveats)
    layout = layout_of(
        [one.numbers("ImageOrientationPatient", 6, "PlaneOrientationSequence") for one in images],
        [one.numbers("ImagePositionPatient", 3, "PlanePositionSequence") for one in images],
    )
    caveats += layout.caveats
    if any(text_of(values_of(one, "LossyImageCompression")) == "01" for one in datasets):
        caveats.append(LOSSY)
    types = [_types(one) for one in images]
    return SeriesFacts(
        uid=text_of(values_of(first, "SeriesInstanceUID")),
        modality=modality,
        body_parts=coded,
        named_parts=named,
        sequence=sequence,
        named_sequence=claimed,
        plane=layout.plane,
        kernel=_kernel(images),
        slice_thickness_mm=_number(images, caveats, "slice-thickness", "SliceThickness", _MEASURES),
        slice_spacing_mm=layout.spacing_mm,
        pixel_mm=_pixel(images, caveats),
        field_strength_t=_number(images, caveats, "field-strength", "MagneticFieldStrength"),
        kvp=_number(images, caveats, "kvp", "KVP", "CTXRayDetailsSequence"),
        images=len(images),
        manufacturer=_same([manufacturer_of(_text(one, "Manufacturer")) for one in datasets]),
        model_name=_same([_text(one, "ManufacturerModelName") or None for one in datasets]),
        contrast=contrast,
        original=bool(types) and all(one[:1] == ("ORIGINAL",) for one in types),
        localizer=any("LOCALIZER" in one for one in types) or _is_named_localizer(first),
        description=_text(first, "SeriesDescription"),
        caveats=tuple(dict.fromkeys(caveats)),
    )


def _text(dataset: Dataset, keyword: str) -> str:
    return text_of(values_of(dataset, keyword))


def _is_named_localizer(dataset: Dataset) -> bool:
    return bool(_LOCALIZER_NAMES.search(_text(dataset, "SeriesDescription").lower()))


def _names(datasets: Iterable[Dataset]) -> list[str]:
    """Return series descriptions and protocol names; those of the study where they say nothing."""
    own = dict.fromkeys(
        _text(one, keyword) for one in datasets for keyword in ("SeriesDescription", "ProtocolName")
    )
    said = [one for one in own if one]
    if named_parts(said):
        return said
    return [*said, *dict.fromkeys(_text(one, "StudyDescription") for one in datasets)]


def _coded(datasets: Sequence[Dataset]) -> frozenset[BodyPart]:
    terms = {_text(one, "BodyPartExamined") for one in datasets}
    regions = [item for one in datasets for item in values_of(one, "AnatomicRegionSequence")]
    for one in datasets:
        for keyword in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
            for group in values_of(one, keyword)[:1]:
                for anatomy in values_of(group, "FrameAnatomySequence"):
                    regions += values_of(anatomy, "AnatomicRegionSequence")
    concepts = {_text(one, "CodeValue") for one in regions}
    return coded_parts(sorted(terms - {""}), sorted(concepts))


def _class_contradicts(datasets: Sequence[Dataset], modality: str) -> bool:
    made = {_CLASSES.get(_text(one, "SOPClassUID")) for one in datasets} - {None}
    stated = {_text(one, "Modality").upper() for one in datasets}
    return len(stated) > 1 or bool(modality and made and made != {modality})


def _sequence(
    images: Sequence[ImageHeader], names: list[str], caveats: list[Caveat]
) -> tuple[str | None, str | None]:
    """Return the sequence by timing and by label; an ADC map or b-values win over the echo."""
    found = {weighted_by(one) for one in dict.fromkeys(timing_of(image) for image in images)}
    if DIFFUSION in found and found <= {DIFFUSION, None, T2, OTHER}:
        found = {DIFFUSION}
    if len(found) > 1:
        caveats.append(SEQUENCES_MIXED)
    sequence = next(iter(found)) if len(found) == 1 else None
    claims = {claim for one in names if (claim := claimed_by(one)) is not None}
    claimed = next(iter(claims)) if len(claims) == 1 else None
    if sequence is not None and claimed is not None and not _agree(sequence, claimed):
        caveats.append(SEQUENCE_CONTRADICTED)
    return sequence, claimed


def _agree(sequence: str, claimed: str) -> bool:
    """Say whether two names mean no contradiction.

    A map is computed from diffusion images, and what is neither T1 nor T2 by its timing (a phase, a
    T2*, a balanced echo) is often labelled by what it looks like.
    """
    if sequence == claimed or {sequence, claimed} <= {DIFFUSION, ADC}:
        return True
    return sequence == OTHER and claimed != T1


def _contrast(
    datasets: Sequence[Dataset],
    images: Sequence[ImageHeader],
    names: list[str],
    caveats: list[Caveat],
) -> bool | None:
    firsts = [ImageHeader(one, 1) for one in datasets] if images else []
    contrast: bool | None = _same([contrast_of(one) for one in firsts])
    said = {told for one in names if (told := contrast_named(one)) is not None}
    if contrast is not None and said == {not contrast}:
        caveats.append(CONTRAST_CONTRADICTED)
    return contrast


def _types(image: ImageHeader) -> tuple[str, ...]:
    found = image.values("ImageType")
    kept = tuple(str(one).upper() for one in found)
    frame = image.values("FrameType", "MRImageFrameTypeSequence", "CTImageFrameTypeSequence")
    if kept[:1] == ("MIXED",) and frame:
        return tuple(str(one).upper() for one in frame)
    return kept


def _kernel(images: Sequence[ImageHeader]) -> str | None:
    """Return the convolution kernel; several values are joined as DICOM writes them."""
    values = [one.values("ConvolutionKernel", "CTReconstructionSequence") for one in images]
    said = ["\\".join(str(part).strip() for part in one) for one in values]
    found: str | None = _same([one or None for one in said])
    return None if found is None or found.upper() in NO_VALUES else found


def _pixel(images: Sequence[ImageHeader], caveats: list[Caveat]) -> float | None:
    pairs = [one.numbers("PixelSpacing", 2, _MEASURES) for one in images]
    return _alike(
        [None if pair is None or min(pair) <= 0 else max(pair) for pair in pairs], caveats, "pixel"
    )


def _number(
    images: Sequence[ImageHeader], caveats: list[Caveat], what: str, keyword: str, *groups: str
) -> float | None:
    found = [one.number(keyword, *groups) for one in images]
    return _alike([one if one and one > 0 else None for one in found], caveats, what)


def _alike(values: list[float | None], caveats: list[Caveat], what: str) -> float | None:
    """Return the one value of all images; unknown where an image has none or another."""
    known = [one for one in values if one is not None]
    if not known or len(known) < len(values):
        return None
    if max(known) - min(known) > _SAME_SHARE * max(known):
        caveats.append(Caveat(f"facts.{what}-varies", _VARIES[what]))
        return None
    return known[0]


def _same(values: list[Any]) -> Any:
    found = dict.fromkeys(values)
    return next(iter(found)) if len(found) == 1 else None
