"""References to the key images: evidence lists and image content items (PS3.3 section C.17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydicom.dataset import Dataset

from tongying.consult.document import KeyImage


def evidence(images: Iterable[KeyImage]) -> list[Dataset]:
    """Return the images as a study, series, instance hierarchy, each instance once.

    Items follow the Hierarchical SOP Instance Reference Macro (PS3.3 table C.17-3), in the order
    in which the images are first seen.
    """
    tree: dict[str, dict[str, dict[str, str]]] = {}
    for image in images:
        series = tree.setdefault(image.study_uid, {}).setdefault(image.series_uid, {})
        series[image.sop_uid] = image.sop_class_uid
    return [_study_item(uid, series) for uid, series in tree.items()]


def source_instances(images: Iterable[KeyImage]) -> list[Dataset]:
    """Return each instance once as a SOP Instance Reference (PS3.3 table 10-11), without frames."""
    return _instances({image.sop_uid: image.sop_class_uid for image in images})


def sop_item(image: KeyImage) -> Dataset:
    """Return an Image SOP Instance Reference (PS3.3 table 10-3) with its frame, if any."""
    item = Dataset()
    item.ReferencedSOPClassUID = image.sop_class_uid
    item.ReferencedSOPInstanceUID = image.sop_uid
    if image.frame is not None:
        item.ReferencedFrameNumber = image.frame
    return item


def unnamed_image_item(image: KeyImage) -> Dataset:
    """Return an IMAGE content item without a concept name, as TID 2010 asks for."""
    item = Dataset()
    item.RelationshipType = "CONTAINS"
    item.ValueType = "IMAGE"
    item.ReferencedSOPSequence = [sop_item(image)]
    return item


def _study_item(uid: str, series: dict[str, dict[str, str]]) -> Dataset:
    item = Dataset()
    item.StudyInstanceUID = uid
    item.ReferencedSeriesSequence = []
    for series_uid, instances in series.items():
        series_item = Dataset()
        series_item.SeriesInstanceUID = series_uid
        series_item.ReferencedSOPSequence = _instances(instances)
        item.ReferencedSeriesSequence.append(series_item)
    return item


def _instances(classes: Mapping[str, str]) -> list[Dataset]:
    items = []
    for sop_uid, sop_class_uid in classes.items():
        item = Dataset()
        item.ReferencedSOPClassUID = sop_class_uid
        item.ReferencedSOPInstanceUID = sop_uid
        items.append(item)
    return items
