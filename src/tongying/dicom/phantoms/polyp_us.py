"""A probe's picture as its video output gives it: a bowel loop with a round polyp, breathing.

RGB frames with the depth scale of the machine drawn in, and no calibration anywhere else: who wants
millimetres draws a scale over the depth marks. The polyp is a circle, so its diameter is the same
in every direction. Drawn, not simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import pi, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongying.dicom.phantoms.drawing import blur
from tongying.dicom.phantoms.header import random_of
from tongying.dicom.phantoms.ultrasound_screen import (
    COLUMNS,
    MM_PER_PIXEL,
    ROWS,
    SCREEN_COLUMNS,
    Plane,
    axes,
    grain_of,
)

FRAMES_A_SECOND: Final = 25
BREATH_SECONDS: Final = 2.0
"""Thirty breaths a minute, as a small child's; the loop closes after each."""
BREATH_MM: Final = 1.2
"""How far the bowel moves up and down from where it rests."""
WALL_MM: Final = 6.8
"""Depth of the abdominal wall, which stays where it is under the probe."""
TICK_MM: Final = 10.0
TICK_COLUMN: Final = COLUMNS + 9
"""Middle of a centimetre's mark."""
_TICK_HALF: Final = 6
_SMALL_HALF: Final = 3
_DYNAMIC_DB: Final = 58.0
_FIRST_ROW: Final = 30
"""Row of the scale's zero: the face of the probe lies a little below the picture's edge."""

Frame = NDArray[np.uint8]
Point = tuple[float, float]


