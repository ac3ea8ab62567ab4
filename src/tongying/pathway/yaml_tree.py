"""The text of a pathway as a tree of words, lists and tables, each with its line.

YAML is read as events and nothing is ever constructed from it: ``no`` stays the word "no", ``3e5``
stays what was written, and no tag makes an object. Anchors and tags are refused, for they let a
short text grow without end or mean something else than it says.
"""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from tongying.pathway.faults import Fault, PathwayRefused

LONGEST_TEXT = 400_000
"""Characters; the longest pathway that ships has a tenth of it."""
DEEPEST = 14
"""Lists and tables within each other; a pathway needs eight."""
_NO_TAG = (None, "!")
"""A quoted word carries ``!`` in some versions of the parser."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """Words or a number, as written."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """Keys with what stands under them, in the order of the text."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int


Node = Scalar | Items | Table


def tree_of(text: str, *, name: str) -> Node:
    """Return what a text says, as a tree.

    Raises
    ------
    PathwayRefused
        If it is empty, too long, no YAML, or uses anchors, aliases, tags or several documents.
    """
    if len(text) > LONGEST_TEXT:
        raise PathwayRefused(name, (Fault(1, "The text is too long.", "文本过长。"),))
    try:
        return _Builder(name).build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        problem = (error.problem or "it cannot be read").strip()
        raise PathwayRefused(
            name,
            (Fault(line, f"This is not YAML: {problem}.", f"此处不符合YAML语法：{problem}。"),),
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        raise PathwayRefused(
            name,
            (Fault(line, "A character here may not stand in YAML.", "此行含有YAML不允许的字符。"),),
        ) from None


class _Builder:
    """Puts events together; lists and tables that are still open wait on a stack."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[tuple[type, int, list[Node]]] = []
        self._root: Node | None = None
        self._documents = 0

    def build(self, text: str) -> Node:
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            self._check(event, line)
            if isinstance(event, yaml.ScalarEvent):
                self._put(Scalar(event.value.strip(), line))
            elif isinstance(event, yaml.SequenceStartEvent):
                self._open.append((Items, line, []))
            elif isinstance(event, yaml.MappingStartEvent):
                self._open.append((Table, line, []))
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                self._close()
        if self._root is None:
            raise self._refused(1, "The text is empty.", "文本为空。")
        return self._root

    def _check(self, event: yaml.Event, line: int) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refused(
                line,
                "Anchors and aliases (& and *) are not used here; quote such words.",
                "此处不使用锚点和别名（& 与 *）；若是普通文字请加引号。",
            )
        if getattr(event, "tag", None) not in _NO_TAG:
            raise self._refused(
                line,
                "Tags (!) are not used here; put such words in quotes.",
                "此处不使用标签（!）；若是普通文字请加引号。",
            )
        if len(self._open) >= DEEPEST:
            raise self._refused(
                line, "Lists stand too deep within each other.", "列表嵌套层数过多。"
            )
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._refused(
                    line, "One text holds one definition.", "一个文本只能包含一份定义。"
                )

    def _close(self) -> None:
        kind, line, nodes = self._open.pop()
        if kind is Items:
            self._put(Items(tuple(nodes), line))
            return
        keys, values = nodes[::2], nodes[1::2]
        entries = []
        for key, value in zip(keys, values, strict=True):
            if not isinstance(key, Scalar):
                raise self._refused(key.line, "A key is one word.", "键名应为一个词。")
            entries.append((key, value))
        self._put(Table(tuple(entries), line))

    def _put(self, node: Node) -> None:
        if self._open:
            self._open[-1][2].append(node)
        else:
            self._root = node

    def _refused(self, line: int, sentence: str, chinese: str) -> PathwayRefused:
        return PathwayRefused(self._name, (Fault(line, sentence, chinese),))
