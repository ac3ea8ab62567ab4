"""Whether a rule's criteria hold for a study, and what was found where they do not."""

from __future__ import annotations

from typing import Final

from tongying.ai.card.definition import Span
from tongying.ai.rules.definition import Asked, Match
from tongying.consult.case import Urgency
from tongying.dicom.acquisition.facts import BodyPart, ChildFacts, SeriesFacts, StudyFacts
from tongying.kernel.age import Age
from tongying.pathway.definition import AgeSpan, Words

DAYS_OF_MONTH: Final = 365.25 / 12
LEAP_SHARE: Final = 0.04
"""Of a month: the day by which years differ."""
_PARTS: Final = {
    BodyPart.HEAD: "头部",
    BodyPart.NECK: "颈部",
    BodyPart.CHEST: "胸部",
    BodyPart.ABDOMEN: "腹部",
    BodyPart.PELVIS: "盆腔",
    BodyPart.HIP: "髋关节",
    BodyPart.SPINE: "脊柱",
    BodyPart.LIMB: "四肢",
    BodyPart.HEART: "心脏",
    BodyPart.FETUS: "胎儿",
}
_URGENCIES: Final = {
    Urgency.EMERGENCY: Words("emergency", "急诊"),
    Urgency.URGENT: Words("urgent", "紧急"),
    Urgency.ROUTINE: Words("routine", "常规"),
    Urgency.BOOKED: Words("booked", "预约"),
}
_UNKNOWN: Final = Words("not known", "未知")


def unmet(match: Match, facts: StudyFacts, asked: Asked) -> tuple[Words, ...]:
    """Return a reason for each criterion that does not hold; none where the rule is triggered.

    Parameters
    ----------
    match : Match
    facts : StudyFacts
    asked : Asked
    """
    reasons = list(_unmet_by_series(match, facts))
    if match.ages is not None and _age_holds(match.ages, facts.child) is not True:
        found = _age(facts.child)
        reasons.append(_differs(Words("age", "年龄"), found, _span_words(match.ages)))
    if match.hospitals is not None and asked.hospital not in match.hospitals:
        wanted = ", ".join(sorted(match.hospitals))
        own = asked.hospital or None
        found = Words(own, own) if own else _UNKNOWN
        reasons.append(_differs(Words("hospital", "检查医院"), found, Words(wanted, wanted)))
    if match.words is not None and not _said(match.words, asked.words):
        reasons.append(
            Words(
                f"the question has none of the words {', '.join(match.words)}",
                f"申请内容中没有以下词语：{'、'.join(match.words)}",
            )
        )
    if match.urgencies is not None and asked.urgency not in match.urgencies:
        found = _URGENCIES[asked.urgency] if asked.urgency else Words("no case", "没有会诊病例")
        reasons.append(_differs(Words("urgency", "紧急程度"), found, _urgency_words(match)))
    if match.prior is not None and asked.has_prior is not match.prior:
        reasons.append(
            Words("there is no earlier study", "没有既往检查")
            if match.prior
            else Words("there is an earlier study", "已有既往检查")
        )
    return tuple(reasons)


def matched(match: Match, facts: StudyFacts, asked: Asked) -> Words:
    """Return the criteria by which a study triggered a rule, in one line.

    Parameters
    ----------
    match : Match
        That holds.
    facts : StudyFacts
    asked : Asked
    """
    told: list[Words] = []
    if match.modalities is not None:
        names = ", ".join(sorted({one.modality for one in facts.series} & match.modalities))
        told.append(Words(names, names))
    if match.body_parts is not None:
        shown = {part for one in facts.series for part in _parts(one)} & match.body_parts
        told.append(part_words(frozenset(shown)))
    if match.sequences is not None:
        names = ", ".join(sorted(match.sequences))
        told.append(Words(names, names))
    if match.images is not None:
        most = max(one.images for one in facts.series)
        told.append(Words(f"{most} images", f"{most} 幅图像"))
    if match.ages is not None:
        told.append(_age(facts.child))
    if match.hospitals is not None:
        told.append(Words(asked.hospital, asked.hospital))
    if match.words is not None:
        said = _said(match.words, asked.words)
        told.append(Words(f"the question says {', '.join(said)}", f"申请中提到{'、'.join(said)}"))
    if match.urgencies is not None and asked.urgency is not None:
        told.append(_URGENCIES[asked.urgency])
    if match.prior is not None:
        told.append(
            Words("earlier study", "有既往检查")
            if match.prior
            else Words("first study", "首次检查")
        )
    return Words(", ".join(one.english for one in told), "，".join(one.chinese for one in told))


