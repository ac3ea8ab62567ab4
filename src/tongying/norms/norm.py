"""A norm: what it is about, whom and how it was made from, its form, and who stands for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tongying.kernel.caveat import Caveat
from tongying.norms.axis import AxisKind
from tongying.norms.forms.form import Form
from tongying.norms.method import MeasuringMethod
from tongying.norms.uncertainty import SiteEffects, Uncertainty


class Route(StrEnum):
    """How the children came into it; never mixed in one norm."""

    DIRECT = "direct"
    """Healthy volunteers, asked and examined for it."""
    INDIRECT = "indirect"
    """Routine examinations that were mined afterwards."""
    NOT_STATED = "not-stated"


class Origin(StrEnum):
    """Who made it."""

    PUBLISHED = "published"
    RELEASED = "released"
    """Fitted here and signed."""


class Grade(StrEnum):
    """How a published number was seen (reference page of norms)."""

    PRIMARY = "A"
    """In the authors' own code or table."""
    READ = "B"
    """In a published table or abstract."""
    SECONDARY = "C"
    """On another page, not checked against the paper."""


@dataclass(frozen=True, slots=True)
class Population:
    """The children a norm was made from.

    Attributes
    ----------
    english, chinese : str
        In a few words, such as ``Chinese children, nine cities``.
    country : str or None
        ISO 3166 alpha-2; ``None`` where there are several or none is stated.
    n : int or None
        Children in it (all sexes); None where it is not stated.
    """

    english: str
    chinese: str
    country: str | None
    n: int | None

    @property
    def foreign(self) -> bool:
        """Whether it is not a norm of Chinese children."""
        return self.country != "CN"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where the numbers come from.

    Attributes
    ----------
    text : str
        Authors, journal, year, pages.
    doi : str or None
    seen : str
        Where the numbers were read, in words.
    grade : Grade
    """

    text: str
    doi: str | None
    seen: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class SignOff:
    """A person who stands for a norm."""

    name: str
    on: date


@dataclass(frozen=True, slots=True)
class Norm:
    """Reference values of one measure.

    Attributes
    ----------
    id : str
        Stable and versioned, such as ``china-2013.height@1``; a changed number is a new version.
    measure : str
        See `tongying.norms.measure.measures`.
    unit : str
        The measure's unit, in which the form's numbers are.
    axis : AxisKind
    form : Form
    method : MeasuringMethod
    population : Population
    route : Route
    origin : Origin
    citation : Citation or None
        Of a published norm.
    signed_off : tuple of SignOff
        Empty: "needs sign-off".
    caveats : tuple of Caveat
        What every value scored by it must carry.
    uncertainty : Uncertainty or None
        None where no interval of its centiles is known.
    sites : SiteEffects or None
        None where the norm does not differ between sites.
    sha256 : str
        Of its canonical document.
    """

    id: str
    measure: str
    unit: str
    axis: AxisKind
    form: Form
    method: MeasuringMethod
    population: Population
    route: Route
    origin: Origin
    citation: Citation | None
    signed_off: tuple[SignOff, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    uncertainty: Uncertainty | None = None
    sites: SiteEffects | None = None
    sha256: str = field(default="", compare=False)
