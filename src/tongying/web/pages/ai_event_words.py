"""What the pages say of the events of a study on its way through the steps."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as _p

EVENT_WORDS: Final[dict[str, Promise]] = {
    "arrived": _p("AI event", "The study arrived"),
    "complete": _p("AI event", "It was taken to be complete"),
    "triggered": _p("AI event", "Rules asked for steps"),
    "nothing-triggered": _p("AI event", "No rule asked for a step"),
    "passed-over": _p("AI event", "A step was passed over"),
    "asked": _p("AI event", "A model was asked"),
    "started": _p("AI event", "The model began"),
    "retried": _p("AI event", "The run was repeated"),
    "done": _p("AI event", "The model has answered"),
    "refused": _p("AI event", "The model did not speak about the study"),
    "failed": _p("AI event", "The run failed"),
    "cancelled": _p("AI event", "The run was cancelled"),
    "grew": _p("AI event", "More images came"),
    "shown": _p("AI event", "The result was shown"),
    "reviewed": _p("AI event", "A reader gave their word"),
}
