"""The age of a child as doctors write it into a sentence, in Chinese or English.

Only what is hardly anything else is read: 8月 may be August, and 3天 how long a fever has lasted.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from tongying.kernel.age import AgeUnit
from tongying.measure.body.age_doubts import SaidAge

GROWN: Final = 21
"""An age of so many years is a parent's, not the child's."""
MONTHS: Final = 12

_ENDS: Final = r"(?=$|[\s,.;:、。()/+]|[男女婴幼孩童患龄大的])"
_CHILD: Final = r"(?:[男女婴孩童]|(?<!胎)儿|宝宝|年龄|月龄|日龄|现年|今年)[\s,:、为是约]*"
_PATTERNS: Final = (
    re.compile(
        r"(?<![\d.第])(?P<years>\d{1,2})\s*岁(?:(?P<half>半)|零?(?P<rest>\d{1,2})个?月)?"
        r"(?![时起前后曾内以])"
    ),
    re.compile(rf"(?:^|{_CHILD})(?P<months>\d{{1,3}})\s*个?月{_ENDS}"),
    re.compile(rf"{_CHILD}(?P<weeks>\d{{1,3}})\s*周{_ENDS}"),
    re.compile(rf"{_CHILD}(?P<days>\d{{1,3}})\s*[天日]{_ENDS}"),
    re.compile(r"(?<![\d.])(?P<months>\d{1,3})\s*个?月(?=龄|大|的?[男女婴幼孩童患])"),
    re.compile(r"(?<![\d.])(?P<weeks>\d{1,3})\s*周(?=龄|大|的?[男女婴幼孩童患])"),
    re.compile(r"(?<![\d.])(?P<days>\d{1,3})\s*[天日](?=龄|大|的?[男女婴幼孩童患])"),
    *(
        re.compile(
            rf"(?<![\w.])(?:aged\s+(?P<{unit}>\d{{1,3}})[\s-]*(?:{word})s?\b|"
            rf"(?P<{unit}_old>\d{{1,3}})[\s-]*(?:{word})s?[\s-]*"
            r"(?:old|boy|girl|male|female|infant|child)\b)",
            re.IGNORECASE,
        )
        for unit, word in (
            ("years", "years?|yr|y"),
            ("months", "month|mo|m"),
            ("weeks", "week|wk|w"),
            ("days", "day|d"),
        )
    ),
)
_RELATIVE: Final = re.compile(
    r"[父母妈爸爷奶祖哥姐弟妹兄][^,.;。患]{0,4}$|(?:mother|father|parent|sister|brother)[^,.;]*$",
    re.IGNORECASE,
)
_NUMERAL: Final = re.compile(r"[一二两三四五六七八九十]{1,3}(?=个?月|岁|周|天)")
_DIGITS: Final = {word: number for number, word in enumerate("一二三四五六七八九", 1)} | {"两": 2}


def written_age(text: str) -> SaidAge | None:
    """Return the first age of the child that a text tells; None where it tells none.

    Examples
    --------
    >>> written_age("8月，右髋弹响")
    SaidAge(number=8, unit=<AgeUnit.MONTHS: 'months'>)
    >>> written_age("患儿，男，八岁，跛行1月")
    SaidAge(number=8, unit=<AgeUnit.YEARS: 'years'>)
    >>> written_age("8月3日起发热3天"), written_age("母亲28岁，有家族史")
    (None, None)
    """
    plain = unicodedata.normalize("NFKC", text).replace("周岁", "岁").replace("半岁", "6个月")
    plain = _NUMERAL.sub(_number, plain)
    found = [
        (match.start(), said)
        for pattern in _PATTERNS
        for match in pattern.finditer(plain)
        if not _RELATIVE.search(plain[: match.start()]) and (said := _said(match)) is not None
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def _number(match: re.Match[str]) -> str:
    word = match[0]
    if "十" not in word:
        return str(_DIGITS[word]) if len(word) == 1 else word
    tens, _, ones = word.partition("十")
    if len(tens) > 1 or len(ones) > 1 or ones == "十":
        return word
    return str(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))


def _said(match: re.Match[str]) -> SaidAge | None:
    told = {name.removesuffix("_old"): text for name, text in match.groupdict().items() if text}
    rest = 6 if told.pop("half", "") else int(told.pop("rest", "0"))
    (unit, text), *_ = told.items()
    number = int(text)
    if unit == "years" and number >= GROWN:
        return None
    if rest:
        return SaidAge(number * MONTHS + rest, AgeUnit.MONTHS)
    return SaidAge(number, AgeUnit(unit))
