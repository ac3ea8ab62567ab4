"""Fused pairs for a viewer: what may be fused, ask, look, judge. The door for pages and the API."""

from __future__ import annotations

from tongying.web.fusion.asking import FUSION, METHODS, ask, cancel
from tongying.web.fusion.candidates import (
    Bar,
    Candidates,
    candidates_of_case,
    candidates_of_study,
)
from tongying.web.fusion.judging import judge
from tongying.web.fusion.rights import may_ask
from tongying.web.fusion.showing import fusion_of, fusions_of_case, fusions_of_study, open_file
from tongying.web.fusion.tables import (
    TABLE,
    TableRefused,
    TableWish,
    ask_table,
    insert_into_opinion,
)

__all__ = [
    "FUSION",
    "METHODS",
    "TABLE",
    "Bar",
    "Candidates",
    "TableRefused",
    "TableWish",
    "ask",
    "ask_table",
    "cancel",
    "candidates_of_case",
    "candidates_of_study",
    "fusion_of",
    "fusions_of_case",
    "fusions_of_study",
    "insert_into_opinion",
    "judge",
    "may_ask",
    "open_file",
]
