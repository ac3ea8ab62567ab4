"""Sentences with which the stores of pathways refuse, for the catalogue of words."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

REFUSALS: Final = frozenset(
    {
        fixed("Administrators and experts add pathways to their hospital."),
        fixed("There is no such pathway; it may have moved on meanwhile."),
        fixed("The text is longer than 200 kB."),
        fixed("A pathway of the platform has this id; choose another."),
        fixed("This version, or a later one, was added already; count it up."),
        fixed("Say why the pathway is withdrawn."),
        fixed("This pathway was withdrawn already."),
        fixed(
            "Who asks, the desk or who answers chooses the pathway, before the opinion is signed."
        ),
        fixed("This part of the pathway is not yours to answer now."),
        fixed("This case follows no pathway."),
        fixed("Somebody changed these answers meanwhile; look again first."),
        fixed("An answer is longer than 4000 characters."),
        fixed("Nothing is answered yet that could be written."),
        fixed("The structured report is not whole: answer its mandatory questions, or empty it."),
    }
)
