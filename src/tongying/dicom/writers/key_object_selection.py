"""The expert's key images as a Key Object Selection, "Of Interest" (TID 2010)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from highdicom.sr import (
    CodedConcept,
    ContainerContentItem,
    RelationshipTypeValues,
    TextContentItem,
)
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.uid import KeyObjectSelectionDocumentStorage

from tongying.consult.document import OpinionDocument
from tongying.dicom.writers.image_reference import evidence, unnamed_image_item
from tongying.dicom.writers.signer import observer_context
from tongying.dicom.writers.study_context import (
    ObjectIdentity,
    StudyContext,
    WritingRefused,
    begin,
)

TEMPLATE = "2010"


class NothingSelected(WritingRefused):
    """The opinion has no key image in this study."""

    code: ClassVar[str] = "dicom.no-key-image"


def write_key_object_selection(
    document: OpinionDocument,
    context: StudyContext,
    *,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write the key images that lie in this study as a Key Object Selection.

    Images of other studies are left to the SR: a selection over several studies has to be repeated
    in each of them (Identical Documents Sequence), and a prior study may not be ours to write to.

    Parameters
    ----------
    document : OpinionDocument
    context : StudyContext
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    NothingSelected
        If no key image lies in this study.
    WritingRefused
        If the document is not signed, belongs to another study, or a name does not fit its field.

    References
    ----------
    DICOM PS3.3 sections A.35.4, C.17.6; PS3.16 TID 2010, CID 7010.
    """
    images = [image for image in document.key_images if image.study_uid == context.study_uid]
    if not images:
        raise NothingSelected("The opinion has no key image in this study.")
    dataset = begin(
        document,
        context,
        sop_class_uid=KeyObjectSelectionDocumentStorage,
        modality="KO",
        identity=identity,
        written_at=written_at,
    )
    dataset.ReferencedPerformedProcedureStepSequence = []
    dataset.CurrentRequestedProcedureEvidenceSequence = evidence(images)
    root = ContainerContentItem(
        name=CodedConcept.from_code(codes.DCM.OfInterest),
        is_content_continuous=False,
        template_id=TEMPLATE,
    )
    items: list[Dataset] = list(observer_context(document))
    captions = [image.caption.strip() for image in images]
    description = "\n".join(
        f"{place}. {caption}" for place, caption in enumerate(captions, start=1) if caption
    )
    if description:
        items.append(
            TextContentItem(
                name=codes.DCM.KeyObjectDescription,
                value=description,
                relationship_type=RelationshipTypeValues.CONTAINS,
            )
        )
    items += [unnamed_image_item(image) for image in images]
    for element in root:
        dataset.add(element)
    dataset.ContentSequence = Sequence(items)
    return dataset
