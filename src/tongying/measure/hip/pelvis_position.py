"""How the pelvis lies on the film: rotation by the obturator foramina, tilt by foramen and pubis.

References
----------
Toennis D. Normal values of the hip joint for the evaluation of X-rays in children and adults. Clin
Orthop 1976; 119: 39-47 (films with a rotation index of 0.56 to 1.8 taken as usable, turned to the
right below 1). Ball F, Kommenda K. Sources of error in the roentgen evaluation of the hip in
infancy. Ann Radiol 1968; 11: 298-303 (tilt, quoted by others; needs sign-off).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tongying.kernel.caveat import Caveat
from tongying.measure.hip.pelvis import SIDES, Frame
from tongying.measure.recipe import Drawing, MarksRefused, Measurement
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

ROTATION, TILT = "pelvic-rotation-quotient", "pelvic-tilt-quotient"
FORAMEN, FORAMEN_HEIGHT, PUBIS = "foramen", "foramen-height", "pubis"
LEAST_ROTATION, MOST_ROTATION = 0.56, 1.8
"""Toennis 1976; between them the acetabular index differed by at most 2 degrees."""
LEAST_TILT, MOST_TILT = 0.75, 1.2
"""Ball and Kommenda 1968 as quoted; needs sign-off."""
ROTATION_RULE = "width of the right obturator foramen by that of the left"
TILT_RULE = "height of the obturator foramen by the distance of the pubis from Hilgenreiner's line"

ROTATED = Caveat(
    "hip.pelvis-rotated",
    "The pelvis is rotated: the quotient of the obturator foramina lies outside 0.56 to 1.8, and"
    " the angles of both hips are not reliable.",
)
TILTED = Caveat(
    "hip.pelvis-tilted",
    "The pelvis is tilted: the tilt quotient lies outside 0.75 to 1.2, and the acetabular index is"
    " not reliable.",
)
UNCHECKED = Caveat(
    "hip.rotation-unchecked",
    "The rotation of the pelvis was not checked; mark the width of both obturator foramina.",
)


def rotation(drawing: Drawing, frame: Frame) -> Measurement | None:
    """Return the quotient of the foramina's widths, right by left; None where one is not marked.

    Raises
    ------
    MarksRefused
        If a foramen has no width, or that of the right lies left of the other.
    """
    names = [f"{FORAMEN}-{name}" for name, _ in SIDES]
    if not all(drawing.has(name) for name in names):
        return None
    middles = [drawing.shaped(name).mean(axis=0) for name in names]
    if float((middles[1] - middles[0]) @ frame.towards_left) <= 0:
        raise MarksRefused("A mark of one hip lies on the other side of the body.")
    right, left = (_span(drawing, name, frame.towards_left) for name in names)
    return _said(ROTATION, right / left, ROTATION_RULE, drawing)


def tilt(drawing: Drawing, frame: Frame) -> Measurement | None:
    """Return the tilt quotient, the mean of the sides that are marked; None where none is.

    Raises
    ------
    MarksRefused
        If a foramen has no height or the pubis does not lie below Hilgenreiner's line.
    """
    quotients = []
    for name, _ in SIDES:
        height, pubis = f"{FORAMEN_HEIGHT}-{name}", f"{PUBIS}-{name}"
        if not (drawing.has(height) and drawing.has(pubis)):
            continue
        below = -frame.above(drawing.shaped(pubis)[0])
        if below <= 0:
            raise MarksRefused("The upper border of the pubis must lie below Hilgenreiner's line.")
        quotients.append(_span(drawing, height, frame.cranial) / below)
    if not quotients:
        return None
    return _said(TILT, float(np.mean(quotients)), TILT_RULE, drawing)


def position_doubts(rotated: Measurement | None, tilted: Measurement | None) -> tuple[Caveat, ...]:
    """Return what the position of the pelvis does to the angles."""
    found = []
    if rotated is None:
        found.append(UNCHECKED)
    elif not LEAST_ROTATION <= rotated.value <= MOST_ROTATION:
        found.append(ROTATED)
    if tilted is not None and not LEAST_TILT <= tilted.value <= MOST_TILT:
        found.append(TILTED)
    return tuple(found)


def _span(drawing: Drawing, name: str, along: NDArray[np.float64]) -> float:
    start, end = drawing.shaped(name)
    size = abs(float((end - start) @ along))
    if size <= 0:
        raise MarksRefused("Mark the obturator foramen from border to border.")
    return size


def _said(measure: str, value: float, rule: str, drawing: Drawing) -> Measurement:
    method = MeasuringMethod("tongying", "1", None, rule)
    return told(measure, value, "1", drawing=drawing, method=method)
