"""Sentences of reference intervals without a curve: refusals, doubts, comparisons, checks."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

INTERVALS: Final = frozenset(
    {
        # limits by the number of children
        fixed("There are no values to take limits from."),
        fixed("A value is missing or not a number."),
        fixed("The power transform of these values has no upper limit."),
        fixed("A power transform needs values above zero."),
        fixed("All values are the same: there is no spread to describe."),
        fixed("More than half of the values are the same: no robust spread exists."),
        fixed("%(n)s values are too few for a limit at %(percent)s %% by ranks."),
        fixed(
            "%(n)s children are fewer than %(least)s: their values are shown, and no limits are "
            "drawn."
        ),
        fixed("The limits rest on %(n)s children, fewer than %(least)s: they are provisional."),
        fixed("How well the limits are known cannot be told from so few or so equal values."),
        fixed(
            "Up to %(found)s of %(n)s values lie far from the others by the usual rules; they were "
            "kept, and somebody should look at them."
        ),
        fixed("The values hardly tell which power transform suits them."),
        fixed(
            "The lower limit lies at or below zero though every value is above it: the form of the "
            "distribution was not met."
        ),
        # outlying values
        fixed("Below %(least)s values nothing can be said about outlying ones."),
        fixed("Dixon's ratios are for %(most)s values at most; use Reed's rule or fences."),
        # two groups
        fixed("A group of fewer than %(least)s children cannot be compared."),
        fixed("A group has no spread: the two cannot be compared."),
        fixed(
            "Harris and Boyd: z %(z)s against %(critical)s, ratio of spreads %(ratio)s against "
            "%(most)s: separate limits."
        ),
        fixed(
            "Harris and Boyd: z %(z)s against %(critical)s, ratio of spreads %(ratio)s against "
            "%(most)s: common limits."
        ),
        fixed("By the parts beyond common limits (Lahti): separate limits."),
        fixed("By the parts beyond common limits (Lahti): common limits."),
        fixed("By the parts beyond common limits (Lahti): no clear answer."),
        fixed(
            "Too few children to count parts beyond common limits: %(least)s in each group are "
            "needed."
        ),
        fixed("Separate only with a reason in the body."),
        # the check on local children
        fixed("%(n)s children are too few to check an interval: 20 are needed."),
        fixed("The lower limit does not lie below the upper."),
        fixed(
            "%(outside)s of %(n)s children lie outside and %(allowed)s may: the interval may be "
            "used."
        ),
        fixed(
            "%(outside)s of %(n)s children lie outside and %(allowed)s may: examine as many other "
            "children."
        ),
        fixed(
            "%(outside)s of %(n)s children lie outside and %(allowed)s may: the interval does not "
            "suit; make an own one."
        ),
        fixed(
            "The check is weak: it passes with probability %(right)s if the interval is right, "
            "%(ten)s if 10 %% truly lie outside, and %(twenty)s if 20 %% do."
        ),
        # the indirect route
        fixed("The indirect route needs at least %(least)s examinations, not %(n)s."),
        fixed("A value is missing, or not above zero."),
        fixed("The values are rounded so coarsely that their form is not seen."),
        fixed(
            "The limits come from routine examinations, not from healthy volunteers; the method is "
            "published for laboratory values."
        ),
        fixed(
            "Only %(percent)s %% of these examinations look healthy: the limits may be those of a "
            "mixture."
        ),
    }
)
"""Message ids."""
