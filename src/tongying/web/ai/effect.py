"""What showing a model's results did to readers: the own read set against the one after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongying.web.ai.models import ModelRow, ReadRow
from tongying.web.ai.sight import AFTER
from tongying.web.people.models import Hospital
from tongying.web.records.visible import OWN_READ

_CALLS = {"abnormal": True, "normal": False}
"""Verdict -> whether something is there; one who is unsure is right about neither."""


@dataclass(frozen=True, slots=True)
class ReadPair:
    """A reader's two words about one study.

    Attributes
    ----------
    study, reader : int
        Keys of their rows.
    before, after : str
        Verdicts; the last one after counts.
    confidence_before, confidence_after : int or None
        0 to 100 that something is abnormal.
    """

    study: int
    reader: int
    before: str
    after: str
    confidence_before: int | None
    confidence_after: int | None


@dataclass(frozen=True, slots=True)
class Effect:
    """How many reads became right or wrong, of those whose truth is known.

    Attributes
    ----------
    right_right, right_wrong, wrong_right, wrong_wrong : int
        Before and after; one who is unsure is not right.
    unknown : int
        Pairs whose truth is not known yet.
    """

    right_right: int
    right_wrong: int
    wrong_right: int
    wrong_wrong: int
    unknown: int

    @property
    def known(self) -> int:
        """Count the pairs whose truth is known."""
        return self.right_right + self.right_wrong + self.wrong_right + self.wrong_wrong


def read_pairs(model: ModelRow, hospital: Hospital | None = None) -> tuple[ReadPair, ...]:
    """Return the reads before and after a model's results were shown.

    Parameters
    ----------
    model : ModelRow
    hospital : Hospital, optional
        Of the studies; None for all.
    """
    runs = model.runs.all() if hospital is None else model.runs.filter(hospital=hospital)
    codes = dict(runs.values_list("code", "study_id"))
    rows = ReadRow.objects.filter(study_id__in=set(codes.values())).order_by("pk")
    before: dict[tuple[int, int], ReadRow] = {}
    after: dict[tuple[int, int], ReadRow] = {}
    for row in rows:
        key = (row.study_id, row.reader_id)
        if row.phase == OWN_READ:
            before[key] = row
        elif row.phase == AFTER and not codes.keys().isdisjoint(row.runs_shown):
            after[key] = row
    return tuple(
        ReadPair(
            study=key[0],
            reader=key[1],
            before=before[key].verdict,
            after=row.verdict,
            confidence_before=before[key].confidence,
            confidence_after=row.confidence,
        )
        for key, row in sorted(after.items())
        if key in before
    )


def effect_of(pairs: Iterable[ReadPair], truth: Mapping[int, bool]) -> Effect:
    """Return how many reads became right or wrong.

    Parameters
    ----------
    pairs : iterable of ReadPair
    truth : mapping of int to bool
        Study -> whether something abnormal was there; a study that is missing is not known yet.

    Examples
    --------
    >>> pair = ReadPair(1, 7, "abnormal", "normal", None, None)
    >>> effect_of([pair], {1: True}).right_wrong, effect_of([pair], {}).unknown
    (1, 1)
    """
    counts = {(was, now): 0 for was in (True, False) for now in (True, False)}
    unknown = 0
    for pair in pairs:
        if pair.study not in truth:
            unknown += 1
            continue
        there = truth[pair.study]
        was, now = (_CALLS.get(one) is there for one in (pair.before, pair.after))
        counts[was, now] += 1
    return Effect(
        right_right=counts[True, True],
        right_wrong=counts[True, False],
        wrong_right=counts[False, True],
        wrong_wrong=counts[False, False],
        unknown=unknown,
    )
