"""The demo's pathways: hips and a polyp measured on the drawn images, on cases that follow one.

The marks lie where the phantoms' landmarks truly are; what is drawn by hand may be set beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tongying.dicom.phantoms.bowel_us import bowel_truth
from tongying.dicom.phantoms.hip_geometry import HipGeometry
from tongying.dicom.phantoms.infant_hip_us import hip_truth
from tongying.measure.plane import Point
from tongying.pathway.catalogue import pathways
from tongying.services.demo_studies import (
    HIP_LEFT_DYSPLASTIC,
    HIP_RIGHT_NORMAL,
    POLYP,
    TWIN_A_HIPS,
    TWIN_B_HIPS,
    DemoStudy,
)
from tongying.web.measurements.drawing import Draft, keep_drawing
from tongying.web.measurements.drawn_image import ImagePlace
from tongying.web.pathways.following import choose
from tongying.web.people.store import viewer_of_login

HIPS: Final = "hip-dysplasia"
BOWEL: Final = "intussusception-polyp"
LEFT_SERIES, RIGHT_SERIES, POLYP_SERIES = 1, 2, 1
_HIPS: Final[Mapping[str, tuple[str, tuple[HipGeometry, HipGeometry]]]] = {
    "twin-a-hip": ("sunyan", TWIN_A_HIPS),
    "twin-b-hip": ("huangli", TWIN_B_HIPS),
    "he-hip": ("huangli", (HIP_LEFT_DYSPLASTIC, HIP_RIGHT_NORMAL)),
}
"""Study -> who measured it, and its left and right hip."""
_POLYP: Final = ("wen-us", "dengyan")
_FOLLOWED: Final = (
    ("twin-a-hip", "sunyan", HIPS),
    ("twin-b-hip", "wumei", HIPS),
    ("wen-us", "dengyan", BOWEL),
)
"""Study of the case, who chose, and the pathway."""


def make_pathways(
    studies: Mapping[str, DemoStudy], cases: Mapping[str, int], say: Callable[[str], None]
) -> dict[str, int]:
    """Measure on the drawn images and let cases follow their pathways.

    Parameters
    ----------
    studies : mapping
        The demo's studies by key.
    cases : mapping
        The numbers of its cases by the key of their study.
    say : callable
        Takes a line of progress.
    """
    drawn = 0
    for key, (login, (left, right)) in _HIPS.items():
        for side, series, hip in (("L", LEFT_SERIES, left), ("R", RIGHT_SERIES, right)):
            _draw(studies[key], series, "graf", _graf(hip), login=login, side=side)
            drawn += 1
    key, login = _POLYP
    ends = {"calipers": bowel_truth(POLYP).ends}
    _draw(studies[key], POLYP_SERIES, "polyp-diameter", ends, login=login)
    for study, who, name in _FOLLOWED:
        choose(viewer_of_login(who), cases[study], pathways()[name].digest)
    say(f"{drawn + 1} 处图像标记 drawings · {len(_FOLLOWED)} 例按诊疗路径 cases on a pathway")
    return {"drawings": drawn + 1, "followed": len(_FOLLOWED)}


def _graf(hip: HipGeometry) -> dict[str, tuple[Point, ...]]:
    truth = hip_truth(hip)
    return {
        "baseline": truth.ilium,
        "bony-roof": truth.bony_roof,
        "cartilage-roof": truth.cartilage_roof,
    }


def _draw(
    study: DemoStudy,
    series: int,
    recipe: str,
    marks: Mapping[str, tuple[Point, ...]],
    *,
    login: str,
    side: str = "",
) -> None:
    place = ImagePlace(study.study_uid, study.series_uid(series), study.sop_uid(series, 1))
    keep_drawing(viewer_of_login(login), Draft(place, recipe, marks, side))
