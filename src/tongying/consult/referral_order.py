"""What a referral says when it goes out: reason, urgency, needs, transport, risk, documents."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tongying.consult.case import Urgency
from tongying.consult.referral import REFERRAL_URGENCIES
from tongying.kernel.errors import BadInput
from tongying.kernel.ids import HospitalCode


class Needs(StrEnum):
    """What the child needs at the receiving hospital."""

    BED = "bed"
    THEATRE = "theatre"
    CLINIC = "clinic"


class Transport(StrEnum):
    """How the child travels."""

    OWN_CAR = "own-car"
    AMBULANCE = "ambulance"
    ESCORTED = "escorted"
    """By ambulance, with a doctor or nurse."""


class AirwayRisk(StrEnum):
    """The risk to airway and breathing on the way and under sedation."""

    NONE = "none"
    PRESENT = "present"
    UNSAID = "unsaid"
    """Nobody has said: chosen in so many words, never assumed."""


class Attachment(StrEnum):
    """What travels along."""

    OPINION = "opinion"
    IMAGES = "images"
    KEY_IMAGES = "key-images"


class OrderRefused(BadInput):
    """The referral cannot be sent as it is."""

    code: ClassVar[str] = "referral.order"


@dataclass(frozen=True, slots=True)
class Order:
    """A referral as it is sent.

    Attributes
    ----------
    receiving : HospitalCode or None
        The hospital that is to take the child; None, like the rest, while nobody has chosen.
    reason : str
    urgency : Urgency or None
    needs : Needs or None
    transport : Transport or None
    airway_risk : AirwayRisk or None
    risk_note : str
        What the risk is, where there is one.
    attachments : frozenset of Attachment
    """

    receiving: HospitalCode | None
    reason: str = ""
    urgency: Urgency | None = None
    needs: Needs | None = None
    transport: Transport | None = None
    airway_risk: AirwayRisk | None = None
    risk_note: str = ""
    attachments: frozenset[Attachment] = frozenset()

    def faults(self, asking: HospitalCode) -> dict[str, str]:
        """Return, by field name, one sentence for each thing that keeps it from being sent.

        Parameters
        ----------
        asking : HospitalCode
            The hospital where the child is now.
        """
        faults: dict[str, str] = {}
        if self.receiving is None:
            faults["receiving"] = "Choose the hospital that is to take the child."
        elif self.receiving == asking:
            faults["receiving"] = "The child is at this hospital already; choose another."
        if not self.reason.strip():
            faults["reason"] = "Say why the child is referred."
        if self.urgency not in REFERRAL_URGENCIES:
            faults["urgency"] = "Say how soon the child has to come."
        if self.needs is None:
            faults["needs"] = "Say what the child needs there."
        if self.transport is None:
            faults["transport"] = "Say how the child travels."
        if self.airway_risk is None:
            faults["airway_risk"] = "Say whether there is an airway or sedation risk."
        if self.airway_risk is AirwayRisk.PRESENT and not self.risk_note.strip():
            faults["risk_note"] = "Say in a few words what the risk is."
        if not self.attachments:
            faults["attachments"] = "Choose what travels along."
        return faults


def check_order(order: Order, asking: HospitalCode) -> None:
    """Raise unless a referral can be sent.

    Raises
    ------
    OrderRefused
        With the first fault's sentence.
    """
    for sentence in order.faults(asking).values():
        raise OrderRefused(sentence)
