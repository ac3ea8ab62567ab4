"""All examinations of one child on one line of time, and which earlier ones to lay beside one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Exists, OuterRef

from tongying.archive.arrival import Door
from tongying.archive.body_region import Region, regions_of, side_of
from tongying.archive.modality_family import Kind, is_examination, kinds_of
from tongying.archive.relevance import Prior, StudyFacts, relevant_priors
from tongying.consult.people import Viewer
from tongying.web.cases.rows import shown_child
from tongying.web.cases.shown import ShownChild
from tongying.web.records.children import ChildUnknown, same_child
from tongying.web.records.filing import (
    FetalFiling,
    children_shown,
    fetal_filings,
    filed_elsewhere,
    studies_of,
)
from tongying.web.records.listing import StudyRow, study_rows
from tongying.web.records.models import Child, Instance, Series, Study
from tongying.web.records.reading import study_of
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail

FETAL: Final = "fetal"
"""Beside the kinds: studies made before birth."""
UNKNOWN_REGION: Final = "unknown"
MOST_PRIORS: Final = 3


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """What the timeline shows.

    Attributes
    ----------
    region : Region, str or None
        A part of the body, `UNKNOWN_REGION` for studies that do not tell theirs, None for all.
    kind : Kind, str or None
        A kind of examination, `FETAL` for those before birth, None for all.
    """

    region: Region | str | None = None
    kind: Kind | str | None = None

    def takes(self, line: TimelineLine) -> bool:
        """Say whether a study is shown."""
        if self.region == UNKNOWN_REGION:
            fits = not line.facts.regions
        else:
            fits = self.region is None or self.region in line.facts.regions
        if self.kind == FETAL:
            return fits and line.fetal is not None
        return fits and (self.kind is None or self.kind in line.facts.kinds)


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One study of a child.

    Attributes
    ----------
    row : StudyRow
        Its child is the child, with the age at the study, under whichever record it is filed.
    facts : StudyFacts
    images : int
        Objects that are images and were brought in: reports and what the platform made are not
        counted.
    fetal : FetalFiling or None
        Where it was made before birth.
    """

    row: StudyRow
    facts: StudyFacts
    images: int
    fetal: FetalFiling | None


@dataclass(frozen=True, slots=True)
class ChildTimeline:
    """A child's examinations for one viewer.

    Attributes
    ----------
    child : ShownChild
    own : bool
        Whether the record is of the viewer's own hospital.
    lines : tuple of TimelineLine
        All of them, newest first, undated ones last.
    kinds, regions : tuple of (str, int)
        What occurs, with how many studies, in the order of the enumerations; `FETAL` and
        `UNKNOWN_REGION` at the end.
    filed_with_children : int
        Studies under this record that are filed with a child as fetal ones.
    """

    child: ShownChild
    own: bool
    lines: tuple[TimelineLine, ...]
    kinds: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    filed_with_children: int


@dataclass(frozen=True, slots=True)
class ShownPrior:
    """An earlier study with the reason for its place."""

    line: TimelineLine
    prior: Prior


def child_timeline(viewer: Viewer, child_id: int) -> ChildTimeline:
    """Return a child's timeline and note the reading.

    Raises
    ------
    ChildUnknown
        If no study of the child exists for the viewer, and it is no child of their hospital.
    """
    child = Child.objects.filter(pk=child_id).first()
    if child is None:
        raise ChildUnknown("There is no such child.")
    lines = lines_of(viewer, child_id)
    if not lines and child.hospital_id != viewer.hospital:
        raise ChildUnknown("There is no such child.")
    trail.note_read(viewer.login, "child", str(child.pk), child.hospital_id, door="timeline")
    return ChildTimeline(
        child=shown_child(child, None),
        own=child.hospital_id == viewer.hospital,
        lines=lines,
        kinds=_counted([*Kind, FETAL], (_kind_names(line) for line in lines)),
        regions=_counted([*Region, UNKNOWN_REGION], (_region_names(line) for line in lines)),
        filed_with_children=filed_elsewhere(viewer, child_id),
    )


