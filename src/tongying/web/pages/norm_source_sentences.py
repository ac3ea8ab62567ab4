"""Sentences of published norms: what is particular to a source, and what its limits are."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

SOURCES: Final = frozenset(
    {
        # doubts of a source
        fixed("One norm for all ages of its range, though the value may change with age."),
        fixed(
            "Between two printed ages the source gives no limit: a value between the limits of "
            "the younger and the older age is not judged."
        ),
        fixed(
            "Above the 95th centile this source's body mass index is not meant for grading how "
            "far above it lies."
        ),
        fixed(
            "Measured between landmarks on 3-D reconstructed T2-weighted images; a distance on "
            "single slices may differ."
        ),
        fixed(
            "Lying length up to 3.0 years and standing height after it: a child of 3.0 years is "
            "compared with the length, one older with the height."
        ),
        fixed(
            "Lying length up to 730 days and standing height from 731 days on; the source takes "
            "0.7 cm between the two."
        ),
        fixed(
            "The paper's standard deviation is taken as one of the decimal logarithm; this was "
            "not checked in the paper."
        ),
        fixed("This is the length lying down; a standing height is shorter."),
        fixed(
            "The source prints the expected value only, so where this value lies among normal "
            "children is not said."
        ),
        fixed(
            "The source prints a mean and a standard deviation; the centile assumes a normal "
            "distribution."
        ),
        fixed(
            "The program in which these coefficients were read does not name the paper behind them."
        ),
        fixed(
            "No single threshold of liver fat is diagnostic in one child; this is the range of "
            "volunteers without liver disease."
        ),
        fixed("Divided by body surface: small and large children are not quite comparable."),
        fixed("Only the printed centiles are known; between them nothing is said."),
        fixed(
            "In this source 3.3 % of healthy children, all at puberty, had a pituitary higher "
            "than 10 mm."
        ),
        fixed(
            "The source does not print the whole range its numbers hold for; the range here was "
            "set cautiously and needs sign-off."
        ),
        fixed(
            "The range of body surface was computed from the lowest and highest height and weight"
            " of the source's children."
        ),
        fixed(
            "The limits are the lowest and the highest mean of several regions, not limits for "
            "one region."
        ),
        fixed(
            "Where these tables were read, implausible numbers of the paper had been replaced by "
            "interpolated ones."
        ),
        fixed(
            "A volume holds only for the same segmentation protocol: cortex and brainstem of "
            "another protocol differed from it by 1 to 9 standard deviations."
        ),
        fixed("The source does not tell the sexes apart."),
        fixed("These are sizes at birth by weeks of gestation, not growth after a preterm birth."),
        fixed("This is the height standing; a length lying down is longer."),
        fixed(
            "Measured on standing whole-spine radiographs; angles of a supine pelvis may differ."
        ),
        fixed(
            "Between the printed ages mean and standard deviation are joined by straight lines; "
            "the source prints none."
        ),
        fixed("Term newborns on the 3rd to 7th day of life."),
        fixed("The source prints an upper limit only."),
        fixed("Fewer than 120 children stand behind this norm: it is provisional."),
        fixed(
            "Fewer than 40 children stand behind this norm: it is no more than their raw values."
        ),
        fixed("How many children stand behind this norm is not stated in its source."),
        # what the printed limits are
        fixed("upper limit printed for this age"),
        fixed("upper limit of the next younger printed age"),
        fixed("expected value; no range is printed"),
        fixed("95 % range around the line"),
        fixed("range of the means of 11 white-matter regions"),
        fixed("95 % prediction interval"),
        fixed("upper limit of reference"),
        fixed("%(low)s to %(high)s centile"),
        # tables that are refused
        fixed("The norm has no numbers for this sex."),
        fixed("A norm's sexes are not F and M."),
        fixed("A norm's range ends before it begins."),
        fixed("A norm's mean or SD is not above zero in its own range."),
        fixed("A norm's bands and rows are not equally many."),
        fixed("A norm's bands do not follow one another."),
        fixed("A norm has no rows."),
        fixed("A norm's centiles do not rise."),
        fixed("A norm's limits fall with age."),
        fixed("A norm's form lacks a part, or has one of the wrong kind."),
        fixed("No form of a norm is called %(what)s."),
        fixed("No doubt about a norm is called %(what)s."),
        fixed("The table %(what)s of published norms is missing."),
        fixed("The table %(what)s of published norms is not the one indexed."),
        fixed("The norm %(what)s is written twice."),
        fixed("The norm %(what)s lacks its citation or population."),
        fixed("The norm %(what)s is not in the unit of its measure."),
        fixed("A published norm lacks a part, or has one of the wrong kind."),
    }
)
"""Sentences and templates, each a message id."""
