"""How images go into a network and what comes out, as the settings of its card say.

Every key that a network needs is written out; a key that is not known here is a fault, so that a
word that was misspelt never means a default.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tongying.ai.backends.protocol import PackBroken
from tongying.ai.card.definition import ModelCard
from tongying.norms.measure import MeasureUnknown, measure_of

KEYS: Final = frozenset(
    {
        "task", "axes", "spacing-mm", "shape", "dimensions", "channels", "values", "window",
        "overlap", "multiple-of", "activation", "threshold", "labels", "measures", "largest-part",
        "map", "over-slices", "kinds",
    }
)  # fmt: skip
NATIVE: Final = "native"
WHOLE: Final = "whole"
_AXES = ("LR", "PA", "SI")


class Task(StrEnum):
    """What the network answers."""

    SEGMENTATION = "segmentation"
    CLASSIFICATION = "classification"


class Activation(StrEnum):
    """What is still to be done to the network's last layer."""

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"
    NONE = "none"


class Scaling(StrEnum):
    """How values are brought to what the network was trained with."""

    NONE = "none"
    Z_SCORE = "z-score"
    Z_SCORE_NONZERO = "z-score-nonzero"
    """Mean and deviation of what is not 0; 0 stays 0."""
    MIN_MAX = "min-max"
    PERCENTILES = "percentiles"
    """Two percentiles to 0 and 1, clipped."""
    WINDOW = "window"
    """Two values to 0 and 1, clipped."""


@dataclass(frozen=True, slots=True)
class Label:
    """A channel or class that becomes a mask.

    Attributes
    ----------
    number : int
        Index of the channel; 0 is the background of a softmax.
    name, english, chinese : str
    """

    number: int
    name: str
    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of a classification that becomes a flag.

    Attributes
    ----------
    number : int
    kind : str
        Of the card's findings.
    look, urgent : float
        Probability from which on; above 1 for never.
    """

    number: int
    kind: str
    look: float
    urgent: float


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Everything between a series and a network.

    Attributes
    ----------
    task : Task
    axes : str
        Towards which side of the child each axis of the tensor grows: three letters of L, R, P, A,
        S, I, the slowest first, such as ``SPL``.
    spacing_mm : tuple of float or None
        Along those axes; None keeps the image's own.
    shape : tuple of int or None
        Of the whole tensor, around the middle of the image; None keeps the image's own extent.
    dimensions : int
        3, or 2 for a network that looks at one slice (along the first axis) at a time.
    channels : int
        The image is repeated so often.
    scaling : Scaling
    scaling_numbers : tuple of float
    window : tuple of int or None
        Of the sliding window, of as many axes as `dimensions`; None: everything at once.
    overlap : float
        Of neighbouring windows, as a share of their side.
    multiple_of : int
        Sides are padded to a multiple of it.
    activation : Activation
    threshold : float
        Of a sigmoid.
    labels : tuple of Label
    measures : tuple of (str, str, str)
        Label, measure of its volume, side.
    largest_part : bool
        Of each mask only the largest connected part is kept.
    map_of : str
        Label whose probability is given as a map; may be empty.
    mean_over_slices : bool
        Mean, otherwise the largest probability, of the slices of a classification.
    kinds : tuple of Kind
    """

    task: Task
    axes: str
    spacing_mm: tuple[float, float, float] | None
    shape: tuple[int, int, int] | None
    dimensions: int
    channels: int
    scaling: Scaling
    scaling_numbers: tuple[float, ...]
    window: tuple[int, ...] | None
    overlap: float
    multiple_of: int
    activation: Activation
    threshold: float
    labels: tuple[Label, ...]
    measures: tuple[tuple[str, str, str], ...]
    largest_part: bool
    map_of: str
    mean_over_slices: bool
    kinds: tuple[Kind, ...]


def network_settings(card: ModelCard) -> NetworkSettings:
    """Read the settings of a network's card.

    Raises
    ------
    PackBroken
        If a setting is missing, not known, or says what cannot be.
    """
    return _Reader(card).read()


