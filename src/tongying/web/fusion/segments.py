"""The contours that lie in the studies of a fused pair."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from tongying.web.fusion.models import FusionRow
from tongying.web.records.models import Instance

SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.4"
_SEGMENTS, _NUMBER, _LABEL = "00620002", "00620004", "00620005"


@dataclass(frozen=True, slots=True)
class Segment:
    """One contour of a stored segmentation.

    Attributes
    ----------
    sop_uid : str
        Of the segmentation.
    number : int
        Segment number.
    label : str
        As the segmentation calls it.
    series : str
        Description of the segmentation's series.
    pk, digest
        Where it lies.
    """

    sop_uid: str
    number: int
    label: str
    series: str
    pk: int
    digest: str

    @property
    def key(self) -> str:
        """Return what the form sends for it."""
        return f"{self.sop_uid}:{self.number}"


def segments_of(row: FusionRow) -> tuple[Segment, ...]:
    """Return every segment stored in the studies of a fusion, newest segmentation first."""
    rows = (
        Instance.objects.filter(
            series__study_id__in=[row.fixed.study_id, row.moving.study_id],
            sop_class_uid=SEGMENTATION,
        )
        .select_related("series", "metadata")
        .defer("frames")
        .order_by("-arrived_at", "-pk")
    )
    return tuple(
        Segment(
            sop_uid=one.uid,
            number=number,
            label=label,
            series=one.series.description,
            pk=one.pk,
            digest=one.digest,
        )
        for one in rows
        for number, label in _listed(json.loads(bytes(one.metadata.json)))
    )


def segment_of(row: FusionRow, key: str) -> Segment | None:
    """Return the segment that a form's value names, or None."""
    return next((one for one in segments_of(row) if one.key == key), None)


def _listed(header: dict[str, Any]) -> list[tuple[int, str]]:
    found = []
    for item in header.get(_SEGMENTS, {}).get("Value") or []:
        number = (item.get(_NUMBER, {}).get("Value") or [None])[0]
        label = (item.get(_LABEL, {}).get("Value") or [""])[0]
        if isinstance(number, int):
            found.append((number, str(label)))
    return found
