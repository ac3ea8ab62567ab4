"""Sentences of scores and of measurements: why a value has none, and what is doubtful about it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

SCORES: Final = frozenset(
    {
        # refusals of a score
        fixed("There is no norm of this measure."),
        fixed("There is no norm with this id in force."),
        fixed("This norm has no form that a value can be compared with."),
        fixed("The norm is about another measure than the value."),
        fixed("No norm of this measure was made by the method with which the value was measured."),
        fixed(
            "How the value was measured is not stated, and the norms of this measure differ by it;"
            " name the method or the norm."
        ),
        fixed(
            "The value was measured with another tool than this norm's values; they cannot be"
            " compared."
        ),
        fixed(
            "The value was measured with another version of the tool than this norm's values; they"
            " cannot be compared."
        ),
        fixed(
            "The value was measured with another protocol than this norm's values; they cannot be"
            " compared."
        ),
        fixed(
            "The value was measured with another measuring rule than this norm's values; they"
            " cannot be compared."
        ),
        fixed(
            "The value is not possible in a child (%(low)s to %(high)s %(unit)s): it, or its unit,"
            " is wrong."
        ),
        fixed("The height is not possible in a child: it, or its unit, is wrong."),
        fixed("The weight is not possible in a child: it, or its unit, is wrong."),
        fixed("This norm differs between girls and boys, and the sex is not known."),
        fixed("The norm has no numbers for this sex."),
        fixed("The child stands outside this norm, which covers %(low)s to %(high)s d of age."),
        fixed(
            "The child stands outside this norm, which covers %(low)s to %(high)s d of"
            " corrected-age."
        ),
        fixed(
            "The child stands outside this norm, which covers %(low)s to %(high)s wk of"
            " gestational-age."
        ),
        fixed(
            "The child stands outside this norm, which covers %(low)s to %(high)s wk of"
            " postmenstrual-age."
        ),
        fixed("The child stands outside this norm, which covers %(low)s to %(high)s cm of height."),
        fixed(
            "The child stands outside this norm, which covers %(low)s to %(high)s m2 of"
            " body-surface."
        ),
        fixed("The age on the day of the measurement is not known, and this norm needs it."),
        fixed("This norm runs along gestational age, which is not known."),
        fixed("This norm runs along postmenstrual age: the gestation at birth is needed."),
        fixed("This norm runs along height, and the height is not known."),
        fixed("This norm runs along body surface: height and weight are needed."),
        fixed(
            "Only %(near)s normal children near this age stand behind this norm; %(fewest)s are"
            " needed."
        ),
        fixed(
            "This norm differs between hospitals, and the hospital of the measurement is not known."
        ),
        fixed(
            "This norm differs between hospitals and is not calibrated for this one; calibrate it"
            " with normal children examined there."
        ),
        fixed(
            "This norm differs between hospitals, and its form cannot be shifted to one of them."
        ),
        # what limits are
        fixed("2.5th to 97.5th centile"),
        fixed("10th to 90th centile"),
        # doubts about a score
        fixed("Other norms of this measure: %(names)s."),
        fixed("These are not reference values of Chinese children."),
        fixed("Nobody here has signed this norm: it needs sign-off."),
        fixed(
            "The numbers of this norm were read on another page and not checked against the paper."
        ),
        fixed("This norm was mined from routine examinations, not made from healthy volunteers."),
        fixed(
            "How well this norm knows its centiles is not known, so the centile has no interval."
        ),
        fixed(
            "The value lies beyond everything this norm's distribution can score; only the side is"
            " known."
        ),
        fixed(
            "This norm prints limits only, not the whole distribution: there is no z and no"
            " centile."
        ),
        fixed("Far outside: above the 99.9th centile, and how far above is not known reliably."),
        fixed("Far outside: below the 0.1st centile, and how far below is not known reliably."),
        fixed("Born before 37 weeks: scored at the corrected age, until 24 months."),
        fixed(
            "The gestation at birth is not known: scored at the chronological age, which is too"
            " old for a child born preterm."
        ),
        fixed(
            "Born before 37 weeks, but this norm runs along the chronological age: the age was not"
            " corrected."
        ),
        fixed(
            "How the value was measured is not stated; it was taken to be the norm's own method."
        ),
        # change between two days
        fixed(
            "How much normal children change is not known here: only the measuring error is"
            " considered."
        ),
        fixed(
            "The error of this measurement is not known, so whether the change is real cannot be"
            " said."
        ),
        fixed(
            "The two values were measured at different hospitals, which may differ more than one"
            " does."
        ),
        fixed(
            "The two values stand in different norms, so their scores cannot be compared; name one"
            " norm."
        ),
        fixed("Both values were measured on the same day, so there is no change in time."),
        fixed("The second value was measured before the first."),
        fixed("The two values are of different measures."),
        fixed("The two values were measured in different ways."),
        fixed("One of the values has no score."),
        # measurements of a child
        fixed("The height used is of %(day)s, %(apart)s days apart."),
        fixed("The weight used is of %(day)s, %(apart)s days apart."),
        fixed("Choose what was measured."),
        fixed("Write the value as a number."),
        fixed("Write the day as 2026-03-01."),
        fixed("This is measured in %(unit)s, or a unit that can be turned into it."),
        fixed(
            "This is not possible in a child: it lies between %(low)s and %(high)s %(unit)s; look"
            " at the value and its unit."
        ),
        fixed("A side is right or left."),
        fixed("This measure is of the other side."),
        fixed("This must be one line of at most %(number)s characters."),
        fixed("There is no such norm of this measure."),
        fixed("Say on which day it was measured."),
        fixed("This day lies in the future."),
        fixed("On this day the child was not yet born."),
        fixed("This measurement was struck already."),
        fixed("Say why the measurement is struck."),
        fixed("This measurement was struck and is not carried into an opinion."),
        fixed("This measurement was struck and is written into no report."),
        fixed("You are writing no opinion on a case with this measurement."),
        fixed("It was not measured on images, so there is no study for a report."),
        fixed("The study holds no images, so there is nothing a report could refer to."),
        fixed("Requesters, experts, technologists and coordinators enter measurements."),
        fixed(
            "Whoever entered a measurement, or a colleague there or where the child was examined,"
            " strikes it."
        ),
        fixed("There is no such measurement."),
        fixed("Say on which child it was measured."),
        fixed("The case does not show this study."),
        fixed("The study shows several children; measure on the child's own page."),
    }
)
"""Sentences and templates, each a message id."""
