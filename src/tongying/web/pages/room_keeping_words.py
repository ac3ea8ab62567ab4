"""What pages say of stills, clips and recordings on their way from the county's computer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def keeping_words() -> dict[str, Any]:
    """Return the words of freezing, recording and sending; braces hold values."""
    return {
        "title": _("On their way from this computer"),
        "still": pgettext("picture kind", "Still"),
        "clip": pgettext("picture kind", "Clip"),
        "recording": pgettext("picture kind", "Recording"),
        "clipLength": _("Length of the clip"),
        "seconds": _("{n} s"),
        **_freezing(),
        **_recording(),
        **_sending(),
        "states": _states(),
        "why": _reasons(),
    }


def _freezing() -> dict[str, str]:
    return {
        "freezeNearest": _(
            "The frame that was seen is gone; the still shows the picture {seconds} s later."
        ),
        "freezeNothing": _("There was no picture to freeze."),
        "clipNothing": _("There is no picture yet to make a clip of."),
    }


def _recording() -> dict[str, str]:
    return {
        "recordNoPicture": _("Turn the picture on first, then record."),
        "recordNoConsent": _("The guardian's consent does not cover a recording."),
        "recordCannot": _("This browser cannot record. Chrome or Edge can."),
        "recordNoRoom": _(
            "This computer has room for {minutes} minutes only; nothing is recorded."
        ),
        "recordFits": _("Room for {minutes} more minutes on this computer"),
        "recordFull": _("This computer is full: the recording ended. What was recorded is kept."),
        "recordBroke": _("The recording broke off. What was recorded is kept."),
    }


def _sending() -> dict[str, str]:
    return {
        "sendingOne": _("{what}: {percent} % sent"),
        "percent": _("{percent} % sent"),
        "picturesWait": _("{n} pictures wait: {why}"),
        "recordingsHere": _("{n} recordings still on this computer"),
        "someFailed": _("Something was not sent"),
        "failed": _("not sent: {why}"),
        "lengthAndSize": _("{length}, {size}"),
        "sendNow": _("Send now"),
        "again": pgettext("sending", "Again"),
        "discard": pgettext("sending", "Discard"),
    }


def _states() -> dict[str, str]:
    return {
        "waiting": pgettext("sending", "waits"),
        "recording": pgettext("sending", "is being recorded"),
        "arrived": _("arrived whole; removed from this computer"),
        "removed": _("not to be kept any more; removed from this computer"),
        "too-old": _("older than recordings are kept; removed from this computer"),
    }


def _reasons() -> dict[str, str]:
    return {
        "live": _("waits until the line has room beside the live picture"),
        "offline": _("no connection; goes on by itself"),
        "signed-out": _("you are signed out; sign in, then it goes on"),
        "not-yours": _("belongs to another account; goes on when its owner signs in here"),
        "recording.disk-full": _("the archive's disk is full; stays here meanwhile"),
        "upload.busy": _("another page sends it"),
        "recording.closed": _("the platform takes no more of it"),
        "changed": _("what lies here is not what was recorded"),
        "unreadable": _("this computer has lost a part of it"),
    }
