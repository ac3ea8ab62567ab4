"""The images that a room can look at: those of the case's studies, as one viewer sees them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from tongying.consult.people import Viewer
from tongying.kernel.errors import NotFound
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.fusion.showing import fusions_of_case
from tongying.web.measurements.reporting import NO_IMAGES
from tongying.web.records.models import Instance, InstanceMetadata, Series
from tongying.web.records.visible import series_condition
from tongying.web.rooms.entering import enter
from tongying.web.trail import store as trail
from tongying.web.viewer.config import viewer_url

MOST_IMAGES: Final = 3000
"""More of a series are not listed: a stack of so many slices is read in the viewer."""
DOOR: Final = "room"
_MS_A_SECOND: Final = 1000.0


class ImageNotShown(NotFound):
    """The case shows no such image, or not to this viewer."""

    code: ClassVar[str] = "room.image-not-shown"


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """A series with images.

    Attributes
    ----------
    uid, modality, description : str
    number : int or None
    images, frames : int
        How many images, and frames of the one that has most.
    picture : str
        SOP Instance UID of its middle image.
    viewer : str
        Link that opens it as a stack; empty for a single picture or loop.
    """

    uid: str
    modality: str
    description: str
    number: int | None
    images: int
    frames: int
    picture: str
    viewer: str


@dataclass(frozen=True, slots=True)
class StudyLine:
    """A study of the case with its series; `viewer` is the link that opens it."""

    uid: str
    date: date | None
    description: str
    modalities: tuple[str, ...]
    hospital: str
    prior: bool
    series: tuple[SeriesLine, ...]
    viewer: str


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two series that were brought together; `viewer` is the link that opens them as one."""

    code: str
    fixed: str
    moving: str
    viewer: str


@dataclass(frozen=True, slots=True)
class RoomImages:
    """What a room can look at."""

    studies: tuple[StudyLine, ...]
    pairs: tuple[PairLine, ...]


@dataclass(frozen=True, slots=True)
class ImageLine:
    """One image of a series; `columns` and `rows` are of every frame."""

    sop: str
    number: int | None
    frames: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class ImageSeries:
    """A series to step through.

    Attributes
    ----------
    study, series, modality, description : str
    images : tuple of ImageLine
        In the order of their numbers.
    frame_ms : float or None
        Time between two frames of a loop, as the image asked for says it.
    """

    study: str
    series: str
    modality: str
    description: str
    images: tuple[ImageLine, ...]
    frame_ms: float | None


def images_in(viewer: Viewer, code: str) -> RoomImages:
    """Return what can be looked at in a room.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    """
    case = enter(viewer, code).row.case
    links = list(
        CaseStudy.objects.filter(case=case)
        .select_related("study__hospital")
        .order_by("prior", "-study__date", "pk")
    )
    series = _series(viewer, [link.study_id for link in links])
    studies = []
    for link in links:
        mine = tuple(series.get(link.study_id, ()))
        if not mine:
            continue
        modalities = tuple(dict.fromkeys(one.modality for one in mine))
        studies.append(
            StudyLine(
                uid=link.study.uid,
                date=link.study.date,
                description=link.study.description,
                modalities=modalities,
                hospital=link.study.hospital.name,
                prior=link.prior,
                series=mine,
                viewer=viewer_url([link.study.uid], modalities=modalities),
            )
        )
    return RoomImages(tuple(studies), tuple(_pairs(viewer, case)))


def series_in(viewer: Viewer, code: str, sop_uid: str) -> ImageSeries:
    """Return the series that an image of the case belongs to; the reading is audited.

    Raises
    ------
    RoomNotFound
        If the viewer is not in a living room of this code.
    ImageNotShown
        If the case shows the viewer no such image.
    """
    case = enter(viewer, code).row.case
    studies = CaseStudy.objects.filter(case=case).values("study_id")
    image = (
        Instance.objects.filter(
            series_condition(viewer, "series__"),
            uid=sop_uid,
            series__study__in=studies,
            frames__isnull=False,
        )
        .select_related("series__study")
        .first()
    )
    if image is None:
        raise ImageNotShown("The case shows no such image.")
    series, study = image.series, image.series.study
    trail.note_read(viewer.login, "study", study.uid, study.hospital_id, door=DOOR)
    rows = (
        Instance.objects.filter(series=series, frames__isnull=False, rows__gt=0, columns__gt=0)
        .order_by("number", "pk")
        .values_list("uid", "number", "frame_count", "columns", "rows")[:MOST_IMAGES]
    )
    return ImageSeries(
        study=study.uid,
        series=series.uid,
        modality=series.modality,
        description=series.description,
        images=tuple(
            ImageLine(uid, number, frames or 1, columns, rows_)
            for uid, number, frames, columns, rows_ in rows
        ),
        frame_ms=_frame_ms(image) if (image.frame_count or 1) > 1 else None,
    )


def _series(viewer: Viewer, studies: list[int]) -> dict[int, list[SeriesLine]]:
    found: dict[int, list[SeriesLine]] = {}
    rows = (
        Series.objects.filter(series_condition(viewer), study_id__in=studies)
        .exclude(modality__in=NO_IMAGES)
        .select_related("study")
        .order_by("number", "pk")
    )
    for row in rows:
        images = list(
            Instance.objects.filter(series=row, frames__isnull=False)
            .order_by("number", "pk")
            .values_list("uid", "frame_count")
        )
        if images:
            line = SeriesLine(
                uid=row.uid,
                modality=row.modality,
                description=row.description,
                number=row.number,
                images=len(images),
                frames=max(frames or 1 for _uid, frames in images),
                picture=images[len(images) // 2][0],
                viewer=_stack_url(row) if len(images) > 1 else "",
            )
            found.setdefault(row.study_id, []).append(line)
    return found


def _stack_url(row: Series) -> str:
    return viewer_url([row.study.uid], modalities={row.modality}, series_uid=row.uid)


def _pairs(viewer: Viewer, case: CaseRow) -> Iterable[PairLine]:
    for one in fusions_of_case(viewer, case.pk):
        if one.viewer_url:
            fixed, moving = one.fixed, one.moving
            yield PairLine(
                code=one.code,
                fixed=f"{fixed.modality} {fixed.description}".strip(),
                moving=f"{moving.modality} {moving.description}".strip(),
                viewer=one.viewer_url,
            )


def _frame_ms(image: Instance) -> float | None:
    """Return the time between frames: Frame Time, or what follows from a rate of frames."""
    kept = InstanceMetadata.objects.filter(pk=image.pk).first()
    if kept is None:
        return None
    header: dict[str, Any] = json.loads(bytes(kept.json))
    time = _positive(header, "00181063")
    if time is not None:
        return time
    rate = _positive(header, "00180040") or _positive(header, "00082144")
    return None if rate is None else _MS_A_SECOND / rate


def _positive(header: dict[str, Any], tag: str) -> float | None:
    value = next(iter(header.get(tag, {}).get("Value", [])), None)
    good = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return float(value) if good else None
