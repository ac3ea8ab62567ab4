"""Links from a case into the viewer, and the pictures that stand for series."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tongying.web.cases.shown import CaseView, ShownStudy
from tongying.web.viewer.config import viewer_url

NOT_PICTURES: Final = frozenset({"SR", "SEG", "KO", "PR", "REG", "RTSTRUCT", "DOC"})
"""Modalities of what people and programs derive from images."""


def viewer_link(
    view: CaseView, *, first: str = "", series_uid: str | None = None, layout: str = ""
) -> str:
    """Return the link that opens a case's studies, or nothing where it has none with images.

    Parameters
    ----------
    view : CaseView
    first : str, optional
        Study Instance UID of the study to show first; default the subject of the question.
    series_uid : str, optional
        Series to show first.
    layout : str, optional
        Hanging protocol of the pathway that the case follows.
    """
    studies = [study for study in view.studies if _has_images(study)]
    studies.sort(key=lambda study: study.uid != first if first else study.prior)
    if not studies:
        return ""
    return viewer_url(
        [study.uid for study in studies],
        modalities=set(studies[0].modalities),
        series_uid=series_uid,
        layout=layout,
    )


def picture_url(study_uid: str, series_uid: str, sop_uid: str, *, frame: int = 1) -> str:
    """Return the address of a small picture of a frame."""
    path = f"/dicomweb/studies/{study_uid}/series/{series_uid}/instances/{sop_uid}"
    part = f"frames/{frame}/rendered" if frame > 1 else "thumbnail"
    return f"{path}/{part}?viewport=160,160"


def large_picture_url(study_uid: str, series_uid: str, sop_uid: str, *, frame: int = 1) -> str:
    """Return the address of a picture of a frame as it is read."""
    path = f"/dicomweb/studies/{study_uid}/series/{series_uid}/instances/{sop_uid}"
    if frame > 1:
        path += f"/frames/{frame}"
    return f"{path}/rendered?viewport=900,900"


def modalities_of(studies: Iterable[ShownStudy]) -> list[str]:
    """Return the modalities of some studies, each once, in order."""
    return list(dict.fromkeys(modality for study in studies for modality in study.modalities))


def _has_images(study: ShownStudy) -> bool:
    return any(series.picture for series in study.series)
