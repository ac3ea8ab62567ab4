"""The words of the capacity page: levers, verdicts, caveats, and what a refused scenario lacks."""

from __future__ import annotations

from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as fixed

from tongying.consult.capacity.report import Caveat, Verdict
from tongying.consult.capacity.scenario import ScenarioRefused
from tongying.kernel.errors import TongyingError
from tongying.web.pages.sentences import refusal_sentence

VERDICT_WORDS: Final[dict[Verdict, Promise]] = {
    Verdict.BETTER: pgettext_lazy("verdict", "better"),
    Verdict.WORSE: pgettext_lazy("verdict", "worse"),
    Verdict.NOT_SHOWN: pgettext_lazy("verdict", "no difference shown"),
}
CAVEAT_WORDS: Final[dict[Caveat, Promise]] = {
    Caveat.SAMPLED: _(
        "Measured days that stand for each year: %(days)s; days of warm-up before them:"
        " %(warm_up_days)s."
    ),
    Caveat.FEW_RUNS: _("With fewer than 5 runs a band is little more than their range."),
    Caveat.OVERLOADED: _(
        "Where more work comes in than the roster can do, the queue grows for ever: no share is"
        " given, only how much stays undone."
    ),
    Caveat.NEARLY_FULL: _(
        "From a load of 95 % on, a few days do not show how long the queue becomes."
    ),
}
NAMES: Final = frozenset(
    {
        fixed("Source C: 123 hospitals"),
        fixed("Source C, changed"),
        fixed("night and Sunday cover"),
        fixed("one pool"),
        fixed("templates"),
        fixed("AI pre-reading"),
        fixed("training"),
    }
)
"""Names in the default scenario; others are shown as their author wrote them."""
TEMPLATES: Final = frozenset(
    {
        fixed("The scenario is not TOML: line %(line)s."),
        fixed("The scenario is not a TOML file."),
        fixed("The scenario has the key %(path)s, which means nothing here."),
        fixed("The scenario lacks %(path)s."),
        fixed("The scenario's %(path)s must be %(kind)s."),
        fixed("The scenario's %(path)s must lie between %(low)s and %(high)s."),
        fixed("The scenario's %(path)s must be one of: %(choices)s."),
        fixed("The shares of the scenario's %(path)s must add up to 1; they add up to %(sum)s."),
        fixed("The scenario names %(path)s %(name)s twice."),
        fixed("The scenario's %(path)s must have %(count)s numbers that are not all 0."),
        fixed(
            "The group %(group)s has too few people for its shift from %(begins)s: %(needed)s are"
            " needed and %(free)s are not on another shift."
        ),
        fixed(
            "The scenario cannot be met: its work is %(load)s percent of what its roster can do, so"
            " that the queue would grow for ever."
        ),
        fixed("The scenario cannot be met: no group reads the modality %(modality)s."),
        fixed("The scenario cannot be met: no group takes the field %(specialty)s."),
        fixed(
            "The scenario cannot be met: no group reads the modality %(modality)s in the field"
            " %(specialty)s."
        ),
        fixed(
            "The scenario cannot be met: nobody takes %(urgency)s cases, because every group that"
            " could is only on call."
        ),
    }
)
"""What `ScenarioRefused.template` can be."""
KINDS: Final = frozenset(
    {
        fixed("a table"),
        fixed("a list"),
        fixed("a number"),
        fixed("a whole number"),
        fixed("a text of 1 to 100 letters"),
        fixed("true or false"),
        fixed("a time as 08:00"),
    }
)
OTHERS: Final = frozenset(
    {
        fixed("Capacity is planned by coordinators, administrators and researchers."),
        fixed("There is no such capacity run."),
        fixed("A scenario is at most 256 KB long."),
        fixed(
            "The scenario asks for more than 600,000 simulated cases; take fewer days, years,"
            " seeds or levers, or run it with tongying capacity."
        ),
        fixed("A growth rate must be a number above -100 percent a year."),
    }
)
"""Sentences of the cores without a value in them."""


def scenario_sentence(error: TongyingError) -> str:
    """Return a refusal's sentence in the reader's language."""
    if isinstance(error, ScenarioRefused):
        values = {
            name: gettext(value) if value in KINDS else value
            for name, value in error.values.items()
        }
        return gettext(error.template) % values if values else gettext(error.template)
    return refusal_sentence(error)


def lever_name(name: str) -> str:
    """Return how a lever is called on the page; the scenario as it is has the empty name."""
    if not name:
        return gettext("as it is")
    return gettext(name) if name in NAMES else name


def caveat_sentences(result: dict[str, Any]) -> list[str]:
    """Return what must be read beside the figures."""
    sampled = {name: str(value) for name, value in result["sampled"].items()}
    return [str(CAVEAT_WORDS[Caveat(one)]) % sampled for one in result["caveats"]]
