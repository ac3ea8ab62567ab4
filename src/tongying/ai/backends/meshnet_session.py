"""A pack of a brain network (setting ``executor: meshnet``), run over the conformed head."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tongying.ai.answer import Answer
from tongying.ai.backends.built_in import first_volume
from tongying.ai.backends.meshnet import SlabRunner
from tongying.ai.backends.meshnet_onnx import from_onnx
from tongying.ai.backends.meshnet_weights import WeightsRefused
from tongying.ai.backends.pack_files import entry_file, file_below
from tongying.ai.backends.protocol import PackBroken, Request, RunRefused
from tongying.ai.brain.answering import Labelled, answer_of, method_of
from tongying.ai.brain.conform import HeadRefused, conform, labels_on, network_image
from tongying.ai.brain.regions import LabelsUnknown, regions_of
from tongying.ai.card.definition import ModelCard
from tongying.imaging.progress import Progress, Share

EXECUTOR: Final = "executor"
MESHNET: Final = "meshnet"
LABELS: Final = "labels.json"


def is_meshnet(card: ModelCard) -> bool:
    """Say whether a card asks for this executor."""
    return dict(card.running.settings).get(EXECUTOR) == MESHNET


def load_meshnet(card: ModelCard, folder: Path | None) -> MeshNetSession:
    """Load a pack.

    Raises
    ------
    PackBroken
        If a file is missing or another one, or network and labels do not fit each other.
    """
    path = entry_file(card, folder)
    try:
        network = from_onnx(path.read_bytes())
        labels = read_labels(file_below(path.parent, LABELS).read_text("utf-8"))
    except (WeightsRefused, LabelsUnknown) as refusal:
        raise PackBroken(refusal.sentence) from None
    except OSError:
        raise PackBroken(f"The pack's file {LABELS} is missing.") from None
    if network.classes != len(labels):
        raise PackBroken("The pack's network and its labels do not fit each other.")
    return MeshNetSession(card, SlabRunner(network, card.running.limits.threads), labels)


def read_labels(text: str) -> tuple[str, ...]:
    """Return the names of labels from 0, from a list or from an object with ``labels``.

    Raises
    ------
    LabelsUnknown
        If they are none that the platform knows.
    """
    try:
        said = json.loads(text)
    except ValueError:
        raise LabelsUnknown("The list of labels is no JSON.") from None
    rows = said.get("labels") if isinstance(said, dict) else said
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        raise LabelsUnknown("The list of labels is no list of names.")
    regions_of(tuple(rows))
    return tuple(rows)


@dataclass(slots=True)
class MeshNetSession:
    """A loaded network; the weights stay in memory, the features do not."""

    card: ModelCard
    runner: SlabRunner | None
    labels: tuple[str, ...]

    def run(self, request: Request, folder: Path, progress: Progress) -> Answer:
        """Label the first series.

        Raises
        ------
        RunRefused
            If it is no volume, shows nothing, or nothing is found in it.
        """
        if self.runner is None:
            raise RunRefused("The model was closed already.")
        source = first_volume(request, Share(progress, 0.0, 0.05))
        conformed = conform(source.volume, Share(progress, 0.05, 0.1))
        try:
            image = network_image(conformed)
        except HeadRefused as refusal:
            raise RunRefused(refusal.sentence, refusal.error_code) from None
        labels = self.runner.label(image, Share(progress, 0.1, 0.95))
        if not labels.any():
            raise RunRefused("The network found nothing of a brain in the image.")
        on_series = labels_on(labels, conformed.grid, source.volume.grid)
        progress(0.97, "masks")
        return answer_of(
            Labelled(
                self.labels,
                request.series[0].uid,
                on_series,
                source.volume.grid,
                labels,
                float(np.prod(conformed.grid.spacing_mm)),
            ),
            method_of(self.card.id, self.card.version),
        )

    def close(self) -> None:
        """Let go of the network."""
        self.runner = None