def part_words(parts: frozenset[BodyPart]) -> Words:
    """Return parts of the body in both languages, in the order of `BodyPart`."""
    ordered = [one for one in BodyPart if one in parts]
    return Words(", ".join(one.value for one in ordered), "、".join(_PARTS[one] for one in ordered))


def _unmet_by_series(match: Match, facts: StudyFacts) -> tuple[Words, ...]:
    """Return what the series that comes nearest lacks."""
    if (match.modalities, match.body_parts, match.sequences, match.images) == (None,) * 4:
        return ()
    if not facts.series:
        return (Words("the study has no images", "检查没有图像"),)
    return min((_unmet_of(match, one) for one in facts.series), key=len)


def _unmet_of(match: Match, series: SeriesFacts) -> tuple[Words, ...]:
    reasons = []
    if match.modalities is not None and series.modality not in match.modalities:
        wanted = ", ".join(sorted(match.modalities))
        found = Words(series.modality, series.modality) if series.modality else _UNKNOWN
        reasons.append(_differs(Words("modality", "检查类型"), found, Words(wanted, wanted)))
    if match.body_parts is not None and not _parts(series) & match.body_parts:
        parts = _parts(series)
        found = part_words(parts) if parts else _UNKNOWN
        reasons.append(
            _differs(Words("body part", "检查部位"), found, part_words(match.body_parts))
        )
    if match.sequences is not None and series.sequence not in match.sequences:
        wanted = ", ".join(sorted(match.sequences))
        found = Words(series.sequence, series.sequence) if series.sequence else _UNKNOWN
        reasons.append(_differs(Words("sequence", "序列"), found, Words(wanted, wanted)))
    if match.images is not None and not match.images.holds(series.images):
        count = str(series.images)
        found = Words(count, count)
        reasons.append(_differs(Words("images", "图像数"), found, _number_words(match.images)))
    return tuple(reasons)


def _parts(series: SeriesFacts) -> frozenset[BodyPart]:
    return series.body_parts | series.named_parts


def _age_holds(span: AgeSpan, child: ChildFacts) -> bool | None:
    """Say whether the age lies within; None where it is not known, or only partly."""
    if child.age_days is not None:
        return _day_holds(span, child.age_days)
    if child.stated_age_days is None:
        return None
    first, last = child.stated_age_days
    held = _day_holds(span, first), _day_holds(span, last)
    if all(held):
        return True
    before = span.from_days is not None and last < span.from_days
    after = span.to_days is not None and first >= span.to_days
    return False if before or after else None


def _day_holds(span: AgeSpan, day: int) -> bool:
    return (span.from_days is None or day >= span.from_days) and (
        span.to_days is None or day < span.to_days
    )


def _said(words: tuple[str, ...], question: str) -> tuple[str, ...]:
    lower = question.lower()
    return tuple(one for one in words if one.lower() in lower)


def _differs(what: Words, found: Words, wanted: Words) -> Words:
    return Words(
        f"{what.english}: {found.english}, the rule asks for {wanted.english}",
        f"{what.chinese}：{found.chinese}，规则要求{wanted.chinese}",
    )


def _age(child: ChildFacts) -> Words:
    days = child.age_days
    if days is None and child.stated_age_days is not None:
        days = child.stated_age_days[0]
    return _UNKNOWN if days is None else _days_words(days)


def _days_words(days: int) -> Words:
    # whole months as the calendar counts them, to the day: a year of 365 days has twelve
    age = Age(days, int(days / DAYS_OF_MONTH + LEAP_SHARE))
    return Words(age.in_english(), age.in_chinese())


def _span_words(span: AgeSpan) -> Words:
    low = None if span.from_days is None else _days_words(span.from_days)
    high = None if span.to_days is None else _days_words(span.to_days)
    if low is None:
        return Words("any age", "任何年龄") if high is None else _below(high)
    if high is None:
        return Words(f"{low.english} or older", f"{low.chinese}及以上")
    return Words(f"{low.english} to below {high.english}", f"{low.chinese}至不足{high.chinese}")


def _below(high: Words) -> Words:
    return Words(f"below {high.english}", f"不足{high.chinese}")


def _number_words(span: Span) -> Words:
    if span.low is None:
        return Words(f"at most {span.high:g}", f"不多于{span.high:g}")
    if span.high is None:
        return Words(f"at least {span.low:g}", f"不少于{span.low:g}")
    return Words(f"{span.low:g} to {span.high:g}", f"{span.low:g}至{span.high:g}")


def _urgency_words(match: Match) -> Words:
    told = [_URGENCIES[one] for one in Urgency if one in (match.urgencies or ())]
    return Words(", ".join(one.english for one in told), "、".join(one.chinese for one in told))
