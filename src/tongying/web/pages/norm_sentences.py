"""Sentences of reference values: refusals of scores, of fits, of releases, and their caveats.

A sentence with a number or a name in it stands here as a template with named places; it is told by
its fixed words, and the number is kept.
"""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as fixed

from tongying.norms.axis import AxisKind
from tongying.web.pages.fit_sentences import FITS, WORDS
from tongying.web.pages.interval_sentences import INTERVALS
from tongying.web.pages.norm_source_sentences import SOURCES
from tongying.web.pages.norm_words import AXIS_WORDS, place_words
from tongying.web.pages.release_sentences import LACKS, RELEASES
from tongying.web.pages.score_sentences import SCORES

FIXED: Final = frozenset(
    {
        # measures, units, sexes
        fixed("A sex is written F or M, not %(what)s."),
        fixed("No measure is called %(what)s."),
        fixed("A value in %(given)s cannot be turned into %(wanted)s."),
        # samples and curves
        fixed("Values, ages, children and sites are not equally many."),
        fixed("A value or an age is missing or not a number."),
        fixed("All children have the same age, so there is no curve along age."),
        fixed("All values are the same, so there is no distribution."),
        fixed("A table of parameters has unequal columns or no rows."),
        fixed("A table of parameters has a number missing."),
        fixed("A table's ages do not rise from row to row."),
        fixed("The norm differs between the sexes, and no sex was given."),
        fixed("The curvature of the likelihood is not that of a maximum."),
        fixed("The fit of %(what)s did not converge in %(steps)s steps."),
        fixed("%(n)s measurements are too few for this model of %(columns)s coefficients."),
        fixed("A value is not above zero, so the %(what)s distribution cannot be fitted."),
        # releases
        fixed(
            "A child behind this release was withdrawn after it was signed; the next release"
            " leaves the child out."
        ),
    }
).union(FITS, INTERVALS, SOURCES, SCORES, RELEASES)
"""Sentences and templates, each a message id."""

_PLACE = re.compile(r"%\((\w+)\)s")


def _pattern(template: str) -> re.Pattern[str]:
    """Return a pattern that reads the places of a template."""
    parts = _PLACE.split(template)
    # Odd parts are the names of the places between the fixed words.
    return re.compile(
        "".join(
            f"(?P<{part}>.+?)" if number % 2 else re.escape(part.replace("%%", "%"))
            for number, part in enumerate(parts)
        )
    )


_TEMPLATES: Final = tuple(
    (_pattern(one), one)
    for one in sorted(FIXED, key=lambda one: ("%(axis)s" not in one, -len(_PLACE.sub("", one))))
    if _PLACE.search(one)
)


def told(sentence: str) -> str | None:
    """Return a sentence in the reader's language; None where it is none of these."""
    if sentence in FIXED:
        return gettext(sentence)
    for pattern, template in _TEMPLATES:
        match = pattern.fullmatch(sentence)
        if match:
            return (gettext(template) % _values(match.groupdict())).replace("  ", " ")
    return None


def _values(values: dict[str, str]) -> dict[str, str]:
    """Return what stands in the places of a template in the reader's language."""
    if values.get("axis") in {axis.value for axis in AxisKind}:
        axis = AxisKind(values["axis"])
        ends = {name: place_words(axis, float(values[name])) for name in ("low", "high")}
        return values | ends | {"axis": str(AXIS_WORDS[axis]), "unit": ""}
    return {
        name: (told(value) or value) if name == "why" else _word(value)
        for name, value in values.items()
    }


def _word(value: str) -> str:
    parts = value.split("; ")
    return "; ".join(gettext(part) if part in LACKS | WORDS else part for part in parts)
