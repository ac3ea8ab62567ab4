"""What the live room's page says about images of the case, the shared viewer and the panel."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def reading_words() -> dict[str, str]:
    """Return the words of joint reading, in the reader's language; braces hold values."""
    return {
        "images": pgettext("button", "Case images"),
        "noImages": _("The case has no images yet."),
        "prior": pgettext("study", "prior"),
        "count": pgettext("series", "{n} images"),
        "loop": pgettext("series", "{n} frames"),
        "openViewer": _("Open in the viewer"),
        "stack": _("Stack in the viewer"),
        "fused": pgettext("heading", "Fused"),
        "place": _("{at} of {n}"),
        "lead": _("Lead"),
        "leadStop": _("Stop leading"),
        "leading": _("You lead: everybody who follows sees your viewer."),
        "leads": _("{name} leads; you follow."),
        "leadsApart": _("{name} leads; you look around on your own."),
        "leadsElsewhere": _("{name} leads a joint reading."),
        "nobodyLeads": _("Nobody leads."),
        "follow": _("Follow"),
        "followStop": _("Stop following"),
        "loading": _("The viewer loads…"),
        "noLink": _("Leading needs the live link; it is away just now."),
        "noImageHere": _("This view shows no single image to draw on: go back to a stack."),
        "notShown": _("The case shows you no such image."),
        "viewer": pgettext("heading", "Viewer"),
        "panelFailed": _("The panel could not be loaded."),
        "panelChanged": _("The panel has changed."),
        "signedOut": _("You are signed out."),
    }
