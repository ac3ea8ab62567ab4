"""The image that somebody draws on, and what is known of the child on its day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

from tongying.consult.people import Viewer
from tongying.dicom.pixel_size import PixelSizes, pixel_sizes
from tongying.dicom.stored_image import NoPixelData
from tongying.kernel.age import AgeRefused, corrected_age_on
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.body.gestation_doubts import Pregnancy
from tongying.measure.calibration import plane_of
from tongying.measure.contradictions import HeaderTold, Told, contradictions
from tongying.measure.plane import Plane, Point
from tongying.measure.recipe import ChildKnown, Recipe
from tongying.norms.sex import Sex, SexRefused, sex_of
from tongying.web.measurements.entering import FETAL
from tongying.web.measurements.facts import ChildBook, book_of
from tongying.web.records.models import Child, InstanceMetadata, Series, Study
from tongying.web.records.reading import Located, Place, locate_one

DOOR = "measure"
_DATE_DIGITS = 8
_SIZES_KEPT = 256
_SQUARE_WITHIN = 1e-3


class FrameUnknown(BadInput):
    """The image has no frame of this number."""

    code: ClassVar[str] = "measurement.no-frame"


class StudyUndated(BadInput):
    """Nobody knows on which day the study was made."""

    code: ClassVar[str] = "measurement.study-undated"


class MarksUncertain(BadInput):
    """A viewer's marks on an image whose pixels are not square may lie elsewhere."""

    code: ClassVar[str] = "measurement.marks-uncertain"


@dataclass(frozen=True, slots=True)
class ImagePlace:
    """Which frame of which image is drawn on.

    Attributes
    ----------
    study, series, instance : str
        UIDs.
    frame : int
        From 1.
    """

    study: str
    series: str
    instance: str
    frame: int = 1


@dataclass(frozen=True, slots=True)
class DrawnImage:
    """A frame that was found for a viewer.

    Attributes
    ----------
    place : ImagePlace
    sop_class_uid : str
    sizes : PixelSizes
    header : HeaderTold
    names : tuple of str
        Descriptions of study and series.
    modality : str
    """

    place: ImagePlace
    sop_class_uid: str
    sizes: PixelSizes
    header: HeaderTold
    names: tuple[str, ...]
    modality: str

    def plane(self, marks: Mapping[str, tuple[Point, ...]]) -> Plane:
        """Return the plane that marks are measured in.

        Raises
        ------
        OutsideImage
            If a mark lies outside the image.
        NotAPicture
            If a mark lies in a trace or spectrum.
        """
        return plane_of(self.sizes, [point for points in marks.values() for point in points])


def image_of(viewer: Viewer, place: ImagePlace) -> DrawnImage:
    """Return a frame that is drawn on, and note the reading.

    Raises
    ------
    ObjectNotFound
        If it does not exist for the viewer.
    NoPixelData
        If the object is no image.
    FrameUnknown
        If the image has no such frame.
    """
    located = locate_one(viewer, Place(place.study, place.series, place.instance), door=DOOR)
    if located.frames is None:
        raise NoPixelData("The object has no image to show.")
    if not 1 <= place.frame <= (located.frame_count or 1):
        raise FrameUnknown("The image has no frame of this number.")
    sizes, header = _told(located.pk, located.digest, place.frame)
    return DrawnImage(
        place=place,
        sop_class_uid=located.sop_class_uid,
        sizes=sizes,
        header=header,
        names=_names(located),
        modality=sizes.modality,
    )


def check_square(plane: Plane) -> None:
    """Raise unless an image's pixels are square: of others the viewer may write marks elsewhere.

    OHIF 3.13 turns places into pixels with the distances of rows and columns changed for each
    other, which shows only where they differ.

    Raises
    ------
    MarksUncertain
        If they are not.
    """
    if abs(plane.aspect - 1.0) > _SQUARE_WITHIN:
        raise MarksUncertain(
            "The pixels of this image are not square: marks of the viewer may lie elsewhere."
            " Measure on this platform's own page."
        )


def known_of_child(book: ChildBook, day: date, gestational_age_days: int | None) -> ChildKnown:
    """Return what a rule may ask about a child on a day.

    Parameters
    ----------
    book : ChildBook
    day : date
        Of the image.
    gestational_age_days : int or None
        Of a child not yet born on that day: then nothing else is known of it.
    """
    if gestational_age_days is not None:
        return ChildKnown(gestational_age_days=gestational_age_days)
    facts = book.on(day).facts
    born = book.born
    if born is None or day < born:
        return ChildKnown(sex=facts.sex, height_cm=facts.height_cm, weight_kg=facts.weight_kg)
    return ChildKnown(
        age_days=(day - born).days,
        corrected_age_days=_corrected(born, day, book.gestation_days),
        sex=facts.sex,
        height_cm=facts.height_cm,
        weight_kg=facts.weight_kg,
    )


def child_on(child: Child, study: Study, recipe: Recipe) -> tuple[ChildKnown, ChildBook]:
    """Return what a recipe may ask about a child on the day of a study, and the book it is from.

    Raises
    ------
    StudyUndated
        If the study has no day.
    """
    book = book_of(child.pk)
    unborn = book.fetal.get(study.pk)
    if study.date is None:
        raise StudyUndated("The study has no date, so the child's age on its day is not known.")
    if recipe.area.startswith(FETAL):
        return ChildKnown(gestational_age_days=unborn), book
    return known_of_child(book, study.date, unborn), book


def doubts_of(image: DrawnImage, book: ChildBook, study: Study, side: str) -> tuple[Caveat, ...]:
    """Return what contradicts what: the side drawn, the image's header, the child's record."""
    unborn = book.fetal.get(study.pk)
    told = Told(
        studied=study.date,
        born=book.born,
        sex=book.sex,
        gestation_days=book.gestation_days,
        header=image.header,
        side_drawn=side,
        names=image.names,
        pregnancy=None if unborn is None else Pregnancy(gestational_age_days=unborn),
    )
    return tuple(Caveat(one.code, one.sentence) for one in contradictions(told))


@lru_cache(maxsize=_SIZES_KEPT)
def _told(pk: int, digest: str, frame: int) -> tuple[PixelSizes, HeaderTold]:
    """Return what a header says; `digest` tells apart instances that had the same key."""
    header: dict[str, Any] = json.loads(bytes(InstanceMetadata.objects.get(pk=pk).json))
    sizes = pixel_sizes(header, frame)
    return sizes, HeaderTold(
        born=_date(_first(header, "00100030")),
        age=_first(header, "00101010"),
        sex=_sex(_first(header, "00100040")),
        side=sizes.laterality,
    )


def _names(located: Located) -> tuple[str, ...]:
    told = Series.objects.filter(instances=located.pk).values_list(
        "description", "study__description"
    )
    return tuple(name for names in told for name in names if name)


def _first(header: dict[str, Any], tag: str) -> str:
    found = next(iter(header.get(tag, {}).get("Value", [])), "")
    return found.strip() if isinstance(found, str) else ""


def _date(text: str) -> date | None:
    if len(text) != _DATE_DIGITS or not text.isdigit():
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _sex(text: str) -> Sex | None:
    try:
        return sex_of(text)
    except SexRefused:
        return None


def _corrected(born: date, day: date, gestation_days: int | None) -> int | None:
    if gestation_days is None:
        return None
    try:
        corrected = corrected_age_on(born, day, gestation_days)
    except AgeRefused:
        return None
    return None if corrected is None else corrected.days
