"""The clinic's words for the joint panel."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from tongying.consult.panel import Lack, Missing
from tongying.consult.panel_rules import PanelMove, PanelState, SeatState, Verdict
from tongying.web.pages.words import SPECIALTY_WORDS

PANEL_STATE_WORDS: Final[dict[PanelState, Promise]] = {
    PanelState.GATHERING: _p("panel", "Separate opinions"),
    PanelState.CONCLUDING: _p("panel", "Joint conclusion"),
    PanelState.CLOSED: _p("panel", "Finished"),
    PanelState.CANCELLED: _p("panel", "Cancelled"),
}

PANEL_STATE_TONES: Final[dict[PanelState, str]] = {
    PanelState.GATHERING: "blue",
    PanelState.CONCLUDING: "blue",
    PanelState.CLOSED: "green",
}

SEAT_STATE_WORDS: Final[dict[SeatState, Promise]] = {
    SeatState.INVITED: _p("seat", "not signed yet"),
    SeatState.SIGNED: _p("seat", "signed"),
    SeatState.EXCUSED: _p("seat", "excused"),
}

VERDICT_WORDS: Final[dict[Verdict, Promise]] = {
    Verdict.AGREES: _p("verdict", "agrees"),
    Verdict.DISSENTS: _p("verdict", "dissents"),
}

PANEL_MOVE_WORDS: Final[dict[PanelMove, Promise]] = {
    PanelMove.INVITE: _p("panel move", "Invite"),
    PanelMove.DROP_SEAT: _p("panel move", "Take the invitation back"),
    PanelMove.WRITE: _p("panel move", "Write your own opinion"),
    PanelMove.SIGN_OWN: _p("panel move", "Sign your own opinion"),
    PanelMove.EXCUSE: _p("panel move", "Excuse from an opinion"),
    PanelMove.PROPOSE: _p("panel move", "Propose the conclusion"),
    PanelMove.AGREE: _p("panel move", "Agree"),
    PanelMove.DISSENT: _p("panel move", "Dissent"),
    PanelMove.EXCUSE_VERDICT: _p("panel move", "Excuse from a verdict"),
    PanelMove.REOPEN: _p("panel move", "Back to separate opinions"),
    PanelMove.CLOSE: _p("panel move", "Sign and close"),
    PanelMove.CANCEL: _p("panel move", "Cancel the panel"),
}

PANEL_MOVE_HELP: Final[dict[PanelMove, Promise]] = {
    PanelMove.SIGN_OWN: _("A signed opinion is never changed. Then you see the others'."),
    PanelMove.EXCUSE: _("The seat gives no opinion. The reason is printed."),
    PanelMove.DISSENT: _("Your words are kept and printed with the conclusion."),
    PanelMove.EXCUSE_VERDICT: _("The seat does not answer to this version. The reason is printed."),
    PanelMove.REOPEN: _("More specialties can be invited. Everybody is asked again afterwards."),
    PanelMove.CANCEL: _("No joint conclusion is made. What was signed is kept."),
}

PANEL_EVENT_WORDS: Final[dict[str, Promise]] = {
    "panel-invited": _p("event", "invited to the joint panel"),
    "panel-dropped": _p("event", "took an invitation to the panel back"),
    "panel-signed": _p("event", "signed an opinion for the panel"),
    "panel-excused": _p("event", "excused a seat of the panel"),
    "panel-proposed": _p("event", "proposed the joint conclusion"),
    "panel-answered": _p("event", "answered to the joint conclusion"),
    "panel-reopened": _p("event", "reopened the panel"),
    "panel-closed": _p("event", "closed the panel"),
    "panel-cancelled": _p("event", "cancelled the panel"),
}
"""What a line of the timeline says; by the store's own names."""

DUTY_WORDS: Final[dict[str, Promise]] = {
    "desk": _p("duty", "on duty"),
    "on-call": _p("duty", "on call"),
    "off": _p("duty", "off duty now"),
}

_LACKS: Final[dict[Lack, Promise]] = {
    Lack.OPINION: _p("panel lacks", "%(specialty)s has neither signed nor been excused"),
    Lack.ANY_OPINION: _p("panel lacks", "nobody has signed an opinion"),
    Lack.CONCLUSION: _p("panel lacks", "no conclusion is proposed"),
    Lack.VERDICT: _p("panel lacks", "%(specialty)s has not answered to the conclusion"),
}


def lack_words(missing: Missing) -> str:
    """Say what is missing, and at which seat."""
    said = str(_LACKS[missing.lack])
    if missing.specialty is None:
        return said
    return said % {"specialty": SPECIALTY_WORDS[missing.specialty]}


def missing_words(missing: tuple[Missing, ...]) -> str:
    """Say everything that is missing, in one sentence."""
    listed = pgettext("panel lacks", "; ").join(lack_words(one) for one in missing)
    return gettext("Still missing: %(what)s.") % {"what": listed}
