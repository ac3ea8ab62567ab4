"""A network between settings: a volume in, masks with volumes or flags out.

What the network itself is run by (ONNX Runtime, torch) is a function from tensor to tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.ai.answer import Answer, Flag, LabelledMask, Level, Told, ValueMap
from tongying.ai.backends.built_in import first_volume
from tongying.ai.backends.network_input import Tensor, network_volume, scaled
from tongying.ai.backends.network_settings import Activation, Kind, NetworkSettings, Task
from tongying.ai.backends.protocol import Request, RunRefused
from tongying.ai.backends.windows import Forward, forward_all
from tongying.ai.card.definition import ModelCard
from tongying.imaging.grid import Grid
from tongying.imaging.progress import Progress, Share
from tongying.imaging.resample import resample
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Mask, Quantity, Volume
from tongying.norms.measure import in_unit, measure_of
from tongying.norms.method import MeasuringMethod


class NetworkSession:
    """A loaded network with its card.

    Parameters
    ----------
    card : ModelCard
    settings : NetworkSettings
    forward : callable
        From (1, channels, ...) to (1, classes, ...) or (1, classes).
    let_go : callable
        Called once when it is closed.
    """

    def __init__(
        self,
        card: ModelCard,
        settings: NetworkSettings,
        forward: Forward,
        let_go: Callable[[], None],
    ) -> None:
        self._card, self._settings = card, settings
        self._forward, self._let_go = forward, let_go

    def run(self, request: Request, folder: Path, progress: Progress) -> Answer:
        """Answer about the first series.

        Raises
        ------
        RunRefused
            If the series is no volume, or the network says something else than its card promises.
        """
        source = first_volume(request, Share(progress, 0.0, 0.1))
        volume = source.volume
        seen = network_volume(volume, self._settings, Share(progress, 0.1, 0.15))
        tensor = scaled(seen.array, self._settings)
        share = Share(progress, 0.15, 0.9)
        uid = request.series[0].uid
        if self._settings.task is Task.CLASSIFICATION:
            return self._classified(self._chances(tensor, share), uid)
        chances = self._segmented(tensor, share)
        progress(0.9, "masks")
        return self._masks(chances, seen.grid, volume, uid)

    def close(self) -> None:
        """Let go of the network."""
        self._let_go()

    def _all(self, tensor: Tensor, progress: Progress) -> Tensor:
        settings = self._settings
        repeated = np.repeat(tensor[None], settings.channels, axis=0)
        said = forward_all(
            self._forward,
            repeated,
            window=settings.window,
            overlap=settings.overlap,
            multiple_of=settings.multiple_of,
            progress=progress,
        )
        if not np.isfinite(said).all():
            raise RunRefused("The network gave numbers that are none.", "ai.output-not-finite")
        return activated(said, settings.activation)

    def _slices(self, tensor: Tensor, progress: Progress) -> Iterator[Tensor]:
        count = tensor.shape[0]
        for number in range(count):
            yield self._all(tensor[number], Share(progress, number / count, (number + 1) / count))

    def _segmented(self, tensor: Tensor, progress: Progress) -> Tensor:
        if self._settings.dimensions == 3:
            said = self._all(tensor, progress)
        else:
            said = np.stack(list(self._slices(tensor, progress)), axis=1)
        if said.ndim != 4 or said.shape[1:] != tensor.shape:
            raise self._unlike_card()
        return said

    def _chances(self, tensor: Tensor, progress: Progress) -> NDArray[np.float64]:
        settings = self._settings
        if settings.dimensions == 3:
            return self._flat(self._forward(self._repeated(tensor)))
        rows = []
        for number, image in enumerate(tensor, 1):
            rows.append(self._flat(self._forward(self._repeated(image))))
            progress(number / len(tensor), "network")
        found: NDArray[np.float64] = (
            np.mean(rows, axis=0) if settings.mean_over_slices else np.max(rows, axis=0)
        )
        return found

    def _repeated(self, tensor: Tensor) -> Tensor:
        return np.ascontiguousarray(np.repeat(tensor[None], self._settings.channels, axis=0)[None])

    def _flat(self, said: Tensor) -> NDArray[np.float64]:
        if said.ndim != 2 or not np.isfinite(said).all():
            raise self._unlike_card()
        return activated(said[0], self._settings.activation).astype(np.float64)

    def _classified(self, chances: NDArray[np.float64], uid: str) -> Answer:
        words = dict(self._card.findings)
        flags = []
        for one in self._settings.kinds:
            if one.number >= len(chances):
                raise self._unlike_card()
            chance = float(chances[one.number])
            named = words[one.kind]
            flags.append(
                Flag(
                    kind=one.kind,
                    level=_level(chance, one),
                    english=f"{named.english}: the network says {chance:.2f}"
                    f" (to be looked at from {one.look:.2f}).",
                    chinese=f"{named.chinese}：网络输出{chance:.2f}（{one.look:.2f}起需查看）。",
                    value=round(chance, 6),
                    series_uid=uid,
                )
            )
        return Answer(flags=tuple(flags))

    def _masks(self, chances: Tensor, grid: Grid, volume: Volume, uid: str) -> Answer:
        settings = self._settings
        if max(one.number for one in settings.labels) >= chances.shape[0]:
            raise self._unlike_card()
        winner = None if settings.activation is Activation.SIGMOID else chances.argmax(axis=0)
        masks, maps = [], []
        for label in settings.labels:
            own = chances[label.number]
            drawn = own >= settings.threshold if winner is None else winner == label.number
            if settings.largest_part:
                drawn = largest_part(drawn)
            words = (label.name, label.english, label.chinese, uid)
            masks.append(LabelledMask(*words, _brought_back(drawn, grid, volume.grid), volume.grid))
            if label.name == settings.map_of:
                there = resample(Volume(own, grid), volume.grid, MatrixTransform.identity())
                values = there.array.astype(np.float32)
                maps.append(ValueMap(*words, values, volume.grid, Quantity.UNKNOWN))
        return Answer(
            masks=tuple(masks),
            maps=tuple(maps),
            values=self._values({one.name: one.mask for one in masks}, volume.grid),
            caveats=volume.caveats,
        )

    def _values(self, masks: dict[str, Mask], grid: Grid) -> tuple[Told, ...]:
        method = method_of(self._card)
        found = []
        for label, measure, side in self._settings.measures:
            unit = measure_of(measure).unit
            mm3 = float(np.count_nonzero(masks[label])) * grid.voxel_mm3
            found.append(Told(measure, in_unit(mm3, "mm3", unit), unit, side, method))
        return tuple(found)

    def _unlike_card(self) -> RunRefused:
        return RunRefused(
            "The network answers in another shape than its card says.", "ai.output-unlike-card"
        )


def method_of(card: ModelCard) -> MeasuringMethod:
    """Return how a model measures: a norm speaks only about values of the same card and version."""
    return MeasuringMethod(tool=card.id, version=card.version, protocol=None, rule=None)


def activated(said: Tensor, activation: Activation) -> Tensor:
    """Return probabilities along the first axis.

    Examples
    --------
    >>> activated(np.zeros((2, 1), dtype=np.float32), Activation.SOFTMAX).tolist()
    [[0.5], [0.5]]
    """
    if activation is Activation.NONE:
        return said
    if activation is Activation.SIGMOID:
        half = np.exp(-np.abs(said))
        return np.where(said >= 0, 1 / (1 + half), half / (1 + half)).astype(np.float32)
    raised = np.exp(said - said.max(axis=0, keepdims=True))
    found: Tensor = raised / raised.sum(axis=0, keepdims=True)
    return found


def largest_part(mask: Mask) -> Mask:
    """Return the largest connected part (by faces); of two as large, the first."""
    parts, count = ndimage.label(mask)
    if count < 2:
        return mask
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    found: Mask = parts == int(sizes.argmax())
    return found


def _brought_back(mask: Mask, grid: Grid, wanted: Grid) -> Mask:
    found = resample(Volume(mask, grid, Quantity.LABEL), wanted, MatrixTransform.identity())
    return found.array.astype(np.bool_)


def _level(chance: float, kind: Kind) -> Level:
    if chance >= kind.urgent:
        return Level.URGENT
    return Level.LOOK if chance >= kind.look else Level.NONE
