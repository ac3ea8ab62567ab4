"""Refuse what is not one series of one child in one frame of reference."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar

from tongying.dicom.stored_image import StoredImage
from tongying.kernel.errors import BadInput

_LISTED = 8


class MixedImages(BadInput):
    """The images do not belong together."""

    code: ClassVar[str] = "dicom.volume-mixed-series"


@dataclass(slots=True)
class Belonging:
    """What the images seen so far belong to.

    Attributes
    ----------
    patients : set of tuple
        Patient ID and issuer; never shown.
    series : Counter
        Images by series UID and modality.
    frames_of_reference : set of str
        Empty text where absent.
    """

    patients: set[tuple[str, str]] = field(default_factory=set)
    series: Counter[tuple[str, str]] = field(default_factory=Counter)
    frames_of_reference: set[str] = field(default_factory=set)

    def add(self, image: StoredImage) -> None:
        """Take an object's header into account.

        Parameters
        ----------
        image : StoredImage
        """
        self.patients.add((image.text("00100020"), image.text("00100021")))
        self.series[image.text("0020000E"), image.text("00080060")] += 1
        self.frames_of_reference.add(image.text("00200052"))

    def check(self) -> None:
        """Refuse images that do not belong together.

        Raises
        ------
        MixedImages
            If they are of several children, series or frames of reference.
        """
        if len(self.patients) > 1:
            raise MixedImages(
                "The images belong to different children.", "dicom.volume-several-children"
            )
        if len(self.series) > 1:
            named = [
                f"{modality or 'unknown'} ({count})"
                for (_, modality), count in list(self.series.items())[:_LISTED]
            ]
            more = ", and more" if len(self.series) > _LISTED else ""
            raise MixedImages(
                f"The images are of {len(self.series)} series; choose one: "
                f"{', '.join(named)}{more}."
            )
        if len(self.frames_of_reference) > 1:
            raise MixedImages(
                "The images of the series do not share one frame of reference.",
                "dicom.volume-several-frames-of-reference",
            )

    @property
    def frame_of_reference_uid(self) -> str | None:
        """The one frame of reference, None if the images state none."""
        return next(iter(self.frames_of_reference), "") or None
