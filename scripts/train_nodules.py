"""Train the small trees of the lung-nodule detector on chests made by code, and on nothing else.

    python scripts/train_nodules.py collect --first 0 --chests 9 --out build/nodules-a.npz
    python scripts/train_nodules.py fit build/nodules-*.npz

`collect` makes chests with nodules and keeps their candidates as numbers; several may run beside
each other with other seeds. `fit` trains, chooses the score from which a candidate is told on
chests that were held out, and writes src/tongying/ai/data/trees/lung-nodules.json with its digest
on the screen, which then stands in classifier.py. Only this script needs scikit-learn.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

from tongying.ai.lung.features import NAMES
from tongying.ai.lung.phantoms.cases import TRAINING_SEEDS, chest_of, described, made_cases

MODEL = Path(__file__).resolve().parents[1] / "src/tongying/ai/data/trees/lung-nodules.json"
SETS = 2
TREES = 150
DEPTH = 4
RATE = 0.08
LEAST_IN_LEAF = 12
HELD_OUT_EVERY = 4
FALSE_PER_SCAN = 2.0
"""At which the score is chosen."""


def collect(first: int, chests: int, out: Path) -> None:
    """Make chests and keep their candidates."""
    rows, labels, scans = [], [], []
    for seed in TRAINING_SEEDS[first : first + chests]:
        began = time.process_time()
        for number, case in enumerate(made_cases(chest_of(seed), seed, sets=SETS)):
            one = described(case)
            rows.append(one.rows)
            labels.append(one.labels)
            scans.append(np.full(len(one.labels), seed * 10 + number))
            held = len(case.nodules), int((one.labels == 1).sum()), len(one.labels)
            print(seed, number, *held, f"{time.process_time() - began:.0f} s", flush=True)
        np.savez_compressed(
            out,
            rows=np.concatenate(rows),
            labels=np.concatenate(labels),
            scans=np.concatenate(scans),
        )


def fit(files: list[Path]) -> None:
    """Train on what was collected and write the trees."""
    parts = [np.load(path) for path in files]
    rows = np.concatenate([part["rows"] for part in parts]).astype(np.float32)
    labels = np.concatenate([part["labels"] for part in parts])
    scans = np.concatenate([part["scans"] for part in parts])
    order = np.argsort(scans, kind="stable")
    rows, labels, scans = rows[order], labels[order], scans[order]
    known = labels >= 0
    held = (scans // 10) % HELD_OUT_EVERY == 0
    model = _trained(rows[known & ~held], labels[known & ~held])
    score = model.predict_proba(rows[held])[:, 1]
    false = np.sort(score[labels[held] == 0])[::-1]
    at = int(FALSE_PER_SCAN * len(np.unique(scans[held])))
    told_from = float(false[min(at, len(false) - 1)])
    hit = score[labels[held] == 1]
    print(f"held out: {len(hit)} candidates in nodules, {np.mean(hit > told_from):.3f} told")
    # The figure on held-out chests only chooses the score; the trees that ship saw them all.
    whole = _trained(rows[known], labels[known])
    text = json.dumps(_as_json(whole, told_from, rows, scans, labels), separators=(",", ":"))
    MODEL.write_text(text + "\n", encoding="utf-8")
    print(len(text), "bytes", hashlib.sha256(MODEL.read_bytes()).hexdigest())


def _trained(rows: Any, labels: Any) -> GradientBoostingClassifier:
    model = GradientBoostingClassifier(
        n_estimators=TREES,
        max_depth=DEPTH,
        learning_rate=RATE,
        min_samples_leaf=LEAST_IN_LEAF,
        subsample=0.6,
        max_features=0.4,
        random_state=7,
    )
    return model.fit(rows, labels)


def _as_json(
    model: GradientBoostingClassifier, told_from: float, rows: Any, scans: Any, labels: Any
) -> dict[str, Any]:
    prior = float(np.mean(labels[labels >= 0]))
    trees = []
    for (one,) in model.estimators_:
        tree = one.tree_
        trees.append(
            {
                "feature": np.maximum(tree.feature, -1).tolist(),
                "threshold": tree.threshold.tolist(),
                "left": tree.children_left.tolist(),
                "right": tree.children_right.tolist(),
                "value": [float(f"{RATE * v:.6g}") for v in tree.value[:, 0, 0]],
            }
        )
    return {
        "features": list(NAMES),
        "begin": float(np.log(prior / (1.0 - prior))),
        "told_from": told_from,
        "chests": len(np.unique(scans // 10)),
        "scans": len(np.unique(scans)),
        "candidates": len(rows),
        "trees": trees,
    }


def main() -> None:
    """Run one of both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("collect")
    one.add_argument("--first", type=int, required=True)
    one.add_argument("--chests", type=int, required=True)
    one.add_argument("--out", type=Path, required=True)
    other = commands.add_parser("fit")
    other.add_argument("files", type=Path, nargs="+")
    told = parser.parse_args()
    if told.command == "collect":
        collect(told.first, told.chests, told.out)
    else:
        fit(told.files)


if __name__ == "__main__":
    main()
