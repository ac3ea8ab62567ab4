"""The brain chain on one real study beside the same network run bare; peak memory of each part.

Run: ``python bench/brain_chain.py [regions]``. The shared data must be there; ``regions`` adds the
large pack. Every part has a process of its own, so that peaks are its own. Times on a busy machine
are told as processor seconds as well.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
STUDY = SHARED / "mr_brain_3y_normal" / "dicom"
NETWORKS = SHARED / "models" / "brainchop_meshnet"
LABELS = {
    "mindgrab": ["Unknown", "Brain"],
    "model5_gw_ae": ["Unknown", "White-Matter", "Grey-Matter"],
}


def pack(network: str, folder: Path) -> Path:
    from tongying.ai.brain.packing import make_pack

    labels = NETWORKS / "labels_18cls.json"
    if network in LABELS:
        labels = folder / f"{network}.json"
        labels.write_text(json.dumps(LABELS[network]))
    make_pack(
        NETWORKS / network / "model.json",
        NETWORKS / network / "model.pth",
        labels,
        folder / network,
    )
    return folder / network


def chain(what: str, folder: Path) -> None:
    """Gate, read, conform, infer, bring back, measure: what a study costs."""
    import pydicom

    from tongying.ai.backends.protocol import Request, SeriesInput
    from tongying.ai.backends.registry import backend_of
    from tongying.ai.card.catalogue import card_of
    from tongying.ai.gate.gate import admit
    from tongying.ai.pack import open_pack
    from tongying.dicom.acquisition.reading import read_study_facts
    from tongying.imaging.progress import silent

    files = tuple(sorted(STUDY.glob("*.dcm")))
    facts = read_study_facts([pydicom.dcmread(one, stop_before_pixels=True) for one in files])
    inside = folder / what
    card = open_pack(inside)[0] if inside.is_dir() else card_of(what)
    admission = admit(card, facts)
    assert admission.admitted, admission.refusals
    session = backend_of(card.running.runtime).load(card, inside if inside.is_dir() else None)
    request = Request(facts, (SeriesInput(admission.series[0], files),))
    answer = session.run(request, folder, silent)
    for value in answer.values:
        print(f"    {value.measure}: {value.value:.1f} {value.unit}")


def bare(network: str) -> None:
    """The network alone on numbers of the same size."""
    from tongying.ai.backends.meshnet import SlabRunner
    from tongying.ai.backends.meshnet_weights import read_meshnet

    folder = NETWORKS / network
    read = read_meshnet((folder / "model.json").read_text(), (folder / "model.pth").read_bytes())
    numbers = np.random.default_rng(0).random((256, 256, 256), dtype=np.float32)
    SlabRunner(read, 2).label(numbers)


def part(kind: str, what: str, folder: Path) -> None:
    begun = time.monotonic()
    if kind == "bare":
        bare(what)
    else:
        chain(what, folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    took = time.monotonic() - begun
    cpu = used.ru_utime + used.ru_stime
    print(
        f"{kind} {what}: {took:.0f} s, {cpu:.0f} s of processor, {3600 / took:.0f} studies per "
        f"hour, peak {used.ru_maxrss / 1024:.0f} MB"
    )


def main() -> None:
    if len(sys.argv) == 4:
        part(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
        return
    networks = ["model5_gw_ae", "mindgrab"] + (["subcortical"] if "regions" in sys.argv else [])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for network in networks:
            pack(network, folder)
            for kind in ("bare", "chain"):
                subprocess.run([sys.executable, __file__, kind, network, name], check=True)
        for card in ("brain-extraction", "brain-tissues"):
            subprocess.run([sys.executable, __file__, "chain", card, name], check=True)


if __name__ == "__main__":
    main()
