"""Sentences of rigid and affine registration: why not, and with which doubts."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

REGISTRATION: Final = frozenset(
    {
        fixed("The image has only one slice; a volume is needed for registration."),
        fixed("The image was taken with a tilted gantry; straighten it and its mask first."),
        fixed("The mask and the image do not have the same size."),
        fixed("Nothing measured is left of the image inside its mask."),
        fixed("The image has values that are not numbers."),
        fixed("The image has the same value everywhere; there is nothing to align."),
        fixed("The two images show no common part of the child."),
        fixed("At the given start the two images do not overlap."),
        fixed(
            "One of the images covers only a thin part of the child; turns out of its plane are"
            " uncertain."
        ),
        fixed(
            "Ultrasound was registered by mutual information, which often fails on it; check the"
            " picture."
        ),
        fixed(
            "Repeated registration ended in different places; the one with the most in common was"
            " kept."
        ),
    }
)
