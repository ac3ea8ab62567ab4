"""Sentences of fits and releases: what is left out, what is wrong, what is refused."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

FITS: Final = frozenset(
    {
        # samples and curves
        fixed("A site has no name."),
        fixed("An age lies before birth."),
        fixed("A weight is negative or not a number."),
        fixed("There are no measurements."),
        fixed("The values at some age hardly differ, so no spread fits there."),
        fixed("No distribution is called %(what)s; known are %(known)s."),
        fixed("The fit of %(what)s ran out of the range of numbers."),
        fixed("The %(what)s curve does not describe the values it was fitted to."),
        fixed("The %(what)s curve has no 3rd or 97th centile at some age."),
        fixed("None of %(n)s models could be fitted. %(why)s"),
        fixed(
            "Too many of the refits did not converge, so the interval of the centiles is not known."
        ),
        fixed(
            "The data do not tell the %(one)s from the %(other)s distribution (difference "
            "of BIC %(bic)s)."
        ),
        fixed(
            "The smallest power of age tried, %(power)s, was chosen; a smaller one was not tried."
        ),
        fixed(
            "Girls and boys were best described by different distributions; the one with "
            "the smaller BIC in both together was taken."
        ),
        fixed(
            "The values change with age, and there are too few children for a curve: no "
            "norm is made."
        ),
        fixed("Too few children for a curve: the limits are the same for all ages in the range."),
        fixed("All children come from one hospital: how hospitals differ is not known."),
        fixed("Several hospitals were taken as one: a shift of one of them is in it."),
        fixed("For one sex there were too few children: the norm does not speak of it."),
        fixed("Made from routine examinations read as normal, not from healthy volunteers."),
        fixed(
            "Of some children below two years the gestation at birth was not known: they "
            "stand at their chronological age."
        ),
        fixed("Neither group has a spread: they cannot be compared."),
        fixed("Dixon's ratios are for 3 to 30 values, not for %(n)s."),
        fixed("The values are all the same: a ratio of gaps does not exist."),
        # what a fit found wrong
        fixed(
            "From %(low)s to %(high)s %(unit)s the fitted %(moment)s is %(how)s (worm plot "
            "coefficient %(size)s)."
        ),
        fixed(
            "From %(low)s to %(high)s %(unit)s the fitted tails are %(how)s (worm plot "
            "coefficient %(size)s)."
        ),
        fixed(
            "Over all bands together the %(moment)s is not fitted well (Q%(k)s = %(q)s on "
            "%(freedom)s degrees of freedom, p = %(p)s); from %(low)s to %(high)s %(unit)s "
            "it is worst (Z%(m)s = %(z)s)."
        ),
        fixed(
            "Over all bands together the tails are not fitted well (Q%(k)s = %(q)s on "
            "%(freedom)s degrees of freedom, p = %(p)s); from %(low)s to %(high)s %(unit)s "
            "it is worst (Z%(m)s = %(z)s)."
        ),
        fixed(
            "%(share)s %% of the children lie %(where)s instead of 3 %% (99 %% interval "
            "%(low)s to %(high)s %%)."
        ),
        # rows left out
        fixed("The age is no child's, in days."),
        fixed("The age is not a number."),
        fixed("The age is missing."),
        fixed("The age or the gestation at birth is missing."),
        fixed("The gestational age is missing."),
        fixed("The height is missing."),
        fixed("The height or the weight is missing."),
        fixed("The child had not reached term on that day, so it has no corrected age."),
        fixed("The child's code is missing."),
        fixed("The examination lies before birth."),
        fixed("The gestational age is not possible, in days."),
        fixed("The sex is missing."),
        fixed("The site is missing."),
        fixed("The value is missing or not a number."),
        fixed("The value is not possible in %(unit)s."),
        fixed("The value is not possible in %(unit)s; it may be written in another unit."),
        fixed("The same child is a girl in one row and a boy in another."),
        fixed("The same child has two gestations at birth."),
        fixed("The same child stands there twice on one day."),
        fixed("The same child stands there twice on one day with different values."),
        fixed(
            "Volunteers and routine examinations are never mixed in one norm; this one is "
            "made by the %(route)s route."
        ),
        fixed("%(wrong)s of %(all)s rows are wrong."),
        fixed("No row is left to be fitted."),
        # what is asked for
        fixed("A norm is made from volunteers or from routine examinations."),
        fixed("An interval needs %(n)s bootstrap samples or more."),
        fixed("The distributions to try are some of %(known)s."),
        fixed("The powers of the age to try are numbers above zero."),
        fixed("What was decided about the fit cannot be read."),
        fixed("Choose at least one distribution."),
        fixed("Choose the values that are to be fitted."),
        fixed("Choose what the curve is to run along."),
        fixed("Choose whether girls and boys get curves of their own."),
        fixed("There is no such fit."),
        fixed("No value is left that could be fitted."),
        # hospitals
        fixed(
            "%(n)s normal children are too few to calibrate a site; %(needed)s or more are needed."
        ),
        fixed(
            "Some of the children lie at ages where the norm does not speak, so the site "
            "cannot be calibrated by them."
        ),
        fixed(
            "The children scatter otherwise than the norm's normal children do, so a shift "
            "alone does not make the site comparable."
        ),
        fixed("The norm does not know how sites differ, so none can be calibrated."),
        fixed("The release is not in force, or knows this hospital already."),
        fixed("There is no such hospital."),
        fixed("This hospital is not calibrated to this release."),
        # documents, releases, signatures
        fixed("A child of this fit was withdrawn; ask for a new fit."),
        fixed("Only a draft is signed; look at it again."),
        fixed("Say in 300 characters or fewer why it is closed."),
        fixed("The document is not the one that was drafted; draft it anew."),
        fixed("There is no such release."),
        fixed("This fit made no norm that could be released."),
        fixed("This release is closed already."),
        # who may
        fixed("A release is signed by researchers and experts."),
        fixed("Fits and drafts are for researchers, experts and administrators."),
        fixed("Only a researcher fits, drafts, closes and calibrates norms."),
        fixed("Only an expert signs off a published norm."),
        # sign-off and scores
        fixed("Say it in 300 characters or fewer."),
        fixed("The table has changed since you opened it; look at it again."),
        fixed("There is no such norm."),
        fixed("You have signed this already."),
        fixed(
            "The child stands outside this norm, which covers %(low)s to %(high)s %(unit)s "
            "of %(axis)s."
        ),
        fixed("2.5th to 97.5th centile"),
    }
)
"""Sentences and templates, each a message id."""

WORDS: Final = frozenset(
    {
        fixed("median"),
        fixed("spread"),
        fixed("skewness"),
        fixed("too high"),
        fixed("too low"),
        fixed("too wide"),
        fixed("too narrow"),
        fixed("too far to the high side"),
        fixed("too far to the low side"),
        fixed("too heavy"),
        fixed("too light"),
        fixed("below P3"),
        fixed("above P97"),
        fixed("months"),
        fixed("years"),
        fixed("weeks"),
        fixed("direct"),
        fixed("indirect"),
    }
)
"""Words in the places of templates."""
