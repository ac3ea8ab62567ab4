"""Sentences of the cores that bring images together: identity, verdicts, values on a pair."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

FUSION: Final = frozenset(
    {
        fixed(
            "The images do not say enough to prove that they are of one child; check before "
            "you rely on them."
        ),
        fixed(
            "The patient numbers come from different hospitals; only name and date of birth agree."
        ),
        fixed(
            "The two images carry different patient numbers: they are not known to be of one "
            "child and were not brought together."
        ),
        fixed(
            "The two images carry different dates of birth: they are not of one child and "
            "were not brought together."
        ),
        fixed(
            "The two images carry different sexes: they are not of one child and were not "
            "brought together."
        ),
        fixed(
            "The moved image is of a kind that DICOM has no resampled series for; only its "
            "registration is kept."
        ),
        fixed(
            "The case gives another weight than the image's header; uptake was computed with "
            "the header's."
        ),
        fixed("The contour was drawn on neither of the two images."),
        fixed("State the resolution (FWHM) of the scanner in millimetres."),
        fixed("The segmentation has no such segment."),
        fixed("This needs one nuclear image (PET or SPECT) and one of anatomy."),
        fixed(
            "The estimated error of the fusion is more than half the short axis of a region; "
            "it may be looked at, not corrected."
        ),
        fixed("The error of this fusion could not be estimated; nothing is measured on it."),
        fixed("There is no such computation."),
        fixed("Choose the contour of the lesion or organ."),
        fixed("Choose how uptake is told from background."),
        fixed(
            "Both images share one frame of reference; they are shown as acquired and nothing"
            " was moved."
        ),
        fixed(
            "Both images share one frame of reference, yet a registration was asked for; it "
            "may be worse than the scanner's own alignment."
        ),
        fixed("Nothing in the image stands out from its background."),
        fixed(
            "The estimated error is more than half a voxel of the coarser image (TG-132 for "
            "rigid registration)."
        ),
        fixed(
            "The estimated error is more than half the lesion's short axis: look, do not measure."
        ),
        fixed(
            "The estimated error is 10 mm or more (limit needs sign-off): the images do not "
            "lie as claimed, or are not of the same child."
        ),
        fixed("Less than 15% of the body is in both images (limit needs sign-off)."),
        fixed("Less than 50% of the body is in both images (limit needs sign-off)."),
        fixed("The deformation folds tissue over itself (TG-132: the Jacobian must be above 0)."),
        fixed(
            "Registered in the other direction the images do not come back to within a voxel "
            "of the coarser image (TG-132)."
        ),
        fixed("Fewer than 8 places have enough structure to compare (limit needs sign-off)."),
        fixed(
            "Less than 55% of the compared places agree with the alignment of the whole "
            "(limit needs sign-off): the images may differ in breath or position, tell little"
            " of each other, or not be of the same child."
        ),
        fixed("Fewer than 20 points of the body are in both images."),
        fixed(
            "A check disagrees with the scanner's own alignment by more than half a voxel of "
            "the coarser image (TG-132), but not surely by more than 8 mm, as checks of "
            "rightly aligned pairs do: the alignment is kept; look for movement."
        ),
        fixed("The estimated mean error is more than 2 mm (TG-132 for deformable registration)."),
        fixed(
            "At one point in twenty the estimated error is more than 5 mm (TG-132 for "
            "deformable registration)."
        ),
        fixed("The deformation folds space and cannot be turned round."),
        fixed("A volume needs slices, rows and columns, and where they lie."),
        fixed("The image's geometry is not a volume in space."),
        fixed("The image's numbers and its geometry do not have the same size."),
        fixed("The mask and the image do not have the same size."),
        fixed("The image's numbers are not real numbers."),
        fixed("The image was taken with a tilted gantry; straighten it before registration."),
        fixed("The image is not three-dimensional with one value at each point."),
        fixed("A transform needs a 4 by 4 matrix of numbers."),
        fixed("The last row of a transform's matrix must be 0 0 0 1."),
        fixed("The transform flattens space and cannot be turned round."),
        fixed("The displacements and their grid do not have the same size."),
        fixed("The displacements are not all numbers."),
        fixed(
            "The images tell too little of each other to deform one after the other; use the "
            "rigid result."
        ),
    }
)
"""Thresholds stand in them as numbers; a test compares them with the constants of the cores."""
