"""What a rule function is given: the question, the results of earlier steps, the written report.

The JSON of `Request.given`; docs/ai-rules.md lists its keys. What is not there is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from tongying.ai.card.catalogue import cards
from tongying.pathway.definition import Words

DONE: Final = "done"
_NO_END: Final = ("refused", "failed")


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """What another step said of this study or of an earlier one.

    Attributes
    ----------
    card, version : str
    step, state : str
    study_date : date or None
        Of an earlier study; None of this one.
    name : Words
        Of the model; its id where nobody says.
    findings, values, flags, texts : tuple of mapping
        As `tongying.ai.answer` writes them.
    refusal : str
        Why there is no result, as one sentence.
    kinds : mapping of str to Words
        Of findings and flags.
    """

    card: str
    version: str
    step: str
    state: str
    study_date: date | None
    name: Words
    findings: tuple[Mapping[str, Any], ...] = ()
    values: tuple[Mapping[str, Any], ...] = ()
    flags: tuple[Mapping[str, Any], ...] = ()
    texts: tuple[Mapping[str, Any], ...] = ()
    refusal: str = ""
    kinds: Mapping[str, Words] = field(default_factory=dict)

    @property
    def without_result(self) -> bool:
        """Say whether it was refused or failed."""
        return self.state in _NO_END

    def kind_words(self, kind: str) -> Words:
        """Return what a kind of finding or flag is called; its id where nobody says."""
        return self.kinds.get(kind, Words(kind, kind))


@dataclass(frozen=True, slots=True)
class EarlierStudy:
    """An earlier study of the child.

    Attributes
    ----------
    day : date
    modalities : frozenset of str
    parts : frozenset of str
        Values of `tongying.dicom.acquisition.facts.BodyPart`.
    """

    day: date
    modalities: frozenset[str]
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class DueLook:
    """Another look that a pathway's rule asked for.

    Attributes
    ----------
    on : date
    words : Words
    source : str
    """

    on: date
    words: Words
    source: str


@dataclass(frozen=True, slots=True)
class Given:
    """All of it.

    Attributes
    ----------
    question : str
        Words of the question, history and provisional diagnosis.
    urgency : str
    pathway : str
        Id of the pathway that the case follows.
    runs : tuple of EarlierRun
        Of this study, in the order in which they ran.
    prior_runs : tuple of EarlierRun
        Of earlier studies.
    prior_studies : tuple of EarlierStudy
    opinion : mapping of str to str
        ``findings``, ``impression``, ``advice``, as written so far.
    looks : tuple of DueLook
        That are still open.
    """

    question: str = ""
    urgency: str = ""
    pathway: str = ""
    runs: tuple[EarlierRun, ...] = ()
    prior_runs: tuple[EarlierRun, ...] = ()
    prior_studies: tuple[EarlierStudy, ...] = ()
    opinion: Mapping[str, str] = field(default_factory=dict)
    looks: tuple[DueLook, ...] = ()

    @property
    def finished(self) -> tuple[EarlierRun, ...]:
        """Return the runs of this study that have a result."""
        return tuple(one for one in self.runs if one.state == DONE)


def given_of(raw: Mapping[str, Any]) -> Given:
    """Return what a function is given; entries of another form are left out.

    Parameters
    ----------
    raw : mapping
        `tongying.ai.backends.protocol.Request.given`.

    Examples
    --------
    >>> given_of({"question": {"words": "?", "urgency": "urgent"}}).urgency
    'urgent'
    """
    question = _table(raw.get("question"))
    opinion = _table(raw.get("opinion"))
    return Given(
        question=_text(question.get("words")),
        urgency=_text(question.get("urgency")),
        pathway=_text(question.get("pathway")),
        runs=tuple(_run(one) for one in _tables(raw.get("runs"))),
        prior_runs=tuple(_run(one) for one in _tables(raw.get("prior_runs"))),
        prior_studies=tuple(
            EarlierStudy(day, _names(one.get("modalities")), _names(one.get("parts")))
            for one in _tables(raw.get("prior_studies"))
            if (day := _day(one.get("date"))) is not None
        ),
        opinion={key: _text(value) for key, value in opinion.items() if _text(value)},
        looks=tuple(
            DueLook(day, _words(one, "?"), _text(one.get("source")))
            for one in _tables(raw.get("looks"))
            if (day := _day(one.get("on"))) is not None
        ),
    )


def _run(raw: Mapping[str, Any]) -> EarlierRun:
    card = _text(raw.get("card"))
    shipped = cards().get(card)
    result = _table(raw.get("result"))
    kinds = {key: _words(_table(one), key) for key, one in _table(raw.get("kinds")).items()}
    name = _table(raw.get("name"))
    own = shipped.name if shipped is not None else Words(card, card)
    return EarlierRun(
        card=card,
        version=_text(raw.get("version")),
        step=_text(raw.get("step")),
        state=_text(raw.get("state")),
        study_date=_day(raw.get("study_date")),
        name=_words(name, card) if name else own,
        findings=_tables(result.get("findings")),
        values=_tables(result.get("values")),
        flags=_tables(result.get("flags")),
        texts=_tables(result.get("texts")),
        refusal=_text(raw.get("refusal")),
        kinds={**(dict(shipped.findings) if shipped is not None else {}), **kinds},
    )


def number_in(raw: Mapping[str, Any], key: str) -> float | None:
    """Return a number of an entry, or None where there is none."""
    value = raw.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def text_in(raw: Mapping[str, Any], key: str) -> str:
    """Return a text of an entry, or an empty one."""
    return _text(raw.get(key))


def _words(raw: Mapping[str, Any], other: str) -> Words:
    english, chinese = _text(raw.get("en")), _text(raw.get("zh"))
    return Words(english or chinese or other, chinese or english or other)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _tables(value: object) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return tuple(one for one in value if isinstance(one, Mapping))


def _names(value: object) -> frozenset[str]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return frozenset()
    return frozenset(one for one in value if isinstance(one, str))


def _day(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
