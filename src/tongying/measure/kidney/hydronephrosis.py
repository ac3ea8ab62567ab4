"""Grades of a dilated renal pelvis from what the reader sees: SFU.

References
----------
.. [1] Fernbach SK, Maizels M, Conway JJ. Ultrasound grading of hydronephrosis: introduction to the
   system used by the Society for Fetal Urology. Pediatr Radiol 1993; 23: 478-480 (not read; the
   grades are told alike in Smeulders N, Paul A, pediatricurologybook.com, hydronephrosis, and by
   Onen A. Front Pediatr 2020; 8: 458).
"""

from __future__ import annotations

from typing import Final

from tongying.measure.kidney.findings import Calyces, FindingsContradict, FindingsMissing
from tongying.measure.kidney.utd import utd_grade
from tongying.measure.recipe import Grade

__all__ = ["sfu_grade", "utd_grade"]

SOURCE: Final = (
    "Fernbach SK et al. Pediatr Radiol 1993; 23: 478-480; read as told by"
    " Smeulders N, Paul A, pediatricurologybook.com; needs sign-off"
)
_TABLE: Final = {
    (False, Calyces.NONE, False): "0",
    (True, Calyces.NONE, False): "1",
    (True, Calyces.CENTRAL, False): "2",
    (True, Calyces.PERIPHERAL, False): "3",
    (True, Calyces.PERIPHERAL, True): "4",
}
_WORDS: Final = {
    "0": ("neither the renal pelvis nor the calyces are wide", "肾盂、肾盏无扩张"),
    "1": ("only the renal pelvis is wide", "仅肾盂扩张，肾盏无扩张"),
    "2": ("the renal pelvis and some calyces are wide", "肾盂及部分肾盏扩张"),
    "3": (
        "the renal pelvis and all calyces are wide, the parenchyma is not thin",
        "肾盂及全部肾盏扩张，肾实质厚度正常",
    ),
    "4": (
        "the renal pelvis and all calyces are wide, the parenchyma is thin",
        "肾盂及全部肾盏扩张，肾实质变薄",
    ),
}


def sfu_grade(
    *,
    pelvis_wide: bool | None,
    calyces: Calyces | None,
    parenchyma_thin: bool | None,
    side: str = "",
) -> Grade:
    """Return the grade of the Society for Fetal Urology, 0 to 4.

    Parameters
    ----------
    pelvis_wide : bool or None
        The central renal complex is split.
    calyces : Calyces or None
    parenchyma_thin : bool or None
    side : str
        R, L, or empty.

    Raises
    ------
    FindingsMissing
        If one of the three was not answered.
    FindingsContradict
        If no grade has these findings together.

    Examples
    --------
    >>> sfu_grade(pelvis_wide=True, calyces=Calyces.CENTRAL, parenchyma_thin=False).value
    '2'
    """
    if pelvis_wide is None or calyces is None or parenchyma_thin is None:
        raise FindingsMissing(
            "The SFU grade needs three answers: renal pelvis, calyces, and parenchyma."
        )
    value = _TABLE.get((pelvis_wide, calyces, parenchyma_thin))
    if value is None:
        raise FindingsContradict(
            "No SFU grade has these findings together: calyces widen after the pelvis, and grade 4"
            " is thin parenchyma with all calyces wide."
        )
    english, chinese = _WORDS[value]
    return Grade(
        scheme="sfu",
        value=value,
        side=side,
        english=f"SFU grade {value}: {english}.",
        chinese=f"SFU {value}级：{chinese}。",
        source=SOURCE,
    )
