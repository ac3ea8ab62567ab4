"""What a drawing is called in the viewer, and which step of which recipe that is.

A label names the recipe, the step where there are several, and the side: ``Graf … · baseline R``.
It is offered in the reader's language and understood in both, whatever the blanks, the hyphens and
the case; a reader may also write a measure's own name. What is not understood, or means several
things, is refused with a sentence, so that a person says what it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput
from tongying.measure.recipe import Mark, Recipe, Sided, Step
from tongying.measure.registry import recipes
from tongying.norms.measure import measures

CHINESE: Final = "zh"
ENGLISH: Final = "en"
SIDE_WORDS: Final = {CHINESE: {"R": "右", "L": "左"}, ENGLISH: {"R": "R", "L": "L"}}
LONGEST_HEAD: Final = 24
"""Characters of a step that stand on an image; a longer one is cut where it is unique."""

_SIDES: Final = (
    ("R", ("右侧", "右", "right", "r")),
    ("L", ("左侧", "左", "left", "l")),
)
_NOISE: Final = re.compile(r"[\s·.,;:，。；：、/\\\-_—–()（）\[\]【】'\"]+")
_HEAD_ENDS: Final = re.compile(r"[：:]")


class LabelMissing(BadInput):
    """Something was drawn and nobody said what it is."""

    code: ClassVar[str] = "measure.label-missing"


class LabelUnknown(BadInput):
    """The label names no measurement."""

    code: ClassVar[str] = "measure.label-unknown"


class LabelAmbiguous(BadInput):
    """The label means several measurements."""

    code: ClassVar[str] = "measure.label-ambiguous"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label says.

    Attributes
    ----------
    recipe : str
        Of `tongying.measure.registry.recipes`.
    step : str
        Of the recipe.
    side : str
        R, L, or empty where the label does not say.
    """

    recipe: str
    step: str
    side: str


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it is offered.

    Attributes
    ----------
    text : str
        In one language, with the side.
    meaning : Meaning
    mark : Mark
        What is to be drawn for it.
    modalities : tuple of str
        Of the recipe, sorted.
    """

    text: str
    meaning: Meaning
    mark: Mark
    modalities: tuple[str, ...]


@cache
def labels(language: str) -> tuple[Label, ...]:
    """Return every label in a language, in the order in which recipes are offered.

    Parameters
    ----------
    language : str
        ``zh`` or ``en``.
    """
    return tuple(
        Label(
            text=_text(recipe, step, side, language),
            meaning=Meaning(recipe.id, step.name, side),
            mark=step.mark,
            modalities=tuple(sorted(recipe.modalities)),
        )
        for recipe in recipes().values()
        for step in recipe.steps
        for side in (("R", "L") if recipe.sided is Sided.ONE else ("",))
    )


def understood(texts: Sequence[str], *, mark: Mark | None = None, side: str = "") -> Meaning:
    """Return what a drawing is by what was written of it.

    Parameters
    ----------
    texts : sequence of str
        The likeliest first; the first that is understood counts.
    mark : Mark, optional
        What was drawn: of several meanings those that are drawn so count.
    side : str, optional
        R or L, where the report says it elsewhere; the label's own side goes before.

    Raises
    ------
    LabelMissing
        If nothing was written.
    LabelUnknown
        If no text names a measurement.
    LabelAmbiguous
        If a text means several.

    Examples
    --------
    >>> understood(["Kidney length R"])
    Meaning(recipe='kidney-length', step='calipers', side='R')
    >>> understood(["左 肾脏长径"]).side
    'L'
    """
    written = [text for text in texts if _plain(text)]
    if not written:
        raise LabelMissing("Something was drawn without a name: say what it is.")
    for text in written:
        found = _meanings(text, mark)
        if len(found) == 1:
            (one,) = found
            return one if one.side or not side else Meaning(one.recipe, one.step, side)
        if found:
            raise LabelAmbiguous(f"“{text[:60]}” can mean several measurements: say which.")
    raise LabelUnknown(f"“{written[0][:60]}” names no measurement: say what was measured.")


def _meanings(text: str, mark: Mark | None) -> set[Meaning]:
    plain = _plain(text)
    found = {Meaning(recipe, step, "") for recipe, step in _index().get(plain, ())}
    if not found:
        found = {
            Meaning(recipe, step, side)
            for side, rest in _without_side(text)
            for recipe, step in _index().get(rest, ())
        }
    drawn = {one for one in found if mark is None or _mark_of(one) is mark}
    return drawn or found


def _without_side(text: str) -> Iterator[tuple[str, str]]:
    """Return the sides that a text begins or ends with, and the rest of it."""
    words = unicodedata.normalize("NFKC", text).casefold().strip(" 。.,;；、:：")
    for side, names in _SIDES:
        for name in names:
            # A single letter is a side only where a blank sets it off.
            blank = r"[\s·.,:_()\-]+" if name.isascii() else r"[\s·.,:_()\-]*"
            for pattern in (rf"^\(?{name}\)?{blank}(.+)$", rf"^(.+?){blank}\(?{name}\)?$"):
                found = re.match(pattern, words)
                if found:
                    yield side, _plain(found.group(1))


def _mark_of(meaning: Meaning) -> Mark:
    steps = recipes()[meaning.recipe].steps
    return next(step.mark for step in steps if step.name == meaning.step)


@cache
def _index() -> dict[str, frozenset[tuple[str, str]]]:
    """Return what each text without its side means."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    strong: set[str] = set()
    for recipe in recipes().values():
        for step in recipe.steps:
            for language in (CHINESE, ENGLISH):
                plain = _plain(_text(recipe, step, "", language))
                found[plain].add((recipe.id, step.name))
                strong.add(plain)
    for text, meaning in _other_names():
        if _plain(text) not in strong:
            found[_plain(text)].add(meaning)
    return {text: frozenset(meanings) for text, meanings in found.items()}


def _other_names() -> Iterator[tuple[str, tuple[str, str]]]:
    """Return how readers call single measurements and steps besides their full labels."""
    known = measures()
    for recipe in recipes().values():
        for step in recipe.steps:
            meaning = (recipe.id, step.name)
            yield f"{recipe.id}/{step.name}", meaning
            if len(recipe.steps) > 1:
                yield _head(recipe, step, CHINESE), meaning
                yield _head(recipe, step, ENGLISH), meaning
                continue
            yield recipe.id, meaning
            measure = known.get(recipe.single)
            if measure is not None:
                yield measure.id, meaning
                yield measure.chinese, meaning
                yield measure.english, meaning


def _text(recipe: Recipe, step: Step, side: str, language: str) -> str:
    name = recipe.chinese if language == CHINESE else recipe.english
    if len(recipe.steps) > 1:
        name = f"{name} · {_head(recipe, step, language)}"
    return f"{name} {SIDE_WORDS[language][side]}" if side else name


def _head(recipe: Recipe, step: Step, language: str) -> str:
    """Return the short name of a step: of its Chinese words what stands before the colon."""
    if language == ENGLISH:
        return step.name.replace("-", " ")
    heads = [_short(one.chinese) for one in recipe.steps]
    own = _short(step.chinese)
    return own if heads.count(own) == 1 else step.chinese


def _short(words: str) -> str:
    head = _HEAD_ENDS.split(words)[0]
    return head if len(head) <= LONGEST_HEAD else words


def _plain(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())
