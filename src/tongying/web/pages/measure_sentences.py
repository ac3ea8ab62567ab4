"""Sentences of measurements on the image, of doses and contradictions: refusals and caveats.

A sentence with a number or a name in it stands here as a template with named places, as in
`norm_sentences`; the names of measurements and of their marks are told in the reader's language.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as fixed

from tongying.measure.registry import recipes
from tongying.web.pages.bone_sentences import BONES
from tongying.web.pages.organ_sentences import ORGANS

FIXED: Final = frozenset(
    {
        # the image, the marks
        fixed("A pixel has a width and a height, or neither is known."),
        fixed("The size of a pixel must be above zero."),
        fixed("The shape of a pixel contradicts its width and height."),
        fixed("The image does not say how large its pixels are: no length is told."),
        fixed("The two points of a line are the same."),
        fixed("Two lines that must cross are parallel."),
        fixed("The outline encloses no area."),
        fixed("The outline crosses itself."),
        fixed("The two diameters must cross within what they measure."),
        fixed("The second diameter must be square to the first."),
        fixed("Every size must be a number above zero."),
        fixed(
            "The marks give a value that is not possible in a child: they, or the scale of the"
            " image, are wrong."
        ),
        fixed("No measurement is called %(what)s."),
        fixed("%(name)s has no mark %(what)s."),
        fixed("Mark this first: %(name)s."),
        fixed("The mark %(what)s is missing."),
        fixed("%(name)s: %(wanted)s points are needed, %(given)s given."),
        fixed("%(name)s: an outline needs three points or more."),
        fixed("%(name)s: a point is no place in the image."),
        fixed("%(name)s: say whether it is the right or the left side."),
        # what was drawn in the viewer
        fixed("Something was drawn without a name: say what it is."),
        fixed("“%(what)s” can mean several measurements: say which."),
        fixed("“%(what)s” names no measurement: say what was measured."),
        fixed("%(name)s is not drawn like this."),
        fixed("It was drawn in a reformatted plane or on several images: draw it on one image."),
        fixed("Several shapes in one group are no known mark."),
        fixed("Nothing is measured from a shape like this."),
        fixed("An open curve measures nothing: close the outline, or draw a line."),
        # the brain
        fixed("The horns are wider than the skull: the lines are interchanged."),
        fixed("Width and length of the skull must run square to each other."),
        fixed(
            "The widths that are compared do not run the same way: look whether both are"
            " transverse."
        ),
        fixed(
            "The line of the foramen magnum runs up and down: turn the image until the head is up."
        ),
        fixed("The ends of an ellipse's axes must halve each other."),
        # the urinary tract
        fixed("The SFU grade needs three answers: renal pelvis, calyces, and parenchyma."),
        fixed(
            "No SFU grade has these findings together: calyces widen after the pelvis, and grade 4"
            " is thin parenchyma with all calyces wide."
        ),
        fixed(
            "The UTD class needs every answer: renal pelvis in mm, calyces, parenchyma, ureter and"
            " bladder, and before birth the amniotic fluid."
        ),
        fixed("The diameter of the renal pelvis is a number of mm, 0 or above."),
        fixed(
            "Nothing is dilated, so there is no UTD class; the other abnormal finding stands by"
            " itself."
        ),
        fixed("The UTD class needs the child's age, or the gestational age before birth."),
        fixed("Before 16 weeks of gestation there is no UTD class."),
        fixed(
            "In the first 48 hours after birth a dilated urinary tract is underestimated: look"
            " again later."
        ),
        # the body, doses
        fixed(
            "This formula was not made from newborns: at this weight formulas differ; compare"
            " Haycock's."
        ),
        fixed("The child's weight is not known: weigh the child first."),
        fixed("These tables are for children below 18 years."),
        fixed("These tables are not signed off for this hospital: the local table decides."),
        fixed(
            "The weight is older than 30 days, or than 7 days below one year: weigh the child"
            " again."
        ),
        fixed("It is not known when the child was weighed: weigh the child again."),
        fixed("The card begins at 3 kg: below it stands its value at 3 kg."),
        fixed("The card ends at 68 kg: above it stands its value at 68 kg."),
        fixed("Between two weights of the card its multiple was interpolated."),
        fixed(
            "The European card's class of DMSA is told differently by those who copy it: look it"
            " up."
        ),
        fixed("In a newborn the kidneys are immature: is the contrast medium needed?"),
        fixed(
            "With an eGFR below 30 mL/min/1.73 m2 examine without this contrast medium where"
            " possible."
        ),
        fixed(
            "No greatest volume and no greatest rate by cannula were found in a source: ask the"
            " local table."
        ),
        # contradictions
        fixed(
            "The date of birth in the image is not that of the child's record: is it the same"
            " child?"
        ),
        fixed("The sex in the image is not that of the child's record: is it the same child?"),
        fixed("It was drawn as one side, but the image says that it shows the other side."),
        fixed("It was drawn as one side, but the label or description names the other side only."),
        fixed(
            "The image says that it shows one side, but the label or description names the other"
            " side only."
        ),
        fixed(
            "The image is older than the child: its date or the date of birth is wrong, or it was"
            " made before birth."
        ),
        fixed("The age that was said does not fit the date of birth."),
        fixed("The age in the image does not fit the date of birth."),
        fixed("The age was said in %(unit)s, but it fits the date of birth in %(other)s."),
        fixed("The age in the image is in %(unit)s, but it fits the date of birth in %(other)s."),
        fixed("The weeks of gestation do not fit the last menstrual period."),
        fixed("The weeks of gestation do not fit the due date."),
        fixed("The weeks of gestation at this study do not fit the gestation at birth."),
        fixed(
            "With these weeks of gestation the child would have been born before 22 or after 44"
            " weeks."
        ),
        fixed("The study is said to be of a child before birth, but it was made after the birth."),
        fixed(
            "The weight is far above that of children of this age: is it this child's, in"
            " kilograms, and typed right?"
        ),
        fixed(
            "The weight is far below that of children of this age: is it this child's, in"
            " kilograms, and typed right?"
        ),
        fixed(
            "The height is far above that of children of this age: is it this child's, in"
            " centimetres, and typed right?"
        ),
        fixed(
            "The height is far below that of children of this age: is it this child's, in"
            " centimetres, and typed right?"
        ),
        fixed(
            "The weight is far below that of a child born at term: was this child born preterm, or"
            " is the weight another child's?"
        ),
        fixed(
            "The height is far below that of a child born at term: was this child born preterm, or"
            " is the height another child's?"
        ),
        fixed("The weight does not follow from the child's earlier weight: is it this child's?"),
        fixed("The height does not follow from the child's earlier height: is it this child's?"),
        fixed(
            "The weight is far above that of children of this age, and its half is not: was it"
            " given in jin?"
        ),
        fixed("Weight and height cannot both be this child's: one of them is wrong."),
        fixed("The weight is not possible in a child: it, or its unit, is wrong."),
        fixed("The height is not possible in a child: it, or its unit, is wrong."),
    }
).union(BONES, ORGANS)
"""Sentences and templates, each a message id."""

_PLACE = re.compile(r"%\((\w+)\)s")
UNITS: Final = frozenset({fixed("days"), fixed("weeks"), fixed("months"), fixed("years")})


def _pattern(template: str) -> re.Pattern[str]:
    parts = _PLACE.split(template)
    # Odd parts are the names of the places between the fixed words.
    return re.compile(
        "".join(
            f"(?P<{part}>.+?)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
    )


_TEMPLATES: Final = tuple(
    (_pattern(one), one)
    for one in sorted(FIXED, key=lambda one: -len(_PLACE.sub("", one)))
    if _PLACE.search(one)
)


def told(sentence: str) -> str | None:
    """Return a sentence in the reader's language; None where it is none of these."""
    if sentence in FIXED:
        return gettext(sentence)
    for pattern, template in _TEMPLATES:
        match = pattern.fullmatch(sentence)
        if match:
            return gettext(template) % {
                place: _word(place, value) for place, value in match.groupdict().items()
            }
    return None


def _word(place: str, value: str) -> str:
    if place in {"unit", "other"} and value in UNITS:
        return gettext(value)
    chinese = (get_language() or "").startswith("zh")
    return _names().get(value, value) if place == "name" and chinese else value


@cache
def _names() -> dict[str, str]:
    """Return the Chinese names of measurements and marks by their English ones."""
    return {
        one.english: one.chinese for recipe in recipes().values() for one in (recipe, *recipe.steps)
    }
