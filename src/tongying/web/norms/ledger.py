"""The ledger of normal children for a viewer. The door for pages."""

from __future__ import annotations

from tongying.web.norms.ledger_enrol import Enrolment, enrol, enrolment_of
from tongying.web.norms.ledger_import import TableOutcome, enter_table, judge_table, template
from tongying.web.norms.ledger_proposal import SIDES, EnrolWish
from tongying.web.norms.ledger_reading import adjudicate, give, judge_quality, names_of
from tongying.web.norms.ledger_rights import may_manage_ledger, may_read_entries, may_see_ledger
from tongying.web.norms.ledger_rules import (
    RuleWish,
    add_rule,
    close_rule,
    ledger_measures,
    rules_for,
)
from tongying.web.norms.ledger_showing import (
    BANDS,
    WANTED,
    LedgerFilter,
    entry_of,
    ledger_page,
    reading_lists,
    subject_of,
)
from tongying.web.norms.ledger_withdrawal import withdraw

__all__ = [
    "BANDS",
    "SIDES",
    "WANTED",
    "EnrolWish",
    "Enrolment",
    "LedgerFilter",
    "RuleWish",
    "TableOutcome",
    "add_rule",
    "adjudicate",
    "close_rule",
    "enrol",
    "enrolment_of",
    "enter_table",
    "entry_of",
    "give",
    "judge_quality",
    "judge_table",
    "ledger_measures",
    "ledger_page",
    "may_manage_ledger",
    "may_read_entries",
    "may_see_ledger",
    "names_of",
    "reading_lists",
    "rules_for",
    "subject_of",
    "template",
    "withdraw",
]
