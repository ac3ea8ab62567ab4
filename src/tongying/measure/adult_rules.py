"""Rules made for adults, by name, and the one gate before them.

They were not made with children and do not hold for them. No other place in this program may name
one: whoever wants such a rule asks here first, and below 18 years, or with an unknown age, there is
no way past.

References
----------
Westra SJ et al. The incidental pulmonary nodule in a child. Part 1. Pediatr Radiol 2015;45:628-633,
10.1007/s00247-014-3267-7 (Society for Pediatric Radiology: the adult guidelines do not apply to
children; abstract read).
The other rules' own papers define them for adults; that they are not used in children is usual
practice and needs sign-off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput
from tongying.measure.recipe import ChildKnown

ADULT_FROM_DAYS: Final = 6575
"""Days after which every child has had its eighteenth birthday: 18 years hold at most five leap
days (4 or 5), that is 6574 or 6575 days."""


class AdultRuleUnknown(BadInput):
    """No adult rule has this name."""

    code: ClassVar[str] = "measure.adult-rule-unknown"


class AdultRuleRefused(BadInput):
    """A rule made for adults is asked for a child, or for somebody of unknown age."""

    code: ClassVar[str] = "measure.adult-rule"


class AdultRule(StrEnum):
    """Rules that are for adults alone."""

    FLEISCHNER = "fleischner"
    LUNG_RADS = "lung-rads"
    LI_RADS = "li-rads"
    TI_RADS = "ti-rads"
    PI_RADS = "pi-rads"


@dataclass(frozen=True, slots=True)
class About:
    """What an adult rule is.

    Attributes
    ----------
    name : str
        As it is written.
    english, chinese : str
        What it is about.
    """

    name: str
    english: str
    chinese: str


ABOUT: Final[Mapping[AdultRule, About]] = {
    AdultRule.FLEISCHNER: About("Fleischner", "incidental lung nodules", "偶发肺结节随访"),
    AdultRule.LUNG_RADS: About("Lung-RADS", "lung cancer screening", "肺癌筛查"),
    AdultRule.LI_RADS: About("LI-RADS", "liver cancer in cirrhosis", "肝癌高危人群肝结节"),
    AdultRule.TI_RADS: About("TI-RADS", "size thresholds of thyroid nodules", "甲状腺结节大小阈值"),
    AdultRule.PI_RADS: About("PI-RADS", "prostate cancer", "前列腺癌"),
}


def adult_rule_of(name: str) -> AdultRule:
    """Return the adult rule that a name means, however it is spelled.

    Raises
    ------
    AdultRuleUnknown
        If there is none.

    Examples
    --------
    >>> adult_rule_of("Lung RADS").value
    'lung-rads'
    """
    asked = _plain(name)
    for rule in AdultRule:
        if _plain(rule.value) == asked:
            return rule
    raise AdultRuleUnknown("No rule for adults has this name.")


def check_rule(name: str, child: ChildKnown) -> None:
    """Raise unless a rule made for adults may be used on somebody of this age.

    Raises
    ------
    AdultRuleUnknown
        If no such rule is known.
    AdultRuleRefused
        Below 18 years, or if the age is not known, or of somebody not yet born.
    """
    rule = adult_rule_of(name)
    if child.age_days is None or child.gestational_age_days is not None:
        raise AdultRuleRefused(
            f"{ABOUT[rule].name} is a rule for adults; without a known age of 18 years or more it"
            " is not used."
        )
    if child.age_days < ADULT_FROM_DAYS:
        raise AdultRuleRefused(
            f"{ABOUT[rule].name} is a rule for adults and is not used below 18 years."
        )


def named_in(text: str) -> tuple[AdultRule, ...]:
    """Return the rules for adults that a text names, however they are spelled.

    Examples
    --------
    >>> [rule.value for rule in named_in("follow-up after Lung RADS")]
    ['lung-rads']
    """
    said = _plain(text)
    return tuple(rule for rule in AdultRule if _plain(rule.value) in said)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
