"""What a model card says. It is data, versioned, and the gate enforces it.

Every criterion stands on every card: a range, a list, or ``any`` written out. Nothing is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tongying.norms.sex import Sex
from tongying.pathway.definition import Words


class Step(StrEnum):
    """Where in the examination a function stands, in the order of the examination."""

    ORDER_ADVICE = "order-advice"
    PROTOCOL = "protocol"
    ACQUISITION_QUALITY = "acquisition-quality"
    TRIAGE = "triage"
    DETECTION = "detection"
    SEGMENTATION = "segmentation"
    MEASUREMENT = "measurement"
    REPORT_DRAFT = "report-draft"
    QUALITY_REVIEW = "quality-review"
    FOLLOW_UP = "follow-up"


class Method(StrEnum):
    """What a function is, so that a rule is never dressed up as a network."""

    RULE = "rule"
    CLASSICAL = "classical"
    """Image processing without training."""
    TRAINED = "trained"


class Runtime(StrEnum):
    """What runs a model."""

    BUILT_IN = "built-in"
    """A function that ships with the platform."""
    ONNX = "onnx"
    TORCHSCRIPT = "torchscript"
    MONAI_BUNDLE = "monai-bundle"
    PYTHON = "python"
    """An entry point of an installed Python package (group ``tongying.models``)."""
    COMMAND = "command"
    """A program or container with a folder of DICOM in and a folder of DICOM out."""
    HTTP = "http"
    """A service that fetches and stores by DICOMweb."""
    UPS = "ups"
    """A performer that claims the workitem by itself (IHE AIW-I)."""


class Plane(StrEnum):
    """How slices lie in the body."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    OBLIQUE = "oblique"


class Sequence(StrEnum):
    """What an MR series is weighted by, from its timing; labels alone are not believed."""

    T1 = "t1"
    T2 = "t2"
    PD = "pd"
    FLAIR = "flair"
    DIFFUSION = "diffusion"
    ADC = "adc"
    OTHER = "other"


class Contrast(StrEnum):
    """Whether a contrast agent was given."""

    WITH = "with"
    WITHOUT = "without"


class Registered(StrEnum):
    """Whether an authority has registered it as a device."""

    NO = "no"
    YES = "yes"


