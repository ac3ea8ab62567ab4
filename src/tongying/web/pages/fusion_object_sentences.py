"""Sentences of the DICOM objects of a fusion: why one cannot be written or read."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

FUSION_OBJECTS: Final = frozenset(
    {
        fixed("The time of writing needs a time zone."),
        fixed("The fixed image names no study that a result could join."),
        fixed("A registration needs the images that it brings together."),
        fixed("The fixed image has no frame of reference for a result to lie in."),
        fixed("The moving image has no frame of reference that a deformation could start from."),
        fixed("The grid of the deformation is skewed and cannot be written."),
        fixed("The image holds values that are not numbers."),
        fixed("The two images do not overlap: there is nothing to write."),
        fixed("Only CT, MR, PET and SPECT images can be kept as a resampled series."),
        fixed("A resampled image needs a grid whose axes are at right angles."),
        fixed("A resampled series needs an id for each of its images."),
        fixed("The image has no frame of reference for a result to lie in."),
        fixed("The image was taken with a tilted gantry; straighten it first."),
        fixed("It is not known which image each slice of the volume came from."),
        fixed("A segmentation needs at least one segment."),
        fixed("The mask is empty: there is nothing to write."),
        fixed("A segment that was not drawn by hand must name its algorithm."),
        fixed("It is not known what the values of the computed image mean."),
        fixed("The computed image lies on another grid than the image it is from."),
        fixed("The computed image holds values that are not numbers."),
        fixed("A report on a registration needs the images that it brought together."),
        fixed("The registration names no frame of reference to register to."),
        fixed("The object is no spatial registration."),
        fixed("The registration brings no second image to the first."),
        fixed("The registration holds not one matrix for each image."),
        fixed("The registration's matrix is no transform."),
        fixed("The deformation is not defined everywhere on its grid."),
        fixed("The registration's deformation grid is damaged."),
        fixed("The object is no segmentation that can be read."),
        fixed("The segmentation names no frame of reference."),
        fixed("The masks of the segmentation make no volume."),
        fixed("The segmentation does not lie on the image's own voxels."),
        fixed("The segmentation reaches beyond the image."),
        fixed("The segmentation holds probabilities, not masks."),
    }
)
