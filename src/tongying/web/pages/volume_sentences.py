"""Sentences about volumes read from DICOM and NIfTI: why not, and with which doubts."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as fixed

FIXED: Final = frozenset(
    {
        # why it is no volume
        fixed("There are no images to read."),
        fixed("One slice is not a volume."),
        fixed("Two slices are not a volume: whether their distance is even cannot be seen."),
        fixed("The images do not say how they lie in the child."),
        fixed("The images do not say where their pixels lie in the child."),
        fixed("The direction cosines of the images are not two directions at right angles."),
        fixed("Several images lie at the same place, and nothing tells them apart."),
        fixed("The images belong to different children."),
        fixed("The images of the series do not share one frame of reference."),
        fixed("The images are in colour: a colour is no number to compute with."),
        fixed("The rescale slope of an image is zero."),
        fixed("The rescaling of an image is not a usable number."),
        fixed("A segmentation is read as regions, not as an image."),
        fixed("The images' values are given by a look-up table, which no volume can be made of."),
        fixed(
            "The nuclear medicine images are planar views or projections, not slices of a volume."
        ),
        fixed("The nuclear medicine object does not say which slice each of its frames is."),
        fixed("The volume has more than a thousand million voxels."),
        # doubts about a volume that was read
        fixed("Some images were handed in twice; each was used once."),
        fixed("Some attributes of the header are malformed and were left out."),
        fixed("The instance numbers do not follow the places of the slices; the places were used."),
        fixed("Some values are not numbers; they were set to 0 and left out as not measured."),
        fixed(
            "Outside the circle of the scan the CT images hold a filling value that the header"
            " does not declare; it was left out as not measured."
        ),
        fixed(
            "The header does not say that the CT values are Hounsfield units; they count as"
            " unknown."
        ),
        fixed("The header does not say in which unit the PET values are."),
        fixed(
            "The header does not give slope and intercept of the PET values; they count as unknown."
        ),
        fixed(
            "The images are shown with low values bright; the values themselves were not inverted."
        ),
        fixed(
            "Philips' private scale slope was not applied: the values are those that are"
            " displayed, not comparable between acquisitions."
        ),
        fixed(
            "Philips' private scale slope differs between slices and was not applied: the values"
            " of different slices are not comparable."
        ),
        fixed("The MR images are rescaled differently from slice to slice, as displayed."),
        fixed(
            "The header does not say the unit of the diffusion coefficient; the size of the values"
            " fits 10⁻⁶ mm²/s."
        ),
        fixed(
            "The header does not say the unit of the diffusion coefficient, and the size of the"
            " values does not fit 10⁻⁶ mm²/s; they count as unknown."
        ),
        # NIfTI
        fixed("The file is not a NIfTI file, or it is damaged."),
        fixed("The NIfTI file ends before its data do."),
        fixed("The NIfTI file holds colours or complex numbers, not real numbers."),
        fixed("The NIfTI file does not say where it lies (neither sform nor qform is set)."),
        fixed("The NIfTI file does not give its lengths in a unit of length."),
        fixed(
            "The NIfTI file is not a displacement field: it needs three components at each voxel."
        ),
        fixed(
            "The NIfTI file is not marked as vectors (intent 1007), so their axes are not known."
        ),
        fixed("The displacements are not all numbers."),
        fixed(
            "The two statements of the NIfTI file about where it lies contradict each other; the"
            " sform was used."
        ),
        # resampling
        fixed("Activity is conserved by linear interpolation only."),
        fixed(
            "The slices of the tilted gantry were shifted to make a straight volume; their values"
            " were interpolated within the slices."
        ),
        fixed(
            "The transform changes volumes: the concentration of activity was kept, so the total"
            " is not."
        ),
    }
)
"""Sentences that are message ids as they stand."""

_NUMBER = r"[\d.e+-]+"
PATTERNS: Final = tuple(
    (re.compile(pattern), message)
    for pattern, message in (
        (
            r"File (?P<one>\d+) of (?P<all>\d+) is not an image: it has no pixel data\.",
            fixed("File %(one)s of %(all)s is not an image: it has no pixel data."),
        ),
        (
            r"The series holds (?P<count>\d+) stacks of images; choose one: (?P<list>.+)\.",
            fixed("The series holds %(count)s stacks of images; choose one: %(list)s."),
        ),
        (
            r"The images are of (?P<count>\d+) series; choose one: (?P<list>.+)\.",
            fixed("The images are of %(count)s series; choose one: %(list)s."),
        ),
        (
            r"This is one of the (?P<count>\d+) stacks of its series: (?P<list>.+)\.",
            fixed("This is one of the %(count)s stacks of its series: %(list)s."),
        ),
        (
            r"(?P<count>\d+) images? of the series (?:is|are) left out as no part of a volume: "
            r"(?P<list>.+)\.",
            fixed(
                "Images of the series left out as no part of a volume: %(count)s, namely %(list)s."
            ),
        ),
        (
            r"(?P<count>\d+) slices? (?:is|are) missing from the (?P<all>\d+) of the stack: "
            r"(?P<list>.+)\.",
            fixed("Slices missing from the %(all)s of the stack: %(count)s, namely %(list)s."),
        ),
        (
            rf"The slices are not evenly spaced: (?P<low>{_NUMBER}) to (?P<high>{_NUMBER}) mm"
            r" apart\.",
            fixed("The slices are not evenly spaced: %(low)s to %(high)s mm apart."),
        ),
        (
            r"The distance between slices is not quite even: a slice lies up to"
            rf" (?P<by>{_NUMBER}) mm from its regular place\.",
            fixed(
                "The distance between slices is not quite even: a slice lies up to %(by)s mm from"
                " its regular place."
            ),
        ),
        (
            rf"The slices are not quite in a row: shifted sideways by up to (?P<by>{_NUMBER}) mm\.",
            fixed("The slices are not quite in a row: shifted sideways by up to %(by)s mm."),
        ),
        (
            r"The slices are shifted sideways against each other, by up to"
            rf" (?P<by>{_NUMBER}) mm\.",
            fixed("The slices are shifted sideways against each other, by up to %(by)s mm."),
        ),
        (
            rf"The slices were taken with a tilt of (?P<by>{_NUMBER})°: the volume is skewed and"
            r" was not straightened\.",
            fixed(
                "The slices were taken with a tilt of %(by)s°: the volume is skewed and was not"
                " straightened."
            ),
        ),
        (
            rf"The header states a gantry tilt of (?P<by>{_NUMBER})°, and the places of the slices"
            r" show none\.",
            fixed(
                "The header states a gantry tilt of %(by)s°, and the places of the slices show"
                " none."
            ),
        ),
        (
            rf"The slices are (?P<low>{_NUMBER}) to (?P<high>{_NUMBER}) mm thick\.",
            fixed("The slices are %(low)s to %(high)s mm thick."),
        ),
        (
            rf"The slices are (?P<thick>{_NUMBER}) mm thick and (?P<apart>{_NUMBER}) mm apart: what"
            r" lies between them was not measured\.",
            fixed(
                "The slices are %(thick)s mm thick and %(apart)s mm apart: what lies between them"
                " was not measured."
            ),
        ),
        (
            rf"The slices are (?P<thick>{_NUMBER}) mm thick and (?P<apart>{_NUMBER}) mm apart: they"
            r" overlap\.",
            fixed("The slices are %(thick)s mm thick and %(apart)s mm apart: they overlap."),
        ),
        (
            r"The pixels of image (?P<one>\d+) are not of the size its header says\.",
            fixed("The pixels of image %(one)s are not of the size its header says."),
        ),
        (
            r"The NIfTI file holds (?P<count>\d+) volumes; hand in one of them\.",
            fixed("The NIfTI file holds %(count)s volumes; hand in one of them."),
        ),
    )
)
"""Sentences with numbers or lists in them."""

_LISTED: Final = (
    fixed("without orientation"),
    fixed("temporal position"),
    fixed("diffusion direction"),
    fixed("b-value"),
    fixed("echo time (ms)"),
    fixed("echo number"),
    fixed("inversion time (ms)"),
    fixed("flip angle"),
    fixed("contrast agent"),
    fixed("tube voltage (kV)"),
    fixed("reconstruction kernel"),
    fixed("image type"),
    fixed("complex component"),
    fixed("acquisition date and time"),
    fixed("acquisition time"),
    fixed("acquisition"),
    fixed("cardiac phase"),
    fixed("trigger time (ms)"),
    fixed("slice thickness (mm)"),
    fixed("frame reference time (ms)"),
    fixed("content time"),
    fixed("energy window"),
    fixed("R-R interval"),
    fixed("time slot"),
    fixed("time slice"),
    fixed("not stated"),
    fixed("sagittal"),
    fixed("coronal"),
    fixed("axial"),
    fixed("oblique"),
    fixed("and in other places"),
)
"""What the parts of a list are called; longer names before those they contain."""
_AFTER = re.compile(r"(\d+) after slice (\d+)")


def told(sentence: str) -> str | None:
    """Return a sentence about volumes in the reader's language, None if it is not one.

    Parameters
    ----------
    sentence : str
        English, as the cores write it.
    """
    if sentence in FIXED:
        return gettext(sentence)
    for pattern, message in PATTERNS:
        match = pattern.fullmatch(sentence)
        if match:
            values = match.groupdict()
            if "list" in values:
                values["list"] = _list(values["list"])
            return gettext(message) % values
    return None


def _list(text: str) -> str:
    """Return a list of stacks or places with its words in the reader's language."""
    text = _AFTER.sub(
        lambda found: (
            gettext("%(count)s after slice %(slice)s") % {"count": found[1], "slice": found[2]}
        ),
        text,
    )
    for name in _LISTED:
        text = text.replace(name, gettext(name))
    return text
