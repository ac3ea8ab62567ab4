"""Split the images of a series into stacks: one orientation, one phase, each place once.

Images that differ in size or orientation are never one stack. Images at the same place are told
apart by the first attribute of `tongying.dicom.volumes.tells` that makes every stack a regular
volume; else by the order in time at each place; else by two attributes, or by all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np

from tongying.dicom.volumes.frame_header import FrameHeader, Tell
from tongying.dicom.volumes.spacing import SAME_PLACE_MM, SlicesRefused, axes_of, measure
from tongying.dicom.volumes.tells import ORDERED
from tongying.kernel.errors import BadInput

SAME_DIRECTION = 1e-3
"""Greatest difference of direction cosines within a stack (about 0.06°)."""
_LISTED = 12
_PLANES = ("sagittal", "coronal", "axial")
_OBLIQUE = 0.9
"""A normal with no component beyond this is called oblique."""

Labelled = tuple[str, list[FrameHeader]]


class SeveralStacks(BadInput):
    """The series holds more than one volume."""

    code: ClassVar[str] = "dicom.volume-several-stacks"


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Images that may be one volume.

    Attributes
    ----------
    frames : tuple of FrameHeader
        As they came.
    label : str
        What tells it from the series' other stacks, such as ``"echo time (ms) 4.9"``; empty if
        it is the only one.
    """

    frames: tuple[FrameHeader, ...]
    label: str

    @property
    def is_localiser(self) -> bool:
        """Whether the scanner calls all its images localisers."""
        return all(frame.is_localiser for frame in self.frames)


def split(frames: Sequence[FrameHeader]) -> tuple[Stack, ...]:
    """Split images into stacks.

    Parameters
    ----------
    frames : sequence of FrameHeader
        Of one series.
    """
    planes = _by_plane(frames)
    stacks = []
    for plane, members in planes:
        parts = _apart(members)
        for label, part in parts:
            named = [name for name in (plane if len(planes) > 1 else "", label) if name]
            stacks.append(Stack(tuple(part), ", ".join(named)))
    return tuple(stacks)


def only(stacks: Sequence[Stack]) -> Stack:
    """Return the one stack of a series.

    Parameters
    ----------
    stacks : sequence of Stack

    Raises
    ------
    SeveralStacks
        If there are more; its sentence lists them.
    """
    if len(stacks) == 1:
        return stacks[0]
    named = [f"{stack.label} ({len(stack.frames)})" for stack in stacks[:_LISTED]]
    more = f"; and {len(stacks) - _LISTED} more" if len(stacks) > _LISTED else ""
    raise SeveralStacks(
        f"The series holds {len(stacks)} stacks of images; choose one: {'; '.join(named)}{more}."
    )


def _by_plane(frames: Sequence[FrameHeader]) -> list[Labelled]:
    """Group by size, pixel spacing and orientation, in the order of their first images."""
    groups: list[Labelled] = []
    for frame in frames:
        for _, members in groups:
            if _same_plane(members[0], frame):
                members.append(frame)
                break
        else:
            groups.append((_plane_name(frame), [frame]))
    counts: dict[str, int] = defaultdict(int)
    named = []
    for name, members in groups:
        counts[name] += 1
        same = sum(1 for other, _ in groups if other == name)
        named.append((f"{name} {counts[name]}" if same > 1 else name, members))
    return named


def _same_plane(one: FrameHeader, other: FrameHeader) -> bool:
    if one.shape != other.shape or (one.spacing is None) != (other.spacing is None):
        return False
    if one.spacing and not np.allclose(one.spacing, other.spacing or (), rtol=1e-4):
        return False
    if one.orientation is None or other.orientation is None:
        return one.orientation is other.orientation
    return bool(np.allclose(one.orientation, other.orientation, rtol=0, atol=SAME_DIRECTION))


def _plane_name(frame: FrameHeader) -> str:
    if frame.orientation is None:
        return "without orientation"
    normal = np.abs(np.cross(frame.orientation[:3], frame.orientation[3:]))
    axis = int(np.argmax(normal))
    return _PLANES[axis] if normal[axis] > _OBLIQUE else "oblique"


