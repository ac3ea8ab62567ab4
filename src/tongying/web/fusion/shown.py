"""Fused pairs as they are shown: frozen values, so that rows stay in the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tongying.web.fusion.states import Judgement, State, TableKind


@dataclass(frozen=True, slots=True)
class FusedSeries:
    """One of the two series of a fusion."""

    uid: str
    study_uid: str
    modality: str
    number: int | None
    description: str
    date: date | None
    picture: str
    """SOP Instance UID of its middle image; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Progressing:
    """How far a computation is.

    Attributes
    ----------
    stage : str
        Stable name of the stage; empty before the first one.
    percent : int
    seconds : int
        Since this run began.
    at : datetime or None
        When the process was last heard of.
    silent : bool
        Whether it has not been heard of for long: the worker is not at work.
    """

    stage: str = ""
    percent: int = 0
    seconds: int = 0
    at: datetime | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class ListedFusion:
    """A fusion in a list.

    Attributes
    ----------
    code : str
    state : State
    method : str
        The one that was used, or asked for while it is not done.
    fixed, moving : FusedSeries
    asked_at : datetime
    asked_by : str
    progress : Progressing
    verdict : str
        Value of `Verdict`; empty while it is not done.
    error_mm : float or None
        Estimated mean target error.
    spread_mm : float or None
        Of restarts.
    p95_mm : float or None
    half_voxel_mm : float or None
    judgement : Judgement or None
    viewer_url : str
        Opens the pair in the viewer; empty while it is not done.
    """

    code: str
    state: State
    method: str
    fixed: FusedSeries
    moving: FusedSeries
    asked_at: datetime
    asked_by: str
    progress: Progressing = field(default_factory=Progressing)
    verdict: str = ""
    error_mm: float | None = None
    spread_mm: float | None = None
    p95_mm: float | None = None
    half_voxel_mm: float | None = None
    judgement: Judgement | None = None
    viewer_url: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class MadeObject:
    """A series of objects that a fusion wrote."""

    kind: str
    study_uid: str
    series_uid: str
    count: int


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    """A contour to choose."""

    key: str
    label: str
    series: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """Values computed on a fused pair.

    Attributes
    ----------
    code : str
    kind : TableKind
    asked_by : str
    asked_at, finished_at : datetime or None
    inputs : dict
    result : dict or None
        As `run_table` answers, without paths.
    caveats : tuple of str
    pictures : tuple of str
        Names of files.
    failure : str
    progress : Progressing
    """

    code: str
    kind: TableKind
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    inputs: dict[str, Any]
    result: dict[str, Any] | None = None
    caveats: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    failure: str = ""
    progress: Progressing = field(default_factory=Progressing)


@dataclass(frozen=True, slots=True)
class FusionView:
    """A fusion with everything its page shows to one viewer.

    Attributes
    ----------
    listed : ListedFusion
    asked_method : str
    child : str
        Name as people write it.
    case_id : int or None
        The case it was asked from, if the viewer sees it.
    case_number : str
    finished_at : datetime or None
    cancelled_by : str
    cancel_asked_at : datetime or None
    judged_by : str
    judged_at : datetime or None
    judgement_reason : str
    result : dict or None
        As `FusionReport.as_json`, without paths.
    pictures : tuple of str
        Names of picture files.
    displacement : str
        Name of the displacement file, or empty.
    objects : tuple of MadeObject
    tables : tuple of ShownTable
        Newest first.
    segments : tuple of SegmentChoice
    not_measured : str
        Why nothing may be measured on it; empty where it may.
    shortest_axis_mm : float or None
        A lesion with a shorter axis may be looked at but not measured.
    may_cancel, may_judge, may_measure, writes_opinion : bool
        What the viewer may do now.
    """

    listed: ListedFusion
    asked_method: str
    child: str
    case_id: int | None
    case_number: str
    finished_at: datetime | None
    cancelled_by: str
    cancel_asked_at: datetime | None
    judged_by: str
    judged_at: datetime | None
    judgement_reason: str
    result: dict[str, Any] | None
    pictures: tuple[str, ...]
    displacement: str
    objects: tuple[MadeObject, ...]
    tables: tuple[ShownTable, ...]
    segments: tuple[SegmentChoice, ...]
    not_measured: str
    shortest_axis_mm: float | None
    may_cancel: bool
    may_judge: bool
    may_measure: bool
    writes_opinion: bool
