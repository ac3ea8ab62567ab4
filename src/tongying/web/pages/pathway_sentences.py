"""Sentences of the pathways and their decision aids: refusals and caveats."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

from tongying.web.pages.aid_sentences import OF_AIDS
from tongying.web.pages.sentence_templates import Templates

FIXED: Final = frozenset(
    {
        # reading and finding pathways
        fixed("No pathway is called %(what)s."),
        fixed("No decision aid is called %(what)s."),
        fixed("%(name)s, line %(line)s: %(fault)s"),
    }
)
"""Sentences and templates, each a message id."""

told = Templates(FIXED | OF_AIDS).told