class _Reader:
    def __init__(self, card: ModelCard) -> None:
        self._card = card
        self._given = dict(card.running.settings)

    def read(self) -> NetworkSettings:
        strange = sorted(self._given.keys() - KEYS)
        if strange:
            raise PackBroken(f"The card's setting {strange[0][:40]!r} is not known here.")
        task = Task(self._word("task", tuple(Task)))
        dimensions = self._count("dimensions", 3)
        if dimensions not in (2, 3):
            raise self._wrong("dimensions")
        scaling, numbers = self._scaling()
        segments = task is Task.SEGMENTATION
        labels = self._labels() if segments else ()
        return NetworkSettings(
            task=task,
            axes=self._axes(),
            spacing_mm=self._three("spacing-mm"),
            shape=self._whole_three("shape"),
            dimensions=dimensions,
            channels=self._count("channels", 1),
            scaling=scaling,
            scaling_numbers=numbers,
            window=self._window(dimensions),
            overlap=self._share("overlap", 0.5),
            multiple_of=self._count("multiple-of", 1),
            activation=Activation(self._word("activation", tuple(Activation))),
            threshold=self._share("threshold", 0.5),
            labels=labels,
            measures=self._measures(labels),
            largest_part=self._word("largest-part", ("yes", "no"), "no") == "yes",
            map_of=self._map_of(labels),
            mean_over_slices=self._word("over-slices", ("mean", "max"), "mean") == "mean",
            kinds=() if segments else self._kinds(),
        )

    def _text(self, key: str, default: str | None = None) -> str:
        found = self._given.get(key, default)
        if found is None:
            raise PackBroken(f"The card's setting {key!r} is missing.")
        return found.strip()

    def _word(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        found = self._text(key, default)
        if found not in words:
            raise PackBroken(f"The card's setting {key!r} is one of {', '.join(words)}.")
        return found

    def _count(self, key: str, default: int) -> int:
        found = self._text(key, str(default))
        if not found.isdigit() or int(found) < 1:
            raise self._wrong(key)
        return int(found)

    def _share(self, key: str, default: float) -> float:
        (number,) = self._numbers(key, self._text(key, str(default)), 1)
        if not 0 <= number < 1:
            raise self._wrong(key)
        return number

    def _numbers(self, key: str, text: str, count: int) -> tuple[float, ...]:
        try:
            found = tuple(float(one) for one in text.split())
        except ValueError:
            raise self._wrong(key) from None
        if len(found) != count or not all(math.isfinite(one) for one in found):
            raise self._wrong(key)
        return found

    def _axes(self) -> str:
        text = self._text("axes")
        if sorted("LPS"[i] for one in text for i in range(3) if one in _AXES[i]) != list("LPS"):
            raise self._wrong("axes")
        return text

    def _three(self, key: str) -> tuple[float, float, float] | None:
        text = self._text(key)
        if text == NATIVE:
            return None
        one, two, three = self._numbers(key, text, 3)
        if min(one, two, three) <= 0:
            raise self._wrong(key)
        return one, two, three

    def _whole_three(self, key: str) -> tuple[int, int, int] | None:
        found = self._three(key)
        if found is None:
            return None
        if any(side != int(side) for side in found):
            raise self._wrong(key)
        return int(found[0]), int(found[1]), int(found[2])

    def _window(self, dimensions: int) -> tuple[int, ...] | None:
        text = self._text("window", WHOLE)
        if text == WHOLE:
            return None
        found = self._numbers("window", text, dimensions)
        if any(side != int(side) or side < 1 for side in found):
            raise self._wrong("window")
        return tuple(int(side) for side in found)

    def _scaling(self) -> tuple[Scaling, tuple[float, ...]]:
        name, _, rest = self._text("values").partition(" ")
        if name not in tuple(Scaling):
            raise PackBroken(f"The card's setting 'values' begins with {', '.join(Scaling)}.")
        scaling = Scaling(name)
        ranged = scaling in (Scaling.PERCENTILES, Scaling.WINDOW)
        numbers = self._numbers("values", rest, 2 if ranged else 0)
        if ranged and numbers[0] >= numbers[1]:
            raise self._wrong("values")
        return scaling, numbers

    def _labels(self) -> tuple[Label, ...]:
        found = []
        for row in self._rows("labels"):
            number, _, rest = row.partition(" ")
            words = [part.strip() for part in rest.split("|")]
            if not number.isdigit() or len(words) != 3 or not all(words):
                raise PackBroken("A label is written as: 1 name | English | 中文; the next one.")
            found.append(Label(int(number), *words))
        if len({one.name for one in found}) < len(found) or not found:
            raise self._wrong("labels")
        return tuple(found)

    def _measures(self, labels: tuple[Label, ...]) -> tuple[tuple[str, str, str], ...]:
        names = {one.name for one in labels}
        found = []
        for row in self._rows("measures", ""):
            label, _, rest = row.partition("=")
            measure, _, side = rest.strip().partition("/")
            try:
                measure_of(measure.strip())
            except MeasureUnknown as unknown:
                raise PackBroken(unknown.sentence) from None
            if label.strip() not in names or side.strip() not in ("", "L", "R"):
                raise self._wrong("measures")
            found.append((label.strip(), measure.strip(), side.strip()))
        return tuple(found)

    def _kinds(self) -> tuple[Kind, ...]:
        known = {kind for kind, _ in self._card.findings}
        found = []
        for row in self._rows("kinds"):
            words = row.split()
            if len(words) != 4 or not words[0].isdigit() or words[1] not in known:
                raise PackBroken("A kind is written as: 1 motion 0.5 0.9; it is on the card.")
            look, urgent = self._numbers("kinds", " ".join(words[2:]), 2)
            found.append(Kind(int(words[0]), words[1], look, urgent))
        if not found:
            raise self._wrong("kinds")
        return tuple(found)

    def _map_of(self, labels: tuple[Label, ...]) -> str:
        found = self._text("map", "")
        if found and found not in {one.name for one in labels}:
            raise self._wrong("map")
        return found

    def _rows(self, key: str, default: str | None = None) -> list[str]:
        return [row.strip() for row in self._text(key, default).split(";") if row.strip()]

    def _wrong(self, key: str) -> PackBroken:
        return PackBroken(f"The card's setting {key!r} cannot be followed.")
