"""Small boosted trees that say how much a candidate looks like a nodule.

The trees are numbers in a JSON file that ships with the platform; scripts/train_nodules.py makes
it from chests made by code alone. It is read only if its digest is the one written here.

References
----------
Friedman JH. Greedy function approximation: a gradient boosting machine. Ann Stat 2001;29:1189-1232
([K]: the method is from memory, the paper was not opened).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tongying.ai.backends.protocol import PackBroken
from tongying.ai.lung.features import NAMES

FILE: Final = "lung-nodules.json"
SHA256: Final = "f166186e7397d09ce6791ca055fcd81f3c247150ef478d7a1347586659a752d4"
_FOLDER: Final = "trees"
_LEAF: Final = -1
Doubles = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """One tree; node 0 is its root.

    Attributes
    ----------
    feature : ndarray of int64
        Which number is asked at a node; -1 at a leaf.
    threshold : ndarray of float64
        To the left if the number is not above it.
    left, right : ndarray of int64
        Nodes that follow.
    value : ndarray of float64
        What a leaf adds.
    """

    feature: Whole
    threshold: Doubles
    left: Whole
    right: Whole
    value: Doubles

    def of(self, rows: Doubles) -> Doubles:
        """Return what the tree adds for every row."""
        node = np.zeros(len(rows), dtype=np.int64)
        every = np.arange(len(rows))
        while True:
            asked = self.feature[node]
            inner = asked != _LEAF
            if not inner.any():
                return np.asarray(self.value[node])
            below = rows[every, np.maximum(asked, 0)] <= self.threshold[node]
            node = np.where(inner, np.where(below, self.left[node], self.right[node]), node)


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """Trees, and from which score on a candidate is told.

    Attributes
    ----------
    begin : float
        Log odds before the first tree.
    trees : tuple of Tree
    told_from : float
        Score from which a candidate is a finding, chosen on scans that no tree saw.
    """

    begin: float
    trees: tuple[Tree, ...]
    told_from: float

    def scores(self, rows: Doubles) -> Doubles:
        """Return a score between 0 and 1 for every row of features; it is not calibrated.

        Parameters
        ----------
        rows : ndarray of float64, shape (n, features)
            As `tongying.ai.lung.features.NAMES` orders them.
        """
        # Trained on single precision: a number must fall on the same side of a threshold.
        single = rows.astype(np.float32).astype(np.float64)
        odds = np.full(len(rows), self.begin)
        for tree in self.trees:
            odds += tree.of(single)
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def read_classifier(text: bytes, *, sha256: str) -> Classifier:
    """Read the trees.

    Parameters
    ----------
    text : bytes
    sha256 : str
        What its digest must be.

    Raises
    ------
    PackBroken
        If it is another file, or was trained on other features.
    """
    if hashlib.sha256(text).hexdigest() != sha256:
        raise PackBroken("The trees of the nodule detector are not the ones that were trained.")
    data: dict[str, Any] = json.loads(text)
    if tuple(data["features"]) != NAMES:
        raise PackBroken("The trees of the nodule detector know other features.")
    trees = tuple(
        Tree(
            np.array(one["feature"], dtype=np.int64),
            np.array(one["threshold"], dtype=np.float64),
            np.array(one["left"], dtype=np.int64),
            np.array(one["right"], dtype=np.int64),
            np.array(one["value"], dtype=np.float64),
        )
        for one in data["trees"]
    )
    return Classifier(float(data["begin"]), trees, float(data["told_from"]))


@cache
def shipped() -> Classifier:
    """Return the classifier that ships.

    Raises
    ------
    PackBroken
        If its file is missing or another one.
    """
    try:
        text = (files("tongying.ai") / "data" / _FOLDER / FILE).read_bytes()
    except FileNotFoundError:
        raise PackBroken("The trees of the nodule detector are missing.") from None
    return read_classifier(text, sha256=SHA256)
