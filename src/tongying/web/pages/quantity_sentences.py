"""Sentences of the quantities: uptake values, regions on all images, partial volume, targets."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

QUANTITIES: Final = frozenset(
    {
        fixed("The lean-mass formula of James gives no mass for this body."),
        fixed("Uptake values need a weight, a height and a dose above zero."),
        fixed("The region and its image do not have the same size."),
        fixed("The region is empty."),
        fixed(
            "The error of the fusion is larger than half the region's short axis; look, do "
            "not measure."
        ),
        fixed("The region lies outside this image."),
        fixed("A part of the region lies outside this image."),
        fixed("The region has fewer than 10 voxels of this image; its mean is not stable."),
        fixed(
            "The region is smaller than three times the image's resolution; its uptake is "
            "underestimated."
        ),
        fixed(
            "The region is smaller than twice the image's resolution; its uptake is much "
            "underestimated."
        ),
        fixed(
            "The region is small and the image's resolution was not stated; partial volume "
            "is not judged."
        ),
        fixed("No sphere of 1 cm³ fits into the measured image here."),
        fixed("Counts have no absolute unit; only ratios within this one image mean something."),
        fixed("Draw a reference region to get a ratio of counts."),
        fixed("Signal has arbitrary units; do not compare it between patients or scanners."),
        fixed("Measuring together needs at least one region and one image."),
        fixed("The regions leave no background around them."),
        fixed("Partial-volume correction is for PET and SPECT images."),
        fixed("Partial-volume correction needs an image without tilt."),
        fixed("State the resolution (FWHM) of the scanner in millimetres along the three axes."),
        fixed("At least one iteration is needed."),
        fixed("A part of the image around the regions was not measured."),
        fixed(
            "The regions cannot be told apart at this resolution; join small neighbouring regions."
        ),
        fixed("Partial-volume correction needs at least one region."),
        fixed("One of the regions has no voxel in the image."),
        fixed("The regions overlap; each point may belong to one only."),
        fixed("The region's activity spilled into its surroundings; its true uptake is higher."),
        fixed("Activity of the surroundings spilled into the region; its true uptake is lower."),
        fixed("Partial volume hardly changes this region."),
        fixed(
            "The correction takes the uptake within each region as even, and the anatomy as "
            "its border."
        ),
        fixed(
            "The regions are hard to tell apart at this resolution; noise is strongly amplified."
        ),
        fixed("The iterations had not settled: the last one changed more than 1 %."),
        fixed(
            "The resolution stated is finer than the voxels; the correction does almost "
            "nothing there."
        ),
        fixed("The corrected numbers are still counts without an absolute unit."),
        fixed("The region has fewer than 8 voxels; the corrected value is not reliable."),
        fixed("The corrected uptake is negative: resolution, contour or registration do not fit."),
        fixed("The region touches the edge of the image; what lies beyond is unknown."),
        fixed(
            "A threshold does not tell tumour from normal uptake; a reader must confirm the target."
        ),
        fixed("The target's volume changed by more than 5 % on this grid."),
        fixed("The target is thin for the voxels of this grid; its shape is coarse."),
        fixed("A part of the target lies outside this image."),
        fixed("There is nothing to look at."),
        fixed("The threshold must lie above zero."),
        fixed("No part above the threshold is large enough to be a target."),
        fixed("More than 200 parts lie above the threshold; it is too low."),
        fixed(
            "The error of the fusion is larger than half the target's short axis; it may be "
            "looked at, not carried over."
        ),
        fixed("The target lies outside the other image."),
        fixed("A target by uptake needs a PET or SPECT image."),
        fixed(
            "A fixed threshold is meant for SUVbw; this image has none, use a share of the maximum."
        ),
        fixed("The threshold must lie above zero and below the maximum."),
        fixed("The region to look in and the image do not have the same size."),
        fixed(
            "What was left in the syringe is not taken off the dose; uptake values may be a "
            "little low."
        ),
        fixed("Decay is corrected to the time of injection; the dose is used as it was injected."),
        fixed(
            "The uptake values are scaled by the manufacturer; weight and dose were not "
            "checked here."
        ),
        fixed("The header does not name the type of uptake value; by the standard it is SUVbw."),
        fixed("SUVbw of children grows with their weight; compare SUVbsa or SUL beside it."),
        fixed(
            "The formula of lean body mass was made from adults; SUVbsa depends less on a "
            "child's weight."
        ),
        fixed("The weight was taken more than 30 days from the scan."),
        fixed("The weight of this infant was taken more than 7 days from the scan."),
        fixed(
            "The series was made after the scan; its start is taken from the manufacturer's "
            "private time."
        ),
        fixed(
            "The series was made after the scan; its start is computed from the frame "
            "reference time."
        ),
        fixed("The header has two times of injection that differ; the one with its day is used."),
        fixed("The header has no day of injection; the day of the scan is assumed."),
        fixed("The time of injection lies after that of the scan; the day before is assumed."),
        fixed("Uptake values are computed from PET series only."),
        fixed("The units of the PET image (0054,1001) are missing; no uptake value is computed."),
        fixed(
            "The units of the PET image (0054,1001) are not Bq/ml, an uptake value or "
            "scaled counts."
        ),
        fixed(
            "The PET image holds counts and no scale of its manufacturer; it has no uptake value."
        ),
        fixed("The image's numbers are uptake values already, but its header says otherwise."),
        fixed(
            "The image holds uptake values of a type (0054,1006) that cannot be turned into "
            "this one."
        ),
        fixed("The image is not corrected for attenuation (0028,0051); it has no uptake value."),
        fixed(
            "The image is not corrected for decay (0028,0051 or 0054,1102); it has no uptake value."
        ),
        fixed("The header does not say to which time decay was corrected (0054,1102)."),
        fixed("The header does not describe the radiopharmaceutical (0054,0016)."),
        fixed("The header describes more than one radiopharmaceutical (0054,0016)."),
        fixed(
            "The injected dose (0018,1074) is missing or zero; enter it at the scanner and "
            "send again."
        ),
        fixed(
            "The injected dose (0018,1074) is not plausible in becquerel; its unit may be wrong."
        ),
        fixed("The half-life of the radionuclide (0018,1075) is missing or zero."),
        fixed("The half-life (0018,1075) is not that of the radionuclide named in the header."),
        fixed("The weight (0010,1030) is missing or zero; an uptake value needs it."),
        fixed("The weight (0010,1030) is not plausible in kilograms; its unit may be wrong."),
        fixed("The height (0010,1020) is missing or zero; SUL and SUVbsa need it."),
        fixed("The height (0010,1020) is not plausible in metres; its unit may be wrong."),
        fixed("The sex (0010,0040) is not male or female; the formulas of lean body mass need it."),
        fixed("The time of injection (0018,1078 or 0018,1072) is missing."),
        fixed(
            "The day of injection (0018,1078) is missing, and the radionuclide lives too "
            "long to assume it."
        ),
        fixed("The time of the scan (series and acquisition date and time) is missing."),
        fixed(
            "The series was made after the scan, and no private time of the scan tells to "
            "when decay was corrected."
        ),
        fixed(
            "The private time of the scan contradicts the acquisition time; one of them was "
            "altered."
        ),
        fixed("By the header the scan began before the injection."),
        fixed("By the header the scan began implausibly long after the injection."),
        fixed("The formula of lean body mass gives no meaningful mass for this weight and height."),
        fixed("The manufacturer's private scale (7053,1000 or 7053,1009) is zero or not a number."),
        fixed(
            "The image holds counts of a gamma camera; they are no activity and no uptake value."
        ),
        fixed("The PET image holds counts and no scale of its manufacturer; they stay counts."),
        fixed(
            "The PET image holds counts that the manufacturer's private scale can turn into uptake."
        ),
        fixed(
            "A planar image adds up what lies one behind the other; ratios include what is "
            "in front."
        ),
        fixed("The header does not say whether the image is planar or reconstructed."),
        fixed(
            "The header names no attenuation correction; deep regions look weaker than "
            "shallow ones."
        ),
        fixed(
            "The object claims calibrated activity; its calibration cannot be checked here, "
            "so it stays counts."
        ),
        fixed("The unit of the PET image is not known here; nothing is measured in it."),
        fixed("This is not a series of nuclear medicine."),
    }
)
"""Without names and numbers: each is a message id of its own, told by `sentences.said`."""