def _apart(frames: list[FrameHeader]) -> list[Labelled]:
    if len(frames) < 2 or any(frame.position is None for frame in frames):
        return [("", frames)]
    if _is_regular(frames):
        return [("", frames)]
    trials = list(_trials(frames))
    for fits in (_is_regular, _has_no_double):
        for trial in trials:
            parts = trial(frames)
            if len(parts) > 1 and all(fits(part) for _, part in parts):
                return parts
        if _has_no_double(frames):
            # Nothing makes it regular, and no image is doubled: one stack with a fault.
            return [("", frames)]
    return [("", frames)]


def _is_regular(frames: list[FrameHeader]) -> bool:
    try:
        measure(frames)
    except SlicesRefused:
        return False
    return True


def _has_no_double(frames: list[FrameHeader]) -> bool:
    along = np.sort(_along(frames))
    return len(along) < 2 or bool(np.diff(along).min() > SAME_PLACE_MM)


def _along(frames: list[FrameHeader]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    try:
        normal = axes_of(frames[0])[:, 2]
    except SlicesRefused:
        return np.zeros(len(frames))
    places = np.array([frame.position for frame in frames], dtype=np.float64)
    along: np.ndarray[tuple[int], np.dtype[np.float64]] = places @ normal
    return along


def _trials(frames: list[FrameHeader]) -> Iterable[Callable[[list[FrameHeader]], list[Labelled]]]:
    """Yield ways of splitting, the most telling first."""
    names = [
        name
        for name in dict.fromkeys(name for frame in frames for name in frame.tells)
        if len({frame.tells.get(name) for frame in frames}) > 1
    ]
    for name in names:
        yield _splitting_by((name,))
    for name in names:
        if name in ORDERED:
            yield _ranking_by(name)
    varying = _varying_at_one_place(frames, names)
    for pair in combinations(varying, 2):
        yield _splitting_by(pair)
    if len(varying) > 2:
        yield _splitting_by(tuple(varying))


def _varying_at_one_place(frames: list[FrameHeader], names: list[str]) -> list[str]:
    return [
        name
        for name in names
        if any(
            len({frame.tells.get(name) for frame in members}) > 1 for members in _by_place(frames)
        )
    ]


def _by_place(frames: list[FrameHeader]) -> list[list[FrameHeader]]:
    along = _along(frames)
    places: list[list[FrameHeader]] = []
    last = -np.inf
    for index in np.argsort(along, kind="stable"):
        if along[index] - last > SAME_PLACE_MM:
            places.append([])
            last = along[index]
        places[-1].append(frames[index])
    return places


def _splitting_by(names: tuple[str, ...]) -> Callable[[list[FrameHeader]], list[Labelled]]:
    def split_by(frames: list[FrameHeader]) -> list[Labelled]:
        groups: dict[Hashable, list[FrameHeader]] = defaultdict(list)
        for frame in frames:
            groups[tuple(frame.tells.get(name) for name in names)].append(frame)
        ordered = sorted(groups.items(), key=lambda item: _sort_key(item[0]))
        return [
            (
                ", ".join(f"{name} {_written(members[0].tells.get(name))}" for name in names),
                members,
            )
            for _, members in ordered
        ]

    return split_by


def _ranking_by(name: str) -> Callable[[list[FrameHeader]], list[Labelled]]:
    """Split by the order of an attribute at each place."""

    def split_by(frames: list[FrameHeader]) -> list[Labelled]:
        places = _by_place(frames)
        count = len(places[0])
        ranked: list[list[FrameHeader]] = [[] for _ in range(count)]
        for members in places:
            values = [frame.tells.get(name) for frame in members]
            if len(members) != count or None in values or len(set(values)) < count:
                return []
            for rank, frame in enumerate(
                sorted(members, key=lambda one: _sort_key((one.tells.get(name),)))
            ):
                ranked[rank].append(frame)
        return [(f"{name}, number {rank + 1}", members) for rank, members in enumerate(ranked)]

    return split_by


def _sort_key(values: Hashable) -> tuple[tuple[int, float, str], ...]:
    parts: list[tuple[int, float, str]] = []
    for value in values if isinstance(values, tuple) else (values,):
        if isinstance(value, tuple):
            parts += _sort_key(value)
        elif isinstance(value, int | float):
            parts.append((1, float(value), ""))
        else:
            parts.append((2 if value else 0, 0.0, str(value or "")))
    return tuple(parts)


def _written(value: Tell | None) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, tuple):
        return " ".join(_written(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else value
