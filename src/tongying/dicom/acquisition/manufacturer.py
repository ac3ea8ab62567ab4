"""One name for each maker of scanners, whatever its devices write into (0008,0070)."""

from __future__ import annotations

import re
from typing import Final

_MAKERS: Final[tuple[tuple[str, str], ...]] = (
    ("siemens", r"siemens|西门子"),
    ("ge", r"\bge\b|g\.e\.|\bge ?healthcare|general electric|通用电气"),
    ("philips", r"philips|飞利浦|marconi|picker|\badac\b|\batl\b"),
    ("canon", r"canon|toshiba|佳能|东芝"),
    ("united-imaging", r"united ?imaging|\buih\b|联影"),
    ("fujifilm", r"fuji|hitachi|aloka|富士|日立"),
    ("neusoft", r"neusoft|东软"),
    ("mindray", r"mindray|迈瑞"),
    ("samsung", r"samsung|medison|三星"),
    ("carestream", r"carestream|kodak|锐珂"),
    ("agfa", r"agfa|爱克发"),
    ("konica-minolta", r"konica|minolta"),
    ("shimadzu", r"shimadzu|岛津"),
    ("esaote", r"esaote|百胜"),
    ("acuson", r"acuson"),
    ("hologic", r"hologic"),
    ("supersonic", r"supersonic"),
    ("wisonic", r"wisonic|华声"),
    ("sonoscape", r"sonoscape|开立"),
    ("anke", r"\banke\b|安科"),
    ("minfound", r"minfound|明峰"),
    ("wandong", r"wandong|万东"),
    ("xingaoyi", r"xingaoyi|\bxgy\b|鑫高益"),
)
"""Successors stand for what they took over: what Toshiba made is serviced and named as Canon's."""
_SEPARATORS: Final = re.compile(r"[^a-z0-9\u4e00-\u9fff]+")


def manufacturer_of(text: str) -> str | None:
    """Return the name by which cards know a maker; what is not known is its own words.

    Parameters
    ----------
    text : str
        (0008,0070).

    Examples
    --------
    >>> manufacturer_of("GE MEDICAL SYSTEMS"), manufacturer_of("TOSHIBA_MEC")
    ('ge', 'canon')
    >>> manufacturer_of("Acme Imaging Ltd."), manufacturer_of("  ")
    ('acme-imaging-ltd', None)
    """
    lower = text.strip().lower()
    for name, pattern in _MAKERS:
        if re.search(pattern, lower.replace("_", " ")):
            return name
    return _SEPARATORS.sub("-", lower).strip("-") or None
