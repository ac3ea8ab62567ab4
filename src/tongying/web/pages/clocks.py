"""The clocks on a case's page: words for them, and acknowledging an alert."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.utils.translation import pgettext_lazy as _p
from django.views.decorators.http import require_POST

from tongying.consult.clock import Step
from tongying.web.desk.alerts import acknowledge
from tongying.web.pages.signed_in import signed_in

REACHED_WORDS: Final[dict[Step, Promise]] = {
    Step.SUBMITTED: _p("step reached", "Sent"),
    Step.COMPLETE: _p("step reached", "Data complete"),
    Step.ASSIGNED: _p("step reached", "Assigned"),
    Step.ACCEPTED: _p("step reached", "Accepted"),
    Step.OPENED: _p("step reached", "Images opened"),
    Step.SIGNED: _p("step reached", "Opinion signed"),
    Step.ACKNOWLEDGED: _p("step reached", "Acknowledged"),
    Step.SUPPLIED: _p("step reached", "Data supplied"),
}
"""A step as a line of the table."""


def span_words(span: timedelta) -> str:
    """Say how long something took, such as ``3 h 05``."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return pgettext("time", "%(minutes)d min") % {"minutes": minutes}
    hours, rest = divmod(minutes, 60)
    return pgettext("time", "%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": rest}


@require_POST
@signed_in
def acknowledge_alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Acknowledge an alert and go back to its case."""
    case_id = acknowledge(request.viewer, alert_id)  # type: ignore[attr-defined]
    messages.success(request, _("The alert is acknowledged."))
    return HttpResponseRedirect(f"/cases/{case_id}/#clocks")
