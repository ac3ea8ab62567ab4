"""What a pathway says. It is data: read from a text that a hospital may write too.

Words stand in both languages everywhere a person reads them. A rule that no named clinician has
signed for this platform says so wherever it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tongying.consult.critical import Category
from tongying.consult.specialty import Specialty


class Language(StrEnum):
    """In which something is written."""

    ENGLISH = "en"
    CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class Words:
    """The same in both languages."""

    english: str
    chinese: str

    def said(self, language: Language) -> str:
        """Return the words in a language."""
        return self.chinese if language is Language.CHINESE else self.english


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from.

    Attributes
    ----------
    citation : str
    signed_off_by : str
        Name of the clinician who signed the rule for this platform; empty where nobody did.
    """

    citation: str
    signed_off_by: str = ""


class IntakeKind(StrEnum):
    """What an item of the intake is."""

    IMAGES = "images"
    """A study of these modalities and this region."""
    FACT = "fact"
    """Something the question says: weight, gestation, history…"""
    ANSWER = "answer"
    """Something that is asked only in this pathway."""


class AnswerKind(StrEnum):
    """How a field is answered."""

    CHOICE = "choice"
    CHOICES = "choices"
    """Any number of the options."""
    NUMBER = "number"
    TEXT = "text"
    YES_NO = "yes-no"
    DATE = "date"
    MEASURE = "measure"
    """Taken from a measurement of the case; the newest that stands."""
    GRADE = "grade"
    """Computed by a decision aid from other fields."""


class Fact(StrEnum):
    """What a question or its images may tell."""

    BIRTH_DATE = "birth-date"
    SEX = "sex"
    WEIGHT = "weight"
    HEIGHT = "height"
    GESTATION = "gestation"
    HISTORY = "history"
    PROVISIONAL_DIAGNOSIS = "provisional-diagnosis"


@dataclass(frozen=True, slots=True)
class AgeSpan:
    """From an age to before another, in days; None is open.

    Where `corrected` the age of a child born preterm is corrected, below two years.
    """

    from_days: int | None = None
    to_days: int | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that depends on an answer.

    Attributes
    ----------
    field : str
        Id of the field whose answer is looked at.
    answers : tuple of str
        Any of these answers: options' ids, ``yes``, ``no``, or values of a grade.
    line : int
        Of the text it was read from.
    """

    field: str
    answers: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose."""

    id: str
    words: Words