@dataclass(frozen=True)
class PolypFilm:
    """What is drawn, and where the known lengths lie in it.

    Attributes
    ----------
    polyp_mm : float
        Diameter of the polyp.
    centre_mm : tuple of float
        Its middle at rest, across and down from the first pixel.
    loop_mm : float
        Outer diameter of the bowel loop around it.
    seed : str
        Every random number comes from this text.
    columns, rows, mm_per_pixel, frames_a_second
        What the frames are; not to be chosen.
    """

    polyp_mm: float = 15.0
    centre_mm: tuple[float, float] = (24.0, 22.0)
    loop_mm: float = 25.0
    seed: str = "polyp"

    columns: int = SCREEN_COLUMNS
    rows: int = ROWS
    mm_per_pixel: float = MM_PER_PIXEL
    frames_a_second: int = FRAMES_A_SECOND

    @property
    def count(self) -> int:
        """Frames of one breath; frame `count` is frame 0 again."""
        return round(BREATH_SECONDS * FRAMES_A_SECOND)

    def ends(self, index: int = 0) -> tuple[Point, Point]:
        """Return the polyp's ends, left and right, in a frame, as fractions of the picture."""
        x, y = self.centre_mm
        row = y / MM_PER_PIXEL + _shift(index, self.count)
        half = self.polyp_mm / 2 / MM_PER_PIXEL
        across = x / MM_PER_PIXEL
        return (
            ((across - half) / self.columns, row / self.rows),
            ((across + half) / self.columns, row / self.rows),
        )

    def scale(self) -> tuple[Point, Point, float]:
        """Return the first and the last centimetre's mark as fractions, and their mm apart."""
        last = int((ROWS - _FIRST_ROW - 4) * MM_PER_PIXEL // TICK_MM)
        x = (TICK_COLUMN + 0.5) / self.columns
        top, bottom = (
            (_FIRST_ROW + n * TICK_MM / MM_PER_PIXEL + 0.5) / self.rows for n in (0, last)
        )
        return (x, top), (x, bottom), last * TICK_MM

    def frame(self, index: int) -> Frame:
        """Return one frame, rows x columns x 3, of red, green, blue."""
        index %= self.count
        shift = _shift(index, self.count)
        scatter, mirror, grain, passing = self._tissue
        deep = int(WALL_MM / MM_PER_PIXEL)
        rows = np.arange(ROWS)
        rows[deep:] = np.clip(rows[deep:] - shift, deep, ROWS - 1)
        moved = np.roll(grain, shift, axis=0)
        moved[:deep] = grain[:deep]
        flowing = np.roll(passing, (23 * index, 41 * index), axis=(0, 1))
        level = _levels(scatter[rows], mirror[rows], 0.96 * moved + 0.28 * flowing)
        screen = np.zeros((ROWS, SCREEN_COLUMNS), dtype=np.uint8)
        screen[:, :COLUMNS] = level
        _draw_scale(screen)
        for place, letter in enumerate(_MARK):
            _draw(screen, 8, 8 + 12 * place, _LETTERS[letter])
        return np.repeat(screen[:, :, None], 3, axis=2)

    def frames(self, count: int | None = None) -> Iterator[Frame]:
        """Give frames in their order; one breath where no number is given."""
        for index in range(self.count if count is None else count):
            yield self.frame(index)

    def shown(self, picture: Frame) -> int:
        """Return which frame of the film a grabbed picture shows: the one most like it.

        Parameters
        ----------
        picture : ndarray
            Of the film's size; a lossy copy will do.
        """
        seen = picture[:, :COLUMNS].astype(np.int32)
        apart = [np.abs(frame[:, :COLUMNS] - seen).mean() for frame in self.frames()]
        return int(np.argmin(apart))

    @cached_property
    def _tissue(self) -> tuple[Plane, Plane, NDArray[np.complex64], NDArray[np.complex64]]:
        random = random_of(self.seed)
        scatter, mirror = _echoes(self)
        return scatter, blur(mirror, (0.6, 2.0)), grain_of(random), grain_of(random)


def _shift(index: int, count: int) -> int:
    """Return how many whole rows deeper the bowel lies in a frame."""
    return round(BREATH_MM * sin(2 * pi * index / count) / MM_PER_PIXEL)


def _echoes(film: PolypFilm) -> tuple[Plane, Plane]:
    x, y = axes()
    shape = np.broadcast_shapes(x.shape, y.shape)
    wave = np.sin(x / 4.0) + 0.5 * np.sin(x / 1.7)
    scatter = np.full(shape, 0.16, dtype=np.float32)
    mirror = np.zeros(shape, dtype=np.float32)
    scatter[y < 4.6 + 0.2 * wave] = 0.27
    scatter[y < 3.6 + 0.1 * wave] = 0.6
    scatter[np.broadcast_to(y, shape) < _FIRST_ROW * MM_PER_PIXEL] = 0
    for depth in (4.6, 5.6):
        mirror += 0.9 * np.exp(-(((y - depth - 0.1 * wave) / 0.16) ** 2))
    away = np.hypot(x - film.centre_mm[0], y - film.centre_mm[1])
    outer, wall = film.loop_mm / 2, 2.4
    scatter[away < outer] = 0.08
    for face in (outer, outer - wall):
        mirror += 1.1 * np.exp(-(((away - face) / 0.16) ** 2))
    scatter[away < outer - wall] = 0.03
    _polyp(scatter, mirror, film, away)
    return scatter, mirror


def _polyp(scatter: Plane, mirror: Plane, film: PolypFilm, away: Plane) -> None:
    """Paint it: bright, sharply bordered, with the little cysts of a juvenile polyp."""
    x, y = axes()
    half = film.polyp_mm / 2
    inside = away < half
    scatter[inside] = 0.4
    # The echo of the rim lies inside: its outer edge on the screen is the polyp's edge.
    mirror += 1.5 * np.exp(-(((half - 0.35 - away) / 0.18) ** 2))
    for across, down, radius in ((-3.1, 0.9, 0.9), (0.4, -1.6, 1.2), (3.2, 1.4, 0.8)):
        cyst = np.hypot(x - film.centre_mm[0] - across, y - film.centre_mm[1] - down) < radius
        scatter[cyst] = 0.03


def _levels(scatter: Plane, mirror: Plane, grain: NDArray[np.complex64]) -> Frame:
    """Return the grey of every pixel: log-compressed, a little dimmer off the focus."""
    _, y = axes()
    strength = np.abs(grain * scatter + mirror * (0.75 + 0.25 * grain))
    strength *= 1.0 - 0.012 * np.abs(y - 20)
    level = 20 * np.log10(np.maximum(strength, 1e-4) / 3.2) + _DYNAMIC_DB
    grey: NDArray[np.float32] = np.clip(level / _DYNAMIC_DB, 0, 1) ** 1.25 * 245
    return np.rint(grey).astype(np.uint8)


def _draw_scale(screen: Frame) -> None:
    """Draw depth marks, three rows thick: long ones with a number each centimetre."""
    step = TICK_MM / 2 / MM_PER_PIXEL
    for number in range(int((ROWS - _FIRST_ROW) / step) + 1):
        row, long = round(_FIRST_ROW + number * step), number % 2 == 0
        half = _TICK_HALF if long else _SMALL_HALF
        left = TICK_COLUMN - half if long else TICK_COLUMN - _TICK_HALF
        screen[max(0, row - 1) : row + 2, left : left + 2 * half + 1] = 255
        if long:
            _draw(screen, row - 7, TICK_COLUMN + 12, _FIGURES[number // 2])
    screen[_FIRST_ROW:, TICK_COLUMN - _TICK_HALF - 1] = 90


def _draw(screen: Frame, top: int, left: int, pattern: tuple[str, ...]) -> None:
    """Draw a sign of three by five dots, each of three by three pixels."""
    for down, line in enumerate(pattern):
        for across, sign in enumerate(line):
            if sign == "#":
                row, column = top + 3 * down, left + 3 * across
                screen[row : row + 3, column : column + 3] = 220


_FIGURES: Final = (
    ("###", "#.#", "#.#", "#.#", "###"),
    (".#.", "##.", ".#.", ".#.", "###"),
    ("###", "..#", "###", "#..", "###"),
    ("###", "..#", "###", "..#", "###"),
)
_MARK: Final = "PHANTOM"
"""Stands in the picture itself, because a video has no header."""
_LETTERS: Final = {
    "A": (".#.", "#.#", "###", "#.#", "#.#"),
    "H": ("#.#", "#.#", "###", "#.#", "#.#"),
    "M": ("#.#", "###", "###", "#.#", "#.#"),
    "N": ("##.", "#.#", "#.#", "#.#", "#.#"),
    "O": ("###", "#.#", "#.#", "#.#", "###"),
    "P": ("###", "#.#", "###", "#..", "#.."),
    "T": ("###", ".#.", ".#.", ".#.", ".#."),
}
