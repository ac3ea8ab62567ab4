"""Find names of body regions in what people and machines wrote: descriptions and code values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tongying.dicom.acquisition.region_words import CHINESE, DEFINED_TERMS, ENGLISH, FETAL_WORDS

_WORD: Final = re.compile(r"[a-z]+")
_LONGEST_FIRST: Final = sorted(CHINESE, key=len, reverse=True)
_PHRASES: Final = sorted((one for one in ENGLISH if " " in one), key=len, reverse=True)


def regions_named(text: str) -> frozenset[str]:
    """Return the regions that a description names, in English or Chinese; empty if none.

    Examples
    --------
    >>> sorted(regions_named("胸腹部 CT 平扫")), sorted(regions_named("Routine"))
    (['abdomen', 'chest'], [])
    """
    text = text.lower()
    return frozenset((*_from_chinese(text), *_from_english(text)))


def regions_coded(term: str) -> frozenset[str]:
    """Return the regions that a value of Body Part Examined (0018,0015) stands for.

    Examples
    --------
    >>> sorted(regions_coded("ABDOMEN_PELVIS")), sorted(regions_coded("UNKNOWN"))
    (['abdomen', 'pelvis'], [])
    """
    return frozenset(DEFINED_TERMS.get(re.sub(r"[^A-Z]", "", term.upper()), ()))


def says_fetal(text: str) -> bool:
    """Say whether a description speaks of a fetus; a hint for a person, never a filing.

    Examples
    --------
    >>> says_fetal("胎儿颅脑 MR"), says_fetal("头颅 MR")
    (True, False)
    """
    return any(word in text.lower() for word in FETAL_WORDS)


def _from_chinese(text: str) -> Iterator[str]:
    for word in _LONGEST_FIRST:
        if word in text:
            yield from CHINESE[word]
            # Once read, its characters must not be read as a shorter word: 肾上腺 is no 肾.
            text = text.replace(word, " ")


def _from_english(text: str) -> Iterator[str]:
    for phrase in _PHRASES:
        if phrase in text:
            yield from ENGLISH[phrase]
            text = text.replace(phrase, " ")
    for word in _WORD.findall(text):
        yield from ENGLISH.get(word, ())
