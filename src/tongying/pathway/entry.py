"""One table of a pathway's text, read key by key; what is wrong is noted and reading goes on."""

from __future__ import annotations

import math
import re
from enum import StrEnum
from string import Formatter
from typing import TypeVar

from tongying.pathway.definition import AgeSpan, Source, Words
from tongying.pathway.faults import Faults
from tongying.pathway.yaml_tree import Items, Node, Scalar, Table

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_ID = 60
LONGEST_WORDS = 600
DAYS_OF_UNIT = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
"""A month of an age rule is a twelfth of a year; the calendar's months differ by up to a day."""
OLDEST_DAYS = 25 * 365.25
_AGE = re.compile(r"(\d+(?:\.\d+)?) (day|week|month|year)s?")
_YES = frozenset({"yes", "true"})
_NO = frozenset({"no", "false"})
PLACES = frozenset({"answer", "side"})

E = TypeVar("E", bound=StrEnum)


class Entry:
    """A table whose keys are asked for one by one; `done` notes those nobody asked for.

    Parameters
    ----------
    node : Node or None
        What stands there; anything but a table is noted.
    what : str
        What it describes, for the sentences.
    faults : Faults
    line : int
        Where it would stand, if `node` is None.
    """

    def __init__(self, node: Node | None, what: str, faults: Faults, line: int = 1) -> None:
        self.what = what
        self.faults = faults
        self.line = node.line if node is not None else line
        self._nodes: dict[str, Node] = {}
        self._lines: dict[str, int] = {}
        self._asked: set[str] = set()
        self.broken = not isinstance(node, Table)
        if not isinstance(node, Table):
            if node is not None:
                self.fault(
                    self.line,
                    f"{what}: keys with values are expected here.",
                    f"{what}：此处应为“键: 值”形式。",
                )
            return
        for key, value in node.entries:
            if key.text in self._nodes:
                self.fault(
                    key.line,
                    f"{what}: {key.text[:40]!r} is said twice.",
                    f"{what}：“{key.text[:40]}”重复。",
                )
            self._nodes.setdefault(key.text, value)
            self._lines.setdefault(key.text, key.line)

    def fault(self, line: int, sentence: str, chinese: str) -> None:
        """Note what is wrong."""
        self.faults.add(line, sentence, chinese)

    def line_of(self, key: str) -> int:
        """Return the line of a key, or that of the table where it is not said."""
        return self._lines.get(key, self.line)

    def has(self, key: str) -> bool:
        """Say whether a key is there."""
        return key in self._nodes

    def said(self) -> tuple[str, ...]:
        """Return the keys in the order of the text; they count as asked for."""
        self._asked |= self._nodes.keys()
        return tuple(self._nodes)

    def done(self) -> None:
        """Note the keys that nobody asked for."""
        for key in self._nodes.keys() - self._asked:
            known = ", ".join(sorted(self._asked))
            self.fault(
                self._lines[key],
                f"{self.what}: there is no key {key[:40]!r}; there are {known}.",
                f"{self.what}：没有名为“{key[:40]}”的键；可用：{known}。",
            )

    def node(self, key: str, *, must: bool = False) -> Node | None:
        """Return what stands under a key."""
        self._asked.add(key)
        found = self._nodes.get(key)
        if found is None and must and not self.broken:
            self.fault(
                self.line, f"{self.what}: {key!r} is missing.", f"{self.what}：缺少“{key}”。"
            )
        return found

    def text(self, key: str, *, must: bool = False, longest: int = LONGEST_WORDS) -> str:
        """Return words, or an empty text where there are none."""
        found = self.node(key, must=must)
        return "" if found is None else self._words_of(found, key, longest)

    def texts(self, key: str, *, must: bool = False) -> tuple[str, ...]:
        """Return a list of words, each once."""
        found = self.node(key, must=must)
        if found is None:
            return ()
        if not isinstance(found, Items) or not found.nodes:
            self._expected(found.line, key, "a list", "一个列表")
            return ()
        words = tuple(self._words_of(one, key, LONGEST_WORDS) for one in found.nodes)
        for place, one in enumerate(words):
            if one in words[:place]:
                self.fault(
                    found.nodes[place].line,
                    f"{self.what}: {key!r} says {one[:40]!r} twice.",
                    f"{self.what}：“{key}”中“{one[:40]}”重复。",
                )
        return words

    def id(self, key: str = "id") -> str:
        """Return a stable name in small letters, digits and hyphens."""
        found = self.text(key, must=True)
        if found and not (ID.fullmatch(found) and len(found) <= LONGEST_ID):
            self._expected(
                self.line_of(key),
                key,
                "small letters, digits and hyphens, such as left-hip",
                "小写字母、数字和连字符，例如 left-hip",
            )
        return found

    def words(self, key: str, *, must: bool = False, places: bool = False) -> Words | None:
        """Return words in both languages; `places` allows ``{answer}`` and ``{side}``."""
        found = self.node(key, must=must)
        if found is None:
            return None
        both = Entry(found, f"{self.what}, {key}", self.faults)
        english, chinese = both.text("en", must=True), both.text("zh", must=True)
        both.done()
        for language, said in (("en", english), ("zh", chinese)):
            if places:
                self._check_places(both.line_of(language), said)
        return Words(english, chinese)

    def flag(self, key: str) -> bool:
        """Return whether a key says ``yes``; no where it says nothing."""
        found = self.text(key)
        if found in _YES:
            return True
        if found and found not in _NO:
            self._expected(self.line_of(key), key, "yes or no", "yes 或 no")
        return False

    def number(self, key: str) -> float | None:
        """Return a number, or None where there is none."""
        found = self.text(key)
        if not found:
            return None
        try:
            value = float(found)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self._expected(self.line_of(key), key, "a number", "一个数字")
            return None
        return value

    def whole(self, key: str, *, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number between two; missing is noted unless there is a default."""
        found = self.text(key, must=default is None)
        if not found:
            return low if default is None else default
        if not (found.isascii() and found.isdigit() and low <= int(found[:9]) <= high):
            self._expected(
                self.line_of(key),
                key,
                f"a whole number from {low} to {high}",
                f"{low}至{high}之间的整数",
            )
            return low
        return int(found)

    def one_of(self, key: str, choices: type[E], *, must: bool = True) -> E | None:
        """Return one of an enum's members, or None where the key says none of them."""
        found = self.text(key, must=must)
        if not found:
            return None
        try:
            return choices(found)
        except ValueError:
            known = ", ".join(choices)
            self._expected(self.line_of(key), key, f"one of {known}", f"以下之一：{known}")
            return None

    def ages(self, key: str = "ages") -> AgeSpan | None:
        """Return a span of ages: ``{from: 6 weeks, to: 6 months, corrected: yes}``."""
        found = self.entry(key)
        if found is None:
            return None
        span = AgeSpan(found.age_days("from"), found.age_days("to"), found.flag("corrected"))
        found.done()
        if (span.from_days or 0) >= (math.inf if span.to_days is None else span.to_days):
            self.fault(
                found.line,
                f"{self.what}: the ages end before they begin.",
                f"{self.what}：年龄范围的上限不大于下限。",
            )
        return span

    def age_days(self, key: str) -> int | None:
        """Return an age in days: the first day on which it is reached."""
        found = self.text(key)
        if not found:
            return None
        match = _AGE.fullmatch(found)
        days = float(match[1]) * DAYS_OF_UNIT[match[2]] if match else math.inf
        if days > OLDEST_DAYS:
            self._expected(
                self.line_of(key),
                key,
                "an age such as 10 days, 6 weeks, 3 months or 2 years",
                "年龄，例如 10 days、6 weeks、3 months 或 2 years",
            )
            return None
        return math.ceil(days)

    def source(self, key: str = "source", *, must: bool = True) -> Source:
        """Return a citation: words, or ``{citation: …, signed-off-by: …}``."""
        found = self.node(key, must=must)
        if found is None:
            return Source("")
        return source_of(found, self.what, self.faults)

    def entry(self, key: str, *, must: bool = False) -> Entry | None:
        """Return the table under a key."""
        found = self.node(key, must=must)
        return None if found is None else Entry(found, f"{self.what}, {key}", self.faults)

    def entries(self, key: str, *, must: bool = False) -> tuple[Entry, ...]:
        """Return the tables of a list."""
        found = self.node(key, must=must)
        if found is None:
            return ()
        if not isinstance(found, Items) or not found.nodes:
            self._expected(found.line, key, "a list", "一个列表")
            return ()
        return tuple(Entry(one, key, self.faults) for one in found.nodes)

    def _words_of(self, node: Node, key: str, longest: int) -> str:
        if not isinstance(node, Scalar):
            self._expected(node.line, key, "words", "文字")
            return ""
        if not node.text or node.text in {"~", "null"}:
            self.fault(
                node.line, f"{self.what}: {key!r} says nothing.", f"{self.what}：“{key}”没有内容。"
            )
            return ""
        if len(node.text) > longest:
            self._expected(
                node.line, key, f"at most {longest} characters", f"不超过{longest}个字符"
            )
        return node.text

    def _expected(self, line: int, key: str, what: str, chinese: str) -> None:
        self.fault(
            line, f"{self.what}: {key!r} must be {what}.", f"{self.what}：“{key}”应为{chinese}。"
        )

    def _check_places(self, line: int, said: str) -> None:
        try:
            named = {name for _, name, _, _ in Formatter().parse(said) if name is not None}
            plain = all(not spec and not way for _, _, spec, way in Formatter().parse(said))
        except ValueError:
            named, plain = {""}, False
        if named - PLACES or not plain:
            self.fault(
                line,
                f"{self.what}: only {{answer}} and {{side}} may stand in braces.",
                f"{self.what}：花括号内只能使用 {{answer}} 和 {{side}}。",
            )


def source_of(node: Node, what: str, faults: Faults) -> Source:
    """Return a citation: words alone, or with who signed the rule off."""
    if isinstance(node, Scalar) and node.text:
        return Source(node.text)
    both = Entry(node, f"{what}, source", faults)
    source = Source(both.text("citation", must=True), both.text("signed-off-by"))
    both.done()
    return source
