"""Words of a question that name what must be seen at once; a word that is denied does not count.

The findings and their categories are the draft list of domain experts' usual practice and need
sign-off; the categories are those of `tongying.consult.critical`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tongying.consult.critical import Category
from tongying.pathway.definition import Words

SOURCE: Final = "draft list for consensus; needs sign-off"


@dataclass(frozen=True, slots=True)
class CriticalWord:
    """A finding that a question may name.

    Attributes
    ----------
    category : Category
    words : Words
    spellings : tuple of str
        Lower case; any of them.
    """

    category: Category
    words: Words
    spellings: tuple[str, ...]


def _minutes(english: str, chinese: str, *more: str) -> CriticalWord:
    return CriticalWord(Category.MINUTES, Words(english, chinese), (english, chinese, *more))


def _hours(english: str, chinese: str, *more: str) -> CriticalWord:
    return CriticalWord(Category.HOURS, Words(english, chinese), (english, chinese, *more))


CRITICAL_WORDS: Final = (
    _minutes("volvulus", "肠扭转", "中肠扭转"),
    _minutes("testicular torsion", "睾丸扭转"),
    _minutes("ovarian torsion", "卵巢扭转"),
    _minutes("tension pneumothorax", "张力性气胸"),
    _minutes("free gas", "膈下游离气体", "free air", "pneumoperitoneum", "气腹", "消化道穿孔"),
    _minutes("intracranial haemorrhage", "颅内出血", "intracranial hemorrhage", "脑出血"),
    _minutes("brain herniation", "脑疝"),
    _minutes("cord compression", "脊髓压迫", "脊髓受压"),
    _minutes("aortic injury", "主动脉损伤"),
    _minutes(
        "airway foreign body", "气道异物", "气管异物", "支气管异物", "foreign body aspiration"
    ),
    _minutes("abusive head trauma", "虐待性头部外伤", "摇晃婴儿", "shaken baby"),
    _minutes("button battery", "纽扣电池"),
    _minutes("magnet ingestion", "误吞磁铁", "磁力珠", "巴克球"),
    _minutes("ischaemic bowel", "肠缺血", "ischemic bowel", "肠坏死"),
    _minutes("obstructed TAPVC", "梗阻性完全性肺静脉异位引流", "梗阻型肺静脉异位引流"),
    _hours("intussusception", "肠套叠"),
    _hours("appendicitis", "阑尾炎"),
    _hours("osteomyelitis", "骨髓炎"),
    _hours("abscess", "脓肿"),
    _hours("venous sinus thrombosis", "静脉窦血栓"),
    _hours("suspected abuse", "疑似虐待", "non-accidental injury", "非意外伤害"),
)
_DENIED: Final = re.compile(
    r"(?:(?<!有)无|未见|未及|没有|否认|不伴|(?<![a-z])(?:no|not|without|denies|negative for))"
    r"[^,.;:!?，。；：！？、\n]{0,16}$"
)
"""Before a word in its own clause. "Rule out" and 除外 are no denial: they are the question."""
_OPENS_AGAIN: Final = re.compile(r"排除|除外|明确|rule out|exclude|是否|whether|有无")


def critical_words_in(text: str) -> tuple[CriticalWord, ...]:
    """Return the critical findings that a text names and does not deny.

    Examples
    --------
    >>> [one.words.english for one in critical_words_in("呕吐胆汁，除外肠扭转；无颅内出血")]
    ['volvulus']
    """
    lower = text.lower()
    return tuple(
        one
        for one in CRITICAL_WORDS
        if any(is_named(lower, spelling.lower()) for spelling in one.spellings)
    )


def is_named(text: str, spelling: str) -> bool:
    """Say whether a text names a word and does not deny it.

    Parameters
    ----------
    text, spelling : str
        Lower case.
    """
    start = text.find(spelling)
    while start >= 0:
        before = text[:start]
        denied = _DENIED.search(before)
        whole = not spelling.isascii() or not (before[-1:].isascii() and before[-1:].isalpha())
        if whole and (denied is None or _OPENS_AGAIN.search(denied[0]) is not None):
            return True
        start = text.find(spelling, start + 1)
    return False
