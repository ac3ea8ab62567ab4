"""Searching a Chinese name as it is typed: characters, pinyin, or initials (wxm finds 王小明)."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

from tongying.dicom.person_name import PersonName


def search_key(name: PersonName) -> str:
    """Return the lower-case text in which a search for a child's name looks."""
    written = name.ideographic.replace("^", "")
    parts = [name.alphabetic.replace("^", " "), written]
    if written:
        syllables = lazy_pinyin(written)
        parts.append("".join(syllables))
        parts.append("".join(lazy_pinyin(written, style=Style.FIRST_LETTER)))
    return " ".join(part for part in parts if part).lower()[:400]
