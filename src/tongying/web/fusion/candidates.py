"""Which series of a child may be brought together, which may not, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from itertools import combinations
from typing import Any, Final

from django.db.models import Max

from tongying.archive.arrival import Door
from tongying.archive.derived import is_derived
from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Viewer
from tongying.web.records.children import same_child
from tongying.web.records.models import Instance, InstanceMetadata, Series, Study
from tongying.web.records.reading import study_of
from tongying.web.records.visible import cases_for, studies_for

FEWEST_SLICES: Final = 2
MOST_PAIRS: Final = 40
_POSITION, _ORIENTATION, _SPACING = "00200032", "00200037", "00280030"
_PER_FRAME, _SHARED, _DETECTORS = "52009230", "52009229", "00540022"
_PLANE_POSITION, _PLANE_ORIENTATION = "00209113", "00209116"
_ANATOMY: Final = {"CT": 0, "MR": 1, "US": 2, "XA": 3}
"""What stays in place before what is laid over it: anatomy below function."""
_FUNCTION: Final = frozenset({"PT", "NM"})


class Bar(StrEnum):
    """Why a series cannot be brought together with another."""

    RESULT = "result"
    """A report, segmentation or other object about images."""
    MADE_HERE = "made-here"
    """The platform resampled it itself."""
    ONE_SLICE = "one-slice"
    NO_GEOMETRY = "no-geometry"
    """Single pictures without a place in space, such as ultrasound stills or films."""


@dataclass(frozen=True, slots=True)
class FusibleSeries:
    """A series as it is offered.

    Attributes
    ----------
    pk : int
    uid, study_uid, modality, description, study_description, hospital : str
    number : int or None
    date : date or None
        Of the series, or of its study.
    time : time or None
    slices : int
    picture : str
        SOP Instance UID of its middle image; empty where it has none.
    bar : Bar or None
        Why it cannot be brought together; None if it can.
    """

    pk: int
    uid: str
    study_uid: str
    modality: str
    number: int | None
    description: str
    study_description: str
    hospital: str
    date: date | None
    time: time | None
    slices: int
    picture: str
    frame_of_reference_uid: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two series that may be brought together; `same_session` if one visit made both."""

    fixed: FusibleSeries
    moving: FusibleSeries
    same_session: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a child's studies offer.

    Attributes
    ----------
    series : tuple of FusibleSeries
        Every series of the child that the viewer sees, those that cannot be fused with their bar.
    pairs : tuple of Pair
        The likeliest first: one session, then the days nearest.
    """

    series: tuple[FusibleSeries, ...]
    pairs: tuple[Pair, ...]

    @property
    def fusible(self) -> tuple[FusibleSeries, ...]:
        """Return the series that can be brought together."""
        return tuple(one for one in self.series if one.bar is None)

    @property
    def barred(self) -> tuple[FusibleSeries, ...]:
        """Return the series that cannot."""
        return tuple(one for one in self.series if one.bar is not None)


def candidates_of_study(viewer: Viewer, study_uid: str) -> Candidates:
    """Return what may be fused of the child of a study, over all its studies that one sees.

    Raises
    ------
    tongying.web.records.reading.ObjectNotFound
        If the study does not exist for the viewer.
    """
    study = study_of(viewer, study_uid)
    seen = studies_for(viewer).filter(child_id__in=same_child(study.child_id))
    return _candidates(seen.select_related("hospital"), first=study.pk)


def candidates_of_case(viewer: Viewer, case_id: int) -> Candidates:
    """Return what may be fused of the studies that a case shows.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    case = cases_for(viewer).filter(pk=case_id).first()
    if case is None:
        raise CaseNotFound("There is no such case.")
    shown = case.studies.order_by("prior").values_list("study_id", "prior")
    asked = next((pk for pk, prior in shown if not prior), 0)
    studies = Study.objects.filter(pk__in=[pk for pk, _ in shown]).select_related("hospital")
    # A fetal study on a case is filed under the mother: another person, never fused with the child.
    child = Study.objects.filter(pk=asked).values_list("child_id", flat=True).first()
    if child is not None:
        studies = studies.filter(child_id__in=same_child(child))
    return _candidates(studies, first=asked)


def _candidates(studies: Iterable[Study], *, first: int) -> Candidates:
    by_age = sorted(studies, key=lambda one: (one.pk != first, -_day(one.date), one.pk))
    series = tuple(one for study in by_age for one in _series_of(study))
    free = [one for one in series if one.bar is None]
    pairs = [_oriented(one, other) for one, other in combinations(free, 2)]
    places = {one.uid: place for place, one in enumerate(by_age)}
    pairs.sort(key=lambda pair: _likelihood(pair, places))
    return Candidates(series, tuple(pairs[:MOST_PAIRS]))


