"""What the media of a live room say by their scripts: the source, the voice, the line."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def media_words() -> dict[str, str]:
    """Return the words of the live picture and the voices; braces hold values."""
    return {
        "cameraOn": _("Picture on"),
        "cameraOff": _("Picture off"),
        "chooseDevice": _("Choose the capture device"),
        "facesPeople": _("{name} (may show people)"),
        "noFaceTitle": _("No face in the picture?"),
        "noFaceAsk": _(
            "{name} looks like a camera that shows people. Only the probe's picture may be sent. "
            "Go on only if nobody's face can be seen in it."
        ),
        "noFaceBack": _("Choose another device"),
        "noFaceGo": _("No face is shown, go on"),
        "insecure": _("The browser gives a capture device and a microphone only to https."),
        "denied": _("The browser did not allow it. Allow it beside the address, then try again."),
        "missing": _("No capture device was found. Plug it in, then try again."),
        "busy": _("Another program is using the capture device. Close it, then try again."),
        "choose": _("Choose the capture device first."),
        "file": _("Choose a video file that this browser can play."),
        "microphone": _(
            "The microphone stays closed. Allow it beside the address, then try again."
        ),
        "failed": _("The picture could not be opened."),
        "direct": pgettext("way of the picture", "direct"),
        "relay": pgettext("way of the picture", "by relay"),
        "nobodySees": _("NOBODY SEES A FRESH PICTURE"),
    }
