"""Rules made for adults cannot be reached below 18 years, by any spelling, at any age."""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from pathlib import Path

import pytest

import tongying
from tongying.measure.adult_rules import (
    ABOUT,
    AdultRule,
    AdultRuleRefused,
    AdultRuleUnknown,
    adult_rule_of,
    check_rule,
    named_in,
)
from tongying.measure.recipe import ChildKnown

SPELLINGS = {
    "fleischner": ["Fleischner", "FLEISCHNER", "fleischner"],
    "lung-rads": ["Lung-RADS", "lung rads", "LungRADS", "LUNG_RADS"],
    "li-rads": ["LI-RADS", "lirads", "Li Rads"],
    "ti-rads": ["TI-RADS", "tirads", "TI RADS"],
    "pi-rads": ["PI-RADS", "pirads", "Pi-Rads"],
}
"""Written a second time by hand."""
AGES = (
    # days, whether an adult's rule may be used: newborn to the day after every 18th birthday
    (0, False),
    (27, False),
    (365, False),
    (365 * 10, False),
    (6573, False),  # 17 years and 364 or 363 days
    (6574, False),  # 18 years only where four leap days lie between
    (6575, True),  # 18 years whenever born
    (365 * 30, True),
)


@pytest.mark.parametrize("days, may", AGES)
def test_no_rule_for_adults_is_reached_below_eighteen(days, may):
    child = ChildKnown(age_days=days)
    for rule in (name for names in SPELLINGS.values() for name in names):
        if may:
            check_rule(rule, child)
        else:
            with pytest.raises(AdultRuleRefused, match="rule for adults"):
                check_rule(rule, child)


@pytest.mark.parametrize("rule", list(AdultRule))
@pytest.mark.parametrize(
    "child",
    [
        ChildKnown(),
        ChildKnown(corrected_age_days=7000),
        ChildKnown(gestational_age_days=200),
        ChildKnown(age_days=7000, gestational_age_days=200),
    ],
    ids=["unknown", "only corrected", "not yet born", "of the mother"],
)
def test_an_unknown_age_is_no_adults(rule, child):
    with pytest.raises(AdultRuleRefused, match="known age"):
        check_rule(rule, child)


def test_every_spelling_means_its_rule():
    told = {
        value: {adult_rule_of(name).value for name in names} for value, names in SPELLINGS.items()
    }
    assert told == {value: {value} for value in SPELLINGS}
    assert {rule.value for rule in AdultRule} == set(SPELLINGS) == {rule.value for rule in ABOUT}


@pytest.mark.parametrize("name", ["", "RECIST", "rads", "graf"])
def test_another_name_is_no_adult_rule(name):
    with pytest.raises(AdultRuleUnknown):
        check_rule(name, ChildKnown(age_days=7000))


@pytest.mark.parametrize("value", SPELLINGS)
def test_a_text_that_names_a_rule_is_found_in_any_spelling(value):
    for name in SPELLINGS[value]:
        assert [rule.value for rule in named_in(f"按照{name}随访")] == [value]
    assert named_in("RECIST 1.1, Graf, UTD") == ()


def test_the_limit_is_an_eighteenth_birthday_at_the_earliest():
    """Worked out from the calendar: whoever is 6575 days old has had it."""
    for year, (month, day) in product(range(1990, 2012), ((1, 1), (2, 28), (3, 1), (12, 31))):
        days = (date(year + 18, month, day) - date(year, month, day)).days
        assert 6574 <= days <= 6575


NAMES = re.compile(r"fleischner|lung[-_ ]?rads|\bli[-_ ]?rads|ti[-_ ]?rads|pi[-_ ]?rads", re.I)


def naming(root: Path) -> list[str]:
    """Return the files below a folder that name a rule for adults."""
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.suffix in (".py", ".html", ".js", ".json", ".yaml", ".po", ".txt")
        and NAMES.search(path.read_text("utf-8", errors="ignore"))
    )


def test_no_other_place_of_the_program_names_one():
    assert naming(Path(tongying.__file__).parent) == ["measure/adult_rules.py"]


def test_the_search_for_names_bites(tmp_path):
    (tmp_path / "sly.py").write_text("follow = 'TI_RADS'\n")
    (tmp_path / "good.py").write_text("direction = 'radial'\n")
    assert naming(tmp_path) == ["sly.py"]