class OutputKind(StrEnum):
    """What comes out."""

    FINDINGS = "findings"
    SEGMENTATION = "segmentation"
    VALUES = "values"
    MAP = "map"
    FLAGS = "flags"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Span:
    """From one number to another, both included; None is open.

    Examples
    --------
    >>> Span(2.0, None).holds(2.0), Span(None, 1.5).holds(1.6)
    (True, False)
    """

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """Say whether a number lies within."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Scope:
    """About which child and images the model may speak. None is ``any``, written out on the card.

    Attributes
    ----------
    age_days : Span
        Age since birth on the day of the study, in days; the upper end is the last day that is
        inside. Never None: a card names an age. Open at both ends (``any``) only on a card that
        gives nothing but flags and text; then the gate does not ask for an age.
    weight_kg : Span or None
    sexes : frozenset of Sex or None
    modality : str or None
        (0008,0060). None only on a card that gives nothing but flags and text.
    body_parts : frozenset of str or None
        Values of `tongying.dicom.acquisition.facts.BodyPart`.
    sequences : frozenset of Sequence or None
        For MR only.
    planes : frozenset of Plane or None
    kernels : tuple of str or None
        For CT: patterns of the convolution kernel, ``*`` stands for anything (fnmatch, case is
        ignored).
    slice_thickness_mm, slice_spacing_mm, pixel_mm, field_strength_t, kvp : Span or None
    images : Span or None
        Number of images (or frames) of the series.
    manufacturers : frozenset of str or None
        As `tongying.dicom.acquisition.facts.manufacturer_of` names them.
    contrasts : frozenset of Contrast or None
    """

    age_days: Span
    weight_kg: Span | None
    sexes: frozenset[Sex] | None
    modality: str | None
    body_parts: frozenset[str] | None
    sequences: frozenset[Sequence] | None
    planes: frozenset[Plane] | None
    kernels: tuple[str, ...] | None
    slice_thickness_mm: Span | None
    slice_spacing_mm: Span | None
    pixel_mm: Span | None
    field_strength_t: Span | None
    kvp: Span | None
    images: Span | None
    manufacturers: frozenset[str] | None
    contrasts: frozenset[Contrast] | None


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file of the pack, such as weights, by what it must be.

    Attributes
    ----------
    name : str
        Relative to the pack's folder; no ``..``.
    sha256 : str
    """

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take; one that exceeds it is ended and says so.

    Attributes
    ----------
    memory_mb : int
        Resident memory of the model's processes together.
    seconds : int
    threads : int
    """

    memory_mb: int
    seconds: int
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Running:
    """How it is run.

    Attributes
    ----------
    runtime : Runtime
    entry : str
        A built-in's name, an entry point's name, a program's path with arguments, a service's
        address, a model file of the pack: as the runtime reads it.
    files : tuple of PackFile
    limits : Limits
    settings : tuple of (str, str)
        What the runtime needs besides, sorted by key.
    """

    runtime: Runtime
    entry: str
    files: tuple[PackFile, ...]
    limits: Limits
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measured figure that speaks for or against the model.

    Attributes
    ----------
    claim : Words
        In one sentence.
    metric : str
        Such as ``dice``, ``sensitivity at 1 false positive per scan``.
    value : float
    interval : tuple of float or None
        95 %.
    n : int
        Studies.
    population : Words
    synthetic : bool
        Whether the data were made by code.
    source : str
        Citation, or the command that measures it.
    """

    claim: Words
    metric: str
    value: float
    interval: tuple[float, float] | None
    n: int
    population: Words
    synthetic: bool
    source: str


@dataclass(frozen=True, slots=True)
class Training:
    """What it was trained on; nothing for a rule.

    Attributes
    ----------
    population : Words
        ``unknown`` is written out where nobody says.
    n : int or None
    children : int or None
        How many of them were under 18; None where nobody says.
    """

    population: Words
    n: int | None
    children: int | None


@dataclass(frozen=True, slots=True)
class Registration:
    """What an authority says.

    Attributes
    ----------
    registered : Registered
    number, authority : str
        Empty unless registered.
    paediatric : bool
        Whether the registration names children.
    """

    registered: Registered
    number: str
    authority: str
    paediatric: bool


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A versioned card.

    Attributes
    ----------
    id : str
        Stable, lower case with hyphens, such as ``brain-regions``.
    version : str
        Changes with whatever could change a result.
    name : Words
    vendor : str
        Who made it.
    step : Step
    method : Method
    intended_use, not_for : Words
    scope : Scope
        Of the series it reads.
    outputs : frozenset of OutputKind
    running : Running
    training : Training
    evidence : tuple of Evidence
        At least one, unless it is a rule.
    registration : Registration
    licence : str
        SPDX expression or ``proprietary``.
    bundled : bool
        Whether it ships with the platform.
    caveats : tuple of Words
        What stands beside every result.
    needs_prior : bool
        Whether it compares with an earlier study of the child.
    shown_first : bool
        Triage only: shown before the reader's own read.
    findings : tuple of (str, Words)
        Kinds of findings and flags it may give, with their words.
    """

    id: str
    version: str
    name: Words
    vendor: str
    step: Step
    method: Method
    intended_use: Words
    not_for: Words
    scope: Scope
    outputs: frozenset[OutputKind]
    running: Running
    training: Training
    evidence: tuple[Evidence, ...]
    registration: Registration
    licence: str
    bundled: bool
    caveats: tuple[Words, ...] = ()
    needs_prior: bool = False
    shown_first: bool = False
    findings: tuple[tuple[str, Words], ...] = ()
