"""Sentences of deformable registration and of deformations: why not, and with which doubts."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

DEFORMATION: Final = frozenset(
    {
        fixed("Too little of the child is in both images to deform one of them."),
        fixed("No deformation without folds was found; only the rigid fusion is usable."),
        fixed(
            "The fixed image explains little of the moving one; the deformation is mostly a guess."
        ),
        fixed(
            "Part of the body is moved by more than 25 mm beyond the rigid alignment; check it"
            " closely."
        ),
        fixed("The deformation first folded space and was made stiffer; check it closely."),
        fixed("There is no body in which the deformation could be looked at."),
    }
)
