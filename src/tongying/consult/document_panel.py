"""The joint panel as the signed document carries it: who said what, and who did not agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from tongying.consult.panel import Dissent
from tongying.consult.panel_rules import SeatState, Verdict
from tongying.consult.specialty import Specialty
from tongying.kernel.errors import BadInput


class DocumentPanelRefused(BadInput):
    """The panel cannot be printed as it is."""

    code: ClassVar[str] = "document.panel-refused"


@dataclass(frozen=True, slots=True)
class DocumentSeat:
    """A specialty's seat in the document.

    Attributes
    ----------
    specialty : Specialty
    person, title, hospital : str
        Empty where nobody was found for the seat; `title` may be empty anyway.
    required : bool
    state : SeatState
        An invited seat of a finished panel was not required and has not written.
    opinion : str
        Its own opinion, written before it saw any other; empty where it has not signed.
    signed_at : datetime or None
    excuse : str
        Why it gives no opinion, or (signed) why it does not answer to the conclusion.
    verdict : Verdict or None
        None where it is excused or has not signed.
    verdict_at : datetime or None
    dissents : tuple of Dissent
        Every dissent it gave, also to earlier versions of the conclusion.
    """

    specialty: Specialty
    person: str
    title: str
    hospital: str
    required: bool
    state: SeatState
    opinion: str
    signed_at: datetime | None
    excuse: str
    verdict: Verdict | None
    verdict_at: datetime | None
    dissents: tuple[Dissent, ...]

    def __post_init__(self) -> None:
        """Refuse a seat that says less than it must.

        Raises
        ------
        DocumentPanelRefused
            If a required seat is open, a signed one lacks opinion, time or verdict, an excused one
            its reason, or a dissent its words.
        """
        signed = self.state is SeatState.SIGNED
        whole = (
            not (self.required and self.state is SeatState.INVITED)
            and (not signed or (bool(self.opinion.strip()) and self.signed_at is not None))
            and (not signed or self.verdict is not None or bool(self.excuse.strip()))
            and (self.state is not SeatState.EXCUSED or bool(self.excuse.strip()))
            and (self.verdict is not Verdict.DISSENTS or bool(self.dissents))
            and all(one.words.strip() for one in self.dissents)
        )
        if not whole:
            raise DocumentPanelRefused("A seat of the joint panel is not complete.")


@dataclass(frozen=True, slots=True)
class DocumentPanel:
    """The joint panel in the document.

    Attributes
    ----------
    conclusion : str
        The joint conclusion that the verdicts are on.
    version : int
        Its version.
    seats : tuple of DocumentSeat
    """

    conclusion: str
    version: int
    seats: tuple[DocumentSeat, ...]

    def __post_init__(self) -> None:
        """Refuse a panel without a conclusion or without an opinion.

        Raises
        ------
        DocumentPanelRefused
            If it has none.
        """
        signed = any(one.state is SeatState.SIGNED for one in self.seats)
        if not (self.conclusion.strip() and signed):
            raise DocumentPanelRefused("A joint panel needs a conclusion and a signed opinion.")


def same_words(one: str, other: str) -> bool:
    """Say whether two texts are one, but for line ends and outer blanks that browsers change."""
    return one.strip().splitlines() == other.strip().splitlines()


def dissents_now(seat: DocumentSeat, panel: DocumentPanel) -> tuple[Dissent, ...]:
    """Return what a seat says against the conclusion as it was signed; empty where it agrees."""
    if seat.verdict is not Verdict.DISSENTS:
        return ()
    return tuple(one for one in seat.dissents if one.version == panel.version)[-1:]


def dissents_before(seat: DocumentSeat, panel: DocumentPanel) -> tuple[Dissent, ...]:
    """Return every other dissent of a seat, to this or an earlier version of the conclusion."""
    now = dissents_now(seat, panel)
    return tuple(one for one in seat.dissents if one not in now)


def read_panel(plain: dict[str, Any] | None) -> DocumentPanel | None:
    """Rebuild a panel from a document's canonical content.

    Raises
    ------
    DocumentPanelRefused
        If it is not complete.
    """
    if plain is None:
        return None
    return DocumentPanel(
        conclusion=plain["conclusion"],
        version=plain["version"],
        seats=tuple(_seat(one) for one in plain["seats"]),
    )


def _seat(plain: dict[str, Any]) -> DocumentSeat:
    verdict = plain["verdict"]
    return DocumentSeat(
        specialty=Specialty(plain["specialty"]),
        person=plain["person"],
        title=plain["title"],
        hospital=plain["hospital"],
        required=plain["required"],
        state=SeatState(plain["state"]),
        opinion=plain["opinion"],
        signed_at=_moment(plain["signed_at"]),
        excuse=plain["excuse"],
        verdict=None if verdict is None else Verdict(verdict),
        verdict_at=_moment(plain["verdict_at"]),
        dissents=tuple(
            Dissent(one["version"], one["words"], datetime.fromisoformat(one["at"]))
            for one in plain["dissents"]
        ),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
