"""A bone age beside the age, always with the method by which it was read.

No limit of early or late is told: no table of standard deviations was seen, and the methods
disagree with each other.
"""

from __future__ import annotations

from collections.abc import Mapping

from tongying.measure.limb.bone_age import WORDS, BoneAgeMethod, bone_age
from tongying.measure.recipe import AgeOutsideRule, ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import AnswerUnfit, chosen, number
from tongying.pathway.aids.reason import DAYS_OF_YEAR, AnswersMissing
from tongying.pathway.definition import AnswerKind, Words

METHODS = frozenset(one.value for one in BoneAgeMethod)
SOURCE = "Reader's bone age by the named method; no limits are applied (no table was seen)"


def _bone_age(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    years, said = number(values, "bone-age"), chosen(values, "bone-age-method")
    if years is None:
        raise AnswersMissing("Tell the bone age in years first.")
    try:
        method = None if said is None else BoneAgeMethod(said)
    except ValueError:
        raise AnswerUnfit(f"The answer 'bone-age-method' cannot be {str(said)[:40]!r}.") from None
    told = bone_age(years, method, sex=child.sex)
    if method is None or child.age_days is None:
        raise AgeOutsideRule("The age is not known; a bone age says nothing without it.")
    own = child.age_days / DAYS_OF_YEAR
    apart = years - own
    english, chinese = WORDS[method]
    side = "ahead of" if apart >= 0 else "behind"
    side_zh = "提前" if apart >= 0 else "落后"
    return Grade(
        scheme="bone-age",
        value="told",
        side="",
        english=f"Bone age {years:.1f} years ({english}), {abs(apart):.1f} years {side} the age "
        f"of {own:.1f} years.",
        chinese=f"骨龄{years:.1f}岁（{chinese}），较实际年龄{own:.1f}岁{side_zh}{abs(apart):.1f}岁。",
        source=SOURCE,
        caveats=told.caveats,
    )


AIDS = (
    Aid(
        "bone-age",
        Words("Bone age beside the age", "骨龄与实际年龄比较"),
        (
            Input("bone-age", AnswerKind.NUMBER),
            Input("bone-age-method", AnswerKind.CHOICE, options=METHODS),
        ),
        _bone_age,
        ("told",),
    ),
)
