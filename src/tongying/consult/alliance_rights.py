"""Who may read and change the alliance's books: one table."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tongying.consult.people import Role


class AllianceAct(StrEnum):
    """What somebody can do with the alliance's books."""

    READ_DIRECTORY = "read-directory"
    """Hospitals, members' names, titles and fields, agreements' days and scope."""
    READ_LICENCE = "read-licence"
    """Whether and until when a member's licence is valid."""
    READ_CREDENTIALS = "read-credentials"
    """Licence number and e-mail address."""
    READ_ROSTER = "read-roster"
    CHANGE_HOSPITALS = "change-hospitals"
    CHANGE_AGREEMENTS = "change-agreements"
    CHANGE_MEMBERS = "change-members"
    CHANGE_ROSTER = "change-roster"


_OFFICE: Final = frozenset({Role.ADMIN, Role.COORDINATOR})


def may(act: AllianceAct, role: Role, *, own: bool, leading: bool) -> bool:
    """Say whether somebody may do something.

    Parameters
    ----------
    act : AllianceAct
    role : Role
        Of the one who acts.
    own : bool
        Whether it is about their own hospital.
    leading : bool
        Whether their own hospital leads the alliance: it stands at the top and answers.
    """
    if role is Role.VENDOR:
        return False
    match act:
        case AllianceAct.READ_DIRECTORY:
            return True
        case AllianceAct.READ_LICENCE:
            return role in _OFFICE
        case AllianceAct.READ_ROSTER:
            return own
        case AllianceAct.CHANGE_HOSPITALS | AllianceAct.CHANGE_AGREEMENTS:
            return leading and role in _OFFICE
        case AllianceAct.READ_CREDENTIALS | AllianceAct.CHANGE_MEMBERS:
            return own and role is Role.ADMIN
        case AllianceAct.CHANGE_ROSTER:
            return own and role in _OFFICE