def _day(value: date | None) -> int:
    return value.toordinal() if value else 0


def _likelihood(pair: Pair, places: dict[str, int]) -> tuple[int, ...]:
    fixed, moving = pair.fixed, pair.moving
    known = fixed.date is not None and moving.date is not None
    gap = abs(_day(fixed.date) - _day(moving.date)) if known else 10**6
    functional = moving.modality in _FUNCTION and fixed.modality not in _FUNCTION
    return (
        not pair.same_session,
        not functional,
        gap,
        fixed.modality == moving.modality,
        places[fixed.study_uid] + places[moving.study_uid],
        -fixed.slices - moving.slices,
    )


def _oriented(one: FusibleSeries, other: FusibleSeries) -> Pair:
    """Put what shows anatomy below; of two alike the one with more slices."""
    fixed, moving = sorted((one, other), key=lambda s: (_rank(s.modality), -s.slices, s.pk))
    same_study = fixed.study_uid == moving.study_uid
    same_frame = bool(fixed.frame_of_reference_uid) and (
        fixed.frame_of_reference_uid == moving.frame_of_reference_uid
    )
    return Pair(fixed, moving, same_study or same_frame)


def _rank(modality: str) -> int:
    return 9 if modality in _FUNCTION else _ANATOMY.get(modality, 5)


def _series_of(study: Study) -> list[FusibleSeries]:
    rows = list(
        Series.objects.filter(study=study)
        .annotate(most_frames=Max("instances__frame_count"))
        .order_by("number", "pk")
    )
    return [_shown(study, row, row.most_frames or 0) for row in rows]


def _shown(study: Study, row: Series, frames: int) -> FusibleSeries:
    middle = _middle(row)
    slices = max(row.instance_count, frames) if frames else 0
    return FusibleSeries(
        pk=row.pk,
        uid=row.uid,
        study_uid=study.uid,
        modality=row.modality,
        number=row.number,
        description=row.description,
        study_description=study.description,
        hospital=study.hospital.name,
        date=row.date or study.date,
        time=row.time or study.time,
        slices=slices,
        picture=middle.uid if middle is not None and middle.frame_count else "",
        frame_of_reference_uid=row.frame_of_reference_uid,
        bar=bar_of(middle, slices),
    )


def _middle(row: Series) -> Instance | None:
    kept = Instance.objects.filter(series=row).order_by("number", "pk").defer("frames")
    return kept[row.instance_count // 2 : row.instance_count // 2 + 1].first()


def bar_of_series(row: Series) -> Bar | None:
    """Return why a series cannot be brought together, or None."""
    frames = Instance.objects.filter(series=row).aggregate(most=Max("frame_count"))["most"] or 0
    return bar_of(_middle(row), max(row.instance_count, frames) if frames else 0)


def bar_of(middle: Instance | None, slices: int) -> Bar | None:
    """Return why a series cannot be brought together, judged by its middle instance.

    Parameters
    ----------
    middle : Instance or None
    slices : int
        Images or frames of the series.
    """
    if middle is None or is_derived(middle.sop_class_uid) or not middle.frame_count:
        return Bar.RESULT
    if middle.door == Door.SELF.value:
        return Bar.MADE_HERE
    metadata = InstanceMetadata.objects.filter(pk=middle.pk).first()
    if metadata is None or not _has_geometry(json.loads(bytes(metadata.json))):
        return Bar.NO_GEOMETRY
    return Bar.ONE_SLICE if slices < FEWEST_SLICES else None


def _has_geometry(header: dict[str, Any]) -> bool:
    """Say whether the header tells where the image lies in space."""
    if _filled(header, _POSITION, _ORIENTATION, _SPACING):
        return True
    frames = _items(header, _PER_FRAME)[:1] + _items(header, _SHARED)[:1]
    if any(_items(one, _PLANE_POSITION) for one in frames) and any(
        _items(one, _PLANE_ORIENTATION) for one in frames
    ):
        return True
    return any(_filled(one, _POSITION, _ORIENTATION) for one in _items(header, _DETECTORS))


def _filled(header: dict[str, Any], *tags: str) -> bool:
    return all(header.get(tag, {}).get("Value") for tag in tags)


def _items(header: dict[str, Any], tag: str) -> Sequence[dict[str, Any]]:
    found: list[dict[str, Any]] = header.get(tag, {}).get("Value") or []
    return found