def lines_of(viewer: Viewer, child_id: int) -> tuple[TimelineLine, ...]:
    """Return a child's studies that exist for a viewer, newest first; no reading is noted."""
    joined = same_child(child_id)
    studies = list(
        studies_of(viewer, child_id).select_related("child", "hospital").order_by("-date", "-pk")
    )
    fetal = fetal_filings(joined)
    gestation = _gestation_at_birth(viewer, joined)
    told = _told([study.pk for study in studies])
    asked_for = Child.objects.get(pk=child_id)
    lines = []
    for study, row in zip(studies, study_rows(viewer, studies), strict=True):
        whose = asked_for if study.pk in fetal else study.child
        born_later = study.pk in fetal
        shown = shown_child(whose, None if born_later else study.date, gestation)
        series = told[study.pk]
        lines.append(
            TimelineLine(
                row=replace(row, child=shown),
                facts=_facts(study, series, child=joined[0], fetal=born_later),
                images=sum(one.images for one in series),
                fetal=fetal.get(study.pk),
            )
        )
    return tuple(sorted(lines, key=lambda line: line.row.date is None))


def lines_around(viewer: Viewer, study_uid: str) -> tuple[int | None, tuple[TimelineLine, ...]]:
    """Return whom a study shows, and that child's studies as `lines_of`; nothing for twins.

    Raises
    ------
    tongying.web.records.reading.ObjectNotFound
        If the study does not exist for the viewer.
    """
    shown = children_shown(study_of(viewer, study_uid))
    if len(shown) != 1:
        return None, ()
    return shown[0], lines_of(viewer, shown[0])


def priors_among(lines: Sequence[TimelineLine], study_uid: str) -> tuple[ShownPrior, ...]:
    """Return the priors of a study among a child's, most relevant first.

    Parameters
    ----------
    lines : sequence of TimelineLine
        Of one child, the study among them.
    study_uid : str
    """
    by_uid = {line.row.uid: line for line in lines}
    current = by_uid.get(study_uid)
    if current is None:
        return ()
    found = relevant_priors(current.facts, (line.facts for line in by_uid.values()))
    return tuple(ShownPrior(by_uid[one.study.uid], one) for one in found)


@dataclass(frozen=True, slots=True)
class _Series:
    """What a series tells of its study."""

    modality: str
    description: str
    protocol: str
    body_part: str
    laterality: str
    images: int


def _told(studies: Sequence[int]) -> dict[int, list[_Series]]:
    """Return the series that were brought in; a PET resampled here makes no MR a PET/MR."""
    found: dict[int, list[_Series]] = defaultdict(list)
    brought = Instance.objects.filter(series=OuterRef("pk")).exclude(door=Door.SELF.value)
    rows = Series.objects.filter(Exists(brought), study_id__in=studies)
    for row in rows.order_by("number", "pk"):
        found[row.study_id].append(
            _Series(
                modality=row.modality,
                description=row.description,
                protocol=row.protocol,
                body_part=row.body_part,
                laterality=row.laterality,
                images=row.instance_count if is_examination(row.modality) else 0,
            )
        )
    return found


def _facts(study: Study, series: Sequence[_Series], *, child: int, fetal: bool) -> StudyFacts:
    texts = [
        study.description,
        *(text for one in series for text in (one.description, one.protocol)),
    ]
    regions = regions_of(texts, [one.body_part for one in series])
    return StudyFacts(
        uid=study.uid,
        child=child,
        date=study.date,
        kinds=kinds_of([one.modality for one in series], regions),
        regions=regions,
        side=side_of([one.laterality for one in series], texts),
        fetal=fetal,
    )


def _gestation_at_birth(viewer: Viewer, joined: Sequence[int]) -> int | None:
    """Return the gestation that the newest case of the child tells, in days."""
    cases = cases_for(viewer).filter(child_id__in=joined, gestation_weeks__isnull=False)
    told = cases.order_by("-pk").values_list("gestation_weeks", "gestation_days").first()
    if told is None:
        return None
    weeks, days = told
    return int(weeks) * 7 + int(days or 0)


def _kind_names(line: TimelineLine) -> list[str]:
    names = [kind.value for kind in line.facts.kinds]
    return [*names, FETAL] if line.fetal else names


def _region_names(line: TimelineLine) -> list[str]:
    return [region.value for region in line.facts.regions] or [UNKNOWN_REGION]


def _counted(order: Sequence[str], found: Iterable[Sequence[str]]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = defaultdict(int)
    for names in found:
        for name in names:
            counts[name] += 1
    return tuple((str(name), counts[name]) for name in order if counts[name])