@dataclass(frozen=True, slots=True)
class Field:
    """A question with a typed answer.

    Attributes
    ----------
    id : str
        Unique in the pathway.
    kind : AnswerKind
    words : Words
        What is asked.
    must : bool
        Whether a report without it is not whole.
    sides : bool
        Whether it is answered for the right and the left side.
    options : tuple of Option
        Of a choice; also the values a grade may take, and other words for yes and no.
    unit : str
        Of a number.
    low, high : float or None
        What is possible, of a number.
    measure : str
        Of `tongying.norms.measure.measures`, for a measured field.
    aid : str
        Of `tongying.pathway.aids.registry`, for a grade.
    normal : str
        The answer that one key fills in: an option's id, ``yes`` or ``no``; empty for none.
    normals : tuple of str
        Of a grade: the values that speak for nothing abnormal.
    concludes : bool
        Whether its normal answer sums up the others: filled in only where nothing speaks against.
    normal_words : Words or None
        The same of a text.
    sentence : Words or None
        How the answer is written; ``{answer}`` and ``{side}`` stand for themselves.
    help : Words or None
    ages : AgeSpan or None
        For which children it is asked; None for all. A child of unknown age is asked, but need
        not answer.
    only_if : Condition or None
        The answer on which it depends whether it is asked; None where it always is.
    line : int
        Of the text it was read from.
    """

    id: str
    kind: AnswerKind
    words: Words
    must: bool = False
    sides: bool = False
    options: tuple[Option, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    measure: str = ""
    aid: str = ""
    normal: str = ""
    normals: tuple[str, ...] = ()
    concludes: bool = False
    normal_words: Words | None = None
    sentence: Words | None = None
    help: Words | None = None
    ages: AgeSpan | None = None
    only_if: Condition | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class IntakeItem:
    """Something to send.

    Attributes
    ----------
    id : str
    kind : IntakeKind
    words : Words
        What is missing, said to a county doctor.
    must : bool
        Whether the expert cannot answer without it.
    ages : AgeSpan or None
        For which children it is asked; None for all.
    modalities : frozenset of str
        Any of these, for images.
    region : str
        Of `tongying.archive.body_region`; empty for any.
    views : int
        Instances at least, for images.
    fact : Fact or None
    field : Field or None
        Of an answer.
    """

    id: str
    kind: IntakeKind
    words: Words
    must: bool = False
    ages: AgeSpan | None = None
    modalities: frozenset[str] = frozenset()
    region: str = ""
    views: int = 1
    fact: Fact | None = None
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Viewport:
    """What is shown in one place of the viewer.

    Attributes
    ----------
    modalities : frozenset of str
    description : tuple of str
        Any of these words in the series description; empty for any.
    side : str
        R or L where the series must be of one side; empty otherwise.
    plane : str
        axial, sagittal, coronal; empty for the acquired one.
    prior : bool
        Of an earlier study.
    """

    modalities: frozenset[str]
    description: tuple[str, ...] = ()
    side: str = ""
    plane: str = ""
    prior: bool = False


@dataclass(frozen=True, slots=True)
class Hanging:
    """How the viewer is laid out: rows by columns, filled from the left, row by row."""

    rows: int
    columns: int
    viewports: tuple[Viewport, ...]


@dataclass(frozen=True, slots=True)
class ToMeasure:
    """Something to measure.

    Attributes
    ----------
    recipe : str
        Of `tongying.measure.registry.recipes`.
    must : bool
    ages : AgeSpan or None
    norms : tuple of (measure id, norm id)
        Which norm a value is set against where several fit; others are chosen by the scorer.
    """

    recipe: str
    must: bool = False
    ages: AgeSpan | None = None
    norms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report."""

    id: str
    words: Words
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class CriticalFinding:
    """What must be told at once.

    Attributes
    ----------
    id : str
    category : Category
    words : Words
    source : Source
    when : Condition or None
        The answer that makes the page ask whether it should be told; None where none does.
    """

    id: str
    category: Category
    words: Words
    source: Source
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """When the child is looked at again.

    Attributes
    ----------
    id : str
    field : str
        The field whose answer is looked at.
    answers : tuple of str
        Any of these answers makes the rule speak.
    after_days : int or None
        From the examination.
    at : AgeSpan or None
        Or at this age.
    words : Words
    source : Source
    """

    id: str
    field: str
    answers: tuple[str, ...]
    words: Words
    source: Source
    after_days: int | None = None
    at: AgeSpan | None = None


@dataclass(frozen=True, slots=True)
class TeachingLink:
    """Something to read."""

    words: Words
    reference: str
    """A citation, or a path of this platform beginning with ``/``."""


@dataclass(frozen=True, slots=True)
class Pathway:
    """A disease from the question to the follow-up.

    Attributes
    ----------
    id : str
        Stable, such as ``hip-dysplasia``.
    version : int
    digest : str
        SHA-256 of the text it was read from.
    name : Words
    specialty : Specialty
    ages : AgeSpan
        Of the children it is for.
    keywords : tuple of str
        Words of a question that suggest it, in either language.
    intake, measurements, sections, critical, follow_up, teaching : tuple
    hangings : tuple of Hanging
        The first whose viewports find series is used.
    sources : tuple of Source
    """

    id: str
    version: int
    digest: str
    name: Words
    specialty: Specialty
    ages: AgeSpan
    keywords: tuple[str, ...]
    intake: tuple[IntakeItem, ...]
    hangings: tuple[Hanging, ...]
    measurements: tuple[ToMeasure, ...]
    sections: tuple[Section, ...]
    critical: tuple[CriticalFinding, ...]
    follow_up: tuple[FollowUp, ...]
    teaching: tuple[TeachingLink, ...]
    sources: tuple[Source, ...]

    def fields(self) -> tuple[Field, ...]:
        """Return the fields of the report in order."""
        return tuple(field for section in self.sections for field in section.fields)

    def asked(self) -> tuple[Field, ...]:
        """Return the fields that the question answers, in order."""
        return tuple(item.field for item in self.intake if item.field is not None)
