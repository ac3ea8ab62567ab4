"""Where the femoral head stands: centre-edge angle, Reimers, acetabular head index, IHDI grade.

References
----------
Wiberg G. Acta Chir Scand 1939; 83 suppl 58 (centre-edge angle). Reimers J. The stability of the hip
in children. Acta Orthop Scand 1980; 51 suppl 184 (migration percentage). Narayanan U et al.
J Pediatr Orthop 2015; 35: 478-484, doi 10.1097/BPO.0000000000000318 (IHDI).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tongying.measure.hip.femoral_head import reach_along
from tongying.measure.hip.pelvis import Frame
from tongying.measure.plane import Places
from tongying.measure.recipe import Grade, MarksRefused

IHDI = "ihdi"
IHDI_SOURCE = (
    "Narayanan U et al. J Pediatr Orthop 2015; 35: 478-484, doi 10.1097/BPO.0000000000000318; as"
    " told by the International Hip Dysplasia Institute"
)
IHDI_WORDS = {
    "I": ("at or medial to Perkin's line", "位于 Perkin 线上或其内侧"),
    "II": (
        "lateral to Perkin's line, at or medial to the diagonal",
        "位于 Perkin 线外侧、对角线上或其内侧",
    ),
    "III": (
        "lateral to the diagonal, at or below Hilgenreiner's line",
        "位于对角线外侧、Hilgenreiner 线上或其下方",
    ),
    "IV": ("above Hilgenreiner's line", "位于 Hilgenreiner 线上方"),
}
ON_LINE = 1e-9
"""A place this near to a line, in parts of the pelvis' width, lies on it."""


def ihdi_zone(lateral: float, cranial: float) -> str:
    """Return the IHDI grade of an H-point.

    Parameters
    ----------
    lateral : float
        How far lateral of Perkin's line it lies, negative medial of it.
    cranial : float
        How far above Hilgenreiner's line it lies, negative below; in the unit of `lateral`.

    Raises
    ------
    MarksRefused
        If a distance is no number, or the place lies above Hilgenreiner's line and not lateral of
        Perkin's, where grade I and grade IV both hold.

    Examples
    --------
    >>> [ihdi_zone(*place) for place in ((0, -5), (3, -5), (5, -3), (5, 1))]
    ['I', 'II', 'III', 'IV']
    """
    if not (math.isfinite(lateral) and math.isfinite(cranial)):
        raise MarksRefused("The H-point is no place on the film.")
    if cranial > 0:
        if lateral <= 0:
            raise MarksRefused(
                "The H-point lies above Hilgenreiner's line and not lateral of Perkin's line, where"
                " no IHDI grade is defined."
            )
        return "IV"
    if lateral <= 0:
        return "I"
    # The diagonal runs 45 degrees down and out from where both lines meet.
    return "II" if lateral <= -cranial else "III"


def ihdi_grade(
    h_point: NDArray[np.float64], edge: NDArray[np.float64], frame: Frame, side: str
) -> Grade:
    """Return the IHDI grade of a hip; it never decides.

    Raises
    ------
    MarksRefused
        If no grade is defined where the H-point lies.
    """
    near = ON_LINE * float(np.hypot(*(frame.left - frame.right)))
    lateral = frame.along(h_point, side) - frame.along(edge, side)
    cranial = frame.above(h_point)
    lateral, cranial = (0.0 if abs(one) < near else one for one in (lateral, cranial))
    value = ihdi_zone(-cranial if abs(lateral + cranial) < near else lateral, cranial)
    english, chinese = IHDI_WORDS[value]
    return Grade(
        scheme=IHDI,
        value=value,
        side=side,
        english=f"IHDI grade {value}: the H-point lies {english}.",
        chinese=f"IHDI {value} 级：H 点{chinese}。",
        source=IHDI_SOURCE,
    )


def centre_edge_deg(
    centre: NDArray[np.float64], edge: NDArray[np.float64], frame: Frame, side: str
) -> float:
    """Return the lateral centre-edge angle, negative where the edge lies medial of the centre.

    It opens at the centre, from straight cranial towards the edge; beyond 90 degrees either way the
    centre lies above the edge.

    Raises
    ------
    MarksRefused
        If the centre lies on the edge.
    """
    reach = edge - centre
    lateral, cranial = float(reach @ frame.lateral(side)), float(reach @ frame.cranial)
    if lateral == 0 and cranial == 0:
        raise MarksRefused("The centre of the head cannot lie on the edge of the roof.")
    return math.degrees(math.atan2(lateral, cranial))


def migration_percent(head: Places, edge: NDArray[np.float64], frame: Frame, side: str) -> float:
    """Return the part of the head's width that lies lateral of Perkin's line, 0 to 100 percent.

    Raises
    ------
    MarksRefused
        If the head is no ellipse.
    """
    return 100 * min(max(_uncovered(head, edge, frame, side), 0.0), 1.0)


def head_index_percent(head: Places, edge: NDArray[np.float64], frame: Frame, side: str) -> float:
    """Return how far the roof reaches over the head from medial, in percent of its width.

    Above 100 where the edge lies lateral of the head.

    Raises
    ------
    MarksRefused
        If the head is no ellipse.
    """
    return 100 * max(1.0 - _uncovered(head, edge, frame, side), 0.0)


def _uncovered(head: Places, edge: NDArray[np.float64], frame: Frame, side: str) -> float:
    lateral = frame.lateral(side)
    centre, half = reach_along(head, lateral)
    return (centre + half - float(edge @ lateral)) / (2 * half)
