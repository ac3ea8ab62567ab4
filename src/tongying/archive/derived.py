"""Objects made from images rather than acquired: what a reader may add to a study."""

from __future__ import annotations

_SR = "1.2.840.10008.5.1.4.1.1.88."
_PRESENTATION_STATE = "1.2.840.10008.5.1.4.1.1.11."

DERIVED_CLASSES = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.66",  # Raw Data (viewers keep their state in it)
        "1.2.840.10008.5.1.4.1.1.66.1",  # Spatial Registration
        "1.2.840.10008.5.1.4.1.1.66.2",  # Spatial Fiducials
        "1.2.840.10008.5.1.4.1.1.66.3",  # Deformable Spatial Registration
        "1.2.840.10008.5.1.4.1.1.66.4",  # Segmentation
        "1.2.840.10008.5.1.4.1.1.66.5",  # Surface Segmentation
        "1.2.840.10008.5.1.4.1.1.66.7",  # Label Map Segmentation
        "1.2.840.10008.5.1.4.1.1.30",  # Parametric Map
        "1.2.840.10008.5.1.4.1.1.67",  # Real World Value Mapping
        "1.2.840.10008.5.1.4.1.1.104.1",  # Encapsulated PDF
        "1.2.840.10008.5.1.4.1.1.481.3",  # RT Structure Set
    }
)
"""DICOM PS3.4 table B.5-1; reports (88.*) and presentation states (11.*) are added below."""


def is_derived(sop_class_uid: str) -> bool:
    """Say whether a SOP class holds results about images rather than acquired images."""
    return sop_class_uid in DERIVED_CLASSES or sop_class_uid.startswith((_SR, _PRESENTATION_STATE))
