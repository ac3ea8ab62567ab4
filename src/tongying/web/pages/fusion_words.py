"""The words of fused pairs: states, methods, verdicts, stages, quality figures, why not."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as fixed
from django.utils.translation import pgettext_lazy as _p

from tongying.imaging.quality.estimate import Verdict
from tongying.imaging.registration.result import Method
from tongying.imaging.uptake import ThresholdKind
from tongying.web.fusion.candidates import Bar
from tongying.web.fusion.states import Judgement, State, TableKind

STATE_WORDS: Final[dict[State, Promise]] = {
    State.WAITING: _p("fusion state", "Waiting"),
    State.RUNNING: _p("fusion state", "Being computed"),
    State.DONE: _p("fusion state", "Done"),
    State.FAILED: _p("fusion state", "Not possible"),
    State.CANCELLED: _p("fusion state", "Cancelled"),
}
STATE_TONES: Final = {State.RUNNING: "blue", State.FAILED: "red"}

METHOD_WORDS: Final[dict[Method, Promise]] = {
    Method.AUTO: _p("method", "Automatic"),
    Method.RIGID: _p("method", "Rigid"),
    Method.AFFINE: _p("method", "Affine"),
    Method.DEFORMABLE: _p("method", "Deformable"),
    Method.FRAME_OF_REFERENCE: _p("method", "As acquired"),
}
METHOD_HELP: Final[dict[Method, Promise]] = {
    Method.AUTO: _("Left as acquired if both share one frame of reference, otherwise rigid."),
    Method.RIGID: _("Turns and shifts only; for the head, bones and one session."),
    Method.AFFINE: _("Also stretches and shears; sizes are no longer kept."),
    Method.DEFORMABLE: _(
        "Bends the image; slower. Shown beside the rigid result, and measured on only after an"
        " expert has approved it."
    ),
}

VERDICT_WORDS: Final[dict[Verdict, Promise]] = {
    Verdict.GOOD: _p("verdict", "Fits"),
    Verdict.LOOK: _p("verdict", "Check by eye"),
    Verdict.REFUSE: _p("verdict", "Not to be measured"),
}
VERDICT_SENTENCES: Final[dict[Verdict, Promise]] = {
    Verdict.GOOD: _("The measured error is within the limit."),
    Verdict.LOOK: _("Look at it with the error in mind; an expert approves it before measuring."),
    Verdict.REFUSE: _("The two images do not fit well enough; nothing is measured on them."),
}
VERDICT_TONES: Final = {Verdict.GOOD: "green", Verdict.LOOK: "amber", Verdict.REFUSE: "red"}
VERDICT_ICONS: Final = {
    Verdict.GOOD: "circle-check",
    Verdict.LOOK: "alert-triangle",
    Verdict.REFUSE: "circle-x",
}

JUDGEMENT_WORDS: Final[dict[Judgement, Promise]] = {
    Judgement.APPROVED: _p("fusion judgement", "Approved by an expert"),
    Judgement.REJECTED: _p("fusion judgement", "Rejected by an expert"),
}
JUDGEMENT_TONES: Final = {Judgement.APPROVED: "green", Judgement.REJECTED: "red"}

STAGE_WORDS: Final[dict[str, Promise]] = {
    "begin": _p("stage", "Starting"),
    "reading-fixed": _p("stage", "Reading the series that stays in place"),
    "reading-moving": _p("stage", "Reading the series to be laid over it"),
    "prepare": _p("stage", "Preparing the images"),
    "register": _p("stage", "Aligning"),
    "rigid": _p("stage", "Aligning rigidly"),
    "affine": _p("stage", "Aligning with stretch and shear"),
    "deform": _p("stage", "Bending the image into place"),
    "deformable": _p("stage", "Bending the image into place"),
    "inverse": _p("stage", "Measuring the error"),
    "check": _p("stage", "Measuring the error"),
    "error": _p("stage", "Measuring the error"),
    "resample": _p("stage", "Resampling"),
    "resampling": _p("stage", "Resampling"),
    "write": _p("stage", "Writing the results"),
    "measure": _p("stage", "Measuring"),
    "joint-regions": _p("stage", "Measuring the regions"),
    "partial-volume": _p("stage", "Correcting for partial volume"),
    "target": _p("stage", "Drawing the target"),
}

BAR_WORDS: Final[dict[Bar, Promise]] = {
    Bar.RESULT: _p("not fusible", "a result, not an image"),
    Bar.MADE_HERE: _p("not fusible", "resampled by the platform"),
    Bar.ONE_SLICE: _p("not fusible", "a single slice"),
    Bar.NO_GEOMETRY: _p("not fusible", "single pictures without a place in space"),
}

TABLE_WORDS: Final[dict[TableKind, Promise]] = {
    TableKind.JOINT: _p("table", "Joint regions"),
    TableKind.PARTIAL_VOLUME: _p("table", "Partial-volume correction"),
    TableKind.TARGET: _p("table", "Target from uptake"),
}
TABLE_HELP: Final[dict[TableKind, Promise]] = {
    TableKind.JOINT: _("One contour, the values of both images in it."),
    TableKind.PARTIAL_VOLUME: _("Uptake before and after correction guided by the anatomy."),
    TableKind.TARGET: _("Where uptake exceeds the threshold, drawn on the anatomy."),
}
THRESHOLD_WORDS: Final[dict[ThresholdKind, Promise]] = {
    ThresholdKind.OF_MAXIMUM: _p("threshold", "per cent of the maximum"),
    ThresholdKind.FIXED: _p("threshold", "SUV (g/ml)"),
}

OBJECT_WORDS: Final[dict[str, Promise]] = {
    "registration": _p("made object", "Spatial registration"),
    "resampled": _p("made object", "Resampled series"),
    "report": _p("made object", "Structured report of the quality"),
}
SUFFIX_WORDS: Final[dict[str, Promise]] = {
    "rigid": _p("method", "Rigid"),
    "deformable": _p("method", "Deformable"),
}

PICTURE_WORDS: Final[dict[str, Promise]] = {
    "checkerboard": _p("picture", "Checkerboard"),
    "contours": _p("picture", "Contours"),
    "outline": _p("picture", "Outlines"),
    "slice": _p("picture", "Slices from below upwards"),
    "axial": _p("plane", "axial"),
    "coronal": _p("plane", "coronal"),
    "sagittal": _p("plane", "sagittal"),
    "deformable": _p("picture", "deformable"),
    "rigid": _p("picture", "rigid"),
}

QUALITY: Final[tuple[tuple[str, Promise, str, Promise], ...]] = (
    (
        "estimated_mm",
        _p("quality", "Estimated error"),
        "mm",
        _("How far, on average, a point of the body may lie from where it is shown."),
    ),
    (
        "p95_mm",
        _p("quality", "Error, 95th percentile"),
        "mm",
        _("19 of 20 points lie closer than this."),
    ),
    (
        "restart_spread_mm",
        _p("quality", "Spread of restarts"),
        "mm",
        _("How far results from other starts lie apart; small means found again."),
    ),
    (
        "inverse_consistency_mm",
        _p("quality", "There and back"),
        "mm",
        _("Distance after going over and back by an alignment computed the other way round."),
    ),
    (
        "local_mm",
        _p("quality", "Local shift"),
        "mm",
        _("Median shift that would make small blocks more alike."),
    ),
    (
        "local_blocks",
        _p("quality", "Blocks that tell"),
        "",
        _("How many small blocks had enough structure to say so."),
    ),
    (
        "overlap",
        _p("quality", "Overlap"),
        "%",
        _("Share of the smaller body that lies within the other image."),
    ),
    (
        "similarity",
        _p("quality", "Mutual information"),
        "nat",
        _("How much one image tells about the other; comparable within a pair only."),
    ),
    (
        "targets",
        _p("quality", "Targets"),
        "",
        _("Points over which the error was estimated."),
    ),
)
"""Figure, name, unit and what it means in one line."""

JACOBIAN: Final[tuple[tuple[str, Promise, str, Promise], ...]] = (
    (
        "minimum",
        _p("quality", "Smallest Jacobian"),
        "",
        _("Strongest shrinking; at 0 or below space is folded over itself."),
    ),
    (
        "percentile_1",
        _p("quality", "Jacobian, 1st percentile"),
        "",
        _("Nearly all of the body shrinks less than this."),
    ),
    (
        "percentile_99",
        _p("quality", "Jacobian, 99th percentile"),
        "",
        _("Nearly all of the body swells less than this."),
    ),
    ("maximum", _p("quality", "Largest Jacobian"), "", _("Strongest swelling.")),
    (
        "folded_fraction",
        _p("quality", "Folded"),
        "%",
        _("Share of the body in which space is folded over itself; must be 0."),
    ),
)

FIXED: Final = frozenset(
    {
        fixed("Requesters, experts, coordinators and technologists bring images together."),
        fixed("Only an expert who sees the case judges how well it fits."),
        fixed("There is no such fusion."),
        fixed("There is no such method of registration."),
        fixed("Choose two different series."),
        fixed("The two series are of different children and were not brought together."),
        fixed("A report, segmentation or other result is no image that could be registered."),
        fixed("The series was resampled by the platform; choose the series it was made from."),
        fixed("The series has a single slice; a volume needs at least two."),
        fixed("The images do not say where they lie in space, as single pictures and films."),
        fixed("The case does not show both series."),
        fixed("This fusion has ended already."),
        fixed("This fusion is not done; there is nothing to judge."),
        fixed("A fusion is approved or rejected."),
        fixed("Say why the fusion is rejected."),
        fixed("The reason must not be longer than 300 characters."),
        fixed("There is nothing to measure on before the fusion is done."),
        fixed("The fusion is too inexact to be measured on; it may be looked at only."),
        fixed("An expert rejected this fusion; nothing is measured on it."),
        fixed(
            "A deformable fusion is measured on only after an expert has looked at it and approved"
            " it."
        ),
        fixed(
            "The error is large enough that an expert must look at the fusion and approve it before"
            " anything is measured on it."
        ),
        fixed("There is no such computation."),
        fixed("Choose the contour of the lesion or organ."),
        fixed("The reference region must lie in the same segmentation as the contour."),
        fixed("Give the scanner's resolution in mm for all three axes."),
        fixed("The resolution must lie between 0.5 and 40 mm."),
        fixed("Choose how uptake is told from background."),
        fixed("The threshold must lie between 1 and 99 per cent, or 0.1 and 100 SUV."),
        fixed("There is no such table."),
        fixed("You are writing no opinion on a case that shows these images."),
        fixed("There is no such file."),
        fixed("Something went wrong here; it has been noted and will not be tried again."),
        fixed(
            "Something went wrong here; it has been noted and will not be tried again by itself."
        ),
        fixed("The computation was ended by the machine, most often for lack of memory."),
    }
)
"""Sentences of `web.fusion` and of the worker that are message ids as they stand."""


def method_word(method: str) -> str:
    """Return the word for a method; the name itself where none is kept."""
    return str(METHOD_WORDS[Method(method)]) if method in set(Method) else method


def stage_word(stage: str) -> str:
    """Return the word for a stage."""
    return str(STAGE_WORDS[stage]) if stage in STAGE_WORDS else gettext("Computing")


def object_word(kind: str) -> str:
    """Return the word for a kind of made object, with its method where both were made."""
    head, _dash, tail = kind.partition("-")
    word = str(OBJECT_WORDS.get(head, head))
    return f"{word} · {SUFFIX_WORDS[tail]}" if tail in SUFFIX_WORDS else word


def picture_word(name: str) -> str:
    """Return what a picture shows, from its file name such as ``checkerboard-axial-2.png``."""
    parts = name.removesuffix(".png").split("-")
    return " ".join(str(PICTURE_WORDS.get(part, part)) for part in parts)
