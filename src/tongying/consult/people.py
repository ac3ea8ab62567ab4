"""Who acts: roles, viewers and how a viewer stands to a case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tongying.kernel.ids import HospitalCode, UserId


class Role(StrEnum):
    """What a member does in their hospital."""

    REQUESTER = "requester"
    EXPERT = "expert"
    COORDINATOR = "coordinator"
    TECHNOLOGIST = "technologist"
    RESEARCHER = "researcher"
    TRAINEE = "trainee"
    ADMIN = "admin"
    VENDOR = "vendor"
    """Of a company whose models run here: sees figures of its own models, no child and no case."""


class Relation(StrEnum):
    """How a viewer stands to one case. A viewer can stand in several relations."""

    ASKING = "asking"
    """A requester of the hospital that asks."""
    AUTHOR = "author"
    """The requester who wrote this question."""
    DESK = "desk"
    """A coordinator of the hospital that answers."""
    ASSIGNEE = "assignee"
    """The expert who is to answer."""
    COLLEAGUE = "colleague"
    """Any other member of the hospital that asks: may read, may not move."""
    OFFERED = "offered"
    """An expert to whom an unassigned case is offered: whoever claims it first answers."""
    PANELLIST = "panellist"
    """A specialist invited to the joint panel."""
    RECEIVING = "receiving"
    """A coordinator of the hospital to which the child is referred, or its named doctor."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person or machine that reads or writes, as the access rule sees it.

    Attributes
    ----------
    user : UserId
        Account.
    login : str
        Name for the audit trail.
    hospital : HospitalCode
        The hospital they belong to.
    role : Role
        Their role there.
    """

    user: UserId
    login: str
    hospital: HospitalCode
    role: Role
