"""Sentences about drawings on images and the scale of an image: refusals and caveats."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

DRAWINGS: Final = frozenset(
    {
        # the scale of an image
        fixed("The length is one at the detector: in the child it is shorter, by an unknown part."),
        fixed("The length follows from an estimated magnification."),
        fixed("The image is calibrated, but it does not say how."),
        fixed("The image is a copy of another: its scale was taken over unproved."),
        fixed("The ultrasound image has no calibrated region: no length is told."),
        fixed("The marks lie outside the calibrated region: no length is told."),
        fixed("The ultrasound region has no scale in millimetres: no length is told."),
        fixed("The pixel spacing of 1 mm in this image is a placeholder: no length is told."),
        # where the marks lie
        fixed("The marks lie in a trace or a spectrum: measure in the two-dimensional picture."),
        fixed("A mark lies outside the image."),
        fixed("The image has no frame of this number."),
        fixed("The object has no image to show."),
        fixed("There is no such image."),
        fixed("The study has no date, so the child's age on its day is not known."),
        fixed(
            "The pixels of this image are not square: marks of the viewer may lie elsewhere."
            " Measure on this platform's own page."
        ),
        # keeping and correcting
        fixed("Drawn again: a corrected drawing replaces it."),
        fixed("There is no such drawing."),
        fixed("There is no such drawing on this study."),
        fixed("This drawing was corrected already: load the page again."),
        fixed("Say on which image it was drawn."),
        fixed("The drawing could not be read: load the page again."),
        fixed("The drawing has too many points."),
    }
)
"""Sentences that are message ids as they stand; `sentences.said` finds them in the catalogue."""
