"""The words of the need board and the inventory."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as _p

from tongying.web.evidence.needs import LinkKind, Stage

NEED_STAGE_WORDS: Final[dict[Stage, Promise]] = {
    Stage.RAISED: _p("need", "Raised"),
    Stage.ACCEPTED: _p("need", "Taken on"),
    Stage.DATA: _p("need", "Data set"),
    Stage.PILOT: _p("need", "Pilot"),
    Stage.TRAINING: _p("need", "Training"),
    Stage.MET: _p("need", "Met"),
    Stage.DECLINED: _p("need", "Declined"),
}

NEED_STAGE_TONES: Final[dict[Stage, str]] = {
    Stage.ACCEPTED: "blue",
    Stage.DATA: "blue",
    Stage.PILOT: "blue",
    Stage.TRAINING: "blue",
    Stage.MET: "green",
}

LINK_WORDS: Final[dict[LinkKind, Promise]] = {
    LinkKind.SET: _p("need", "Data set"),
    LinkKind.MODEL: _p("need", "Model"),
    LinkKind.COURSE: _p("need", "Course"),
    LinkKind.CASE: _p("need", "Case"),
}

PAEDIATRIC_WORDS: Final[dict[str, Promise]] = {
    "yes": _p("registered for children", "yes"),
    "no": _p("registered for children", "no"),
    "unknown": _p("registered for children", "not known"),
}
