"""How a viewer stands to the alliance's books: the table of `consult.alliance_rights`, asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tongying.consult.agreement import Tier
from tongying.consult.alliance_rights import AllianceAct, may
from tongying.consult.people import Viewer
from tongying.kernel.errors import NotAllowed
from tongying.web.people.models import Hospital


class NotYourBooks(NotAllowed):
    """The viewer may not change, or not read, this part of the alliance's books."""

    code: ClassVar[str] = "alliance.not-yours"


REFUSALS = {
    AllianceAct.CHANGE_HOSPITALS: (
        "Hospitals and agreements are looked after by the leading hospital's office."
    ),
    AllianceAct.CHANGE_AGREEMENTS: (
        "Hospitals and agreements are looked after by the leading hospital's office."
    ),
    AllianceAct.CHANGE_MEMBERS: "A hospital's own administrator looks after its members.",
    AllianceAct.CHANGE_ROSTER: "A hospital's own coordinator or administrator makes its roster.",
    AllianceAct.READ_ROSTER: "A roster is read in its own hospital.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a viewer may do; made once for a request."""

    viewer: Viewer
    leading: bool

    def may(self, act: AllianceAct, hospital: str = "") -> bool:
        """Say whether the viewer may do something to a hospital's part (or to any, if empty)."""
        own = hospital == self.viewer.hospital
        return may(act, self.viewer.role, own=own, leading=self.leading)

    def check(self, act: AllianceAct, hospital: str = "") -> None:
        """Raise unless the viewer may do something.

        Raises
        ------
        NotYourBooks
            If they may not.
        """
        if not self.may(act, hospital):
            raise NotYourBooks(REFUSALS.get(act, "This is not yours to do."))


def standing_of(viewer: Viewer) -> Standing:
    """Return how a viewer stands: whether their hospital leads the alliance, and answers."""
    leading = Hospital.objects.filter(
        code=viewer.hospital, tier=Tier.LEADING.value, answers=True
    ).exists()
    return Standing(viewer, leading)
