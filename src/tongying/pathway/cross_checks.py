"""Whether what a pathway says in one place fits what it says in others."""

from __future__ import annotations

from collections.abc import Iterator

from tongying.measure.adult_rules import ABOUT, ADULT_FROM_DAYS, named_in
from tongying.pathway.aids.aid import Input
from tongying.pathway.aids.registry import aids
from tongying.pathway.definition import AgeSpan, AnswerKind, Condition, Field, Pathway
from tongying.pathway.entry import Entry
from tongying.pathway.faults import Faults
from tongying.pathway.field_reading import possible_answers
from tongying.pathway.yaml_tree import Items, Node, Scalar, Table

CITING = frozenset({"source", "sources", "teaching"})
"""What stands under these keys cites; it rules nothing."""
_NUMBERS = frozenset({AnswerKind.NUMBER, AnswerKind.MEASURE})


def check_references(pathway: Pathway, root: Entry, faults: Faults) -> None:
    """Note ids that are used twice, and names of fields, answers and inputs that are not there.

    Parameters
    ----------
    pathway : Pathway
    root : Entry
        The text's table, for the lines.
    faults : Faults
    """
    _check_ids(root, faults)
    fields = {one.id: one for one in (*pathway.asked(), *pathway.fields())}
    order = list(fields)
    for field in fields.values():
        if field.only_if is not None:
            _check_condition(field.only_if, fields, faults)
            if field.only_if.field in fields and order.index(field.only_if.field) >= order.index(
                field.id
            ):
                faults.add(
                    field.only_if.line,
                    f"{field.id!r} depends on a field that comes later.",
                    f"“{field.id}”依赖于排在其后的字段。",
                )
        if field.kind is AnswerKind.GRADE:
            _check_inputs(field, fields, faults)
    for finding in pathway.critical:
        if finding.when is not None:
            _check_condition(finding.when, fields, faults)
    for rule, line in zip(pathway.follow_up, _lines(root, "follow-up"), strict=False):
        _check_condition(Condition(rule.field, rule.answers, line), fields, faults)


def check_adult_rules(tree: Node, ages: AgeSpan, faults: Faults) -> None:
    """Note where a pathway for children names a rule made for adults; a citation may.

    Parameters
    ----------
    tree : Node
        The whole text.
    ages : AgeSpan
        Of the children it is for.
    faults : Faults
    """
    if ages.from_days is not None and ages.from_days >= ADULT_FROM_DAYS:
        return
    for said in _said(tree):
        for rule in named_in(said.text):
            name = ABOUT[rule].name
            faults.add(
                said.line,
                f"{name} is a rule for adults and is not used below 18 years.",
                f"{name} 为成人规则，不适用于18岁以下。",
            )


def _said(node: Node) -> Iterator[Scalar]:
    """Yield every text but those that cite."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Items):
        for one in node.nodes:
            yield from _said(one)
    else:
        for key, value in node.entries:
            if key.text not in CITING:
                yield from _said(value)


def _check_ids(root: Entry, faults: Faults) -> None:
    """Note an id that stands twice among the questions, or among the entries of one list."""
    questions: set[str] = set()
    for key in ("intake", "report", "critical", "follow-up"):
        own: set[str] = set()
        for table in _tables(root.node(key)):
            _note_twice(table, questions if key == "intake" else own, faults)
            if key == "report":
                fields = next((node for name, node in table.entries if name.text == "fields"), None)
                for field in _tables(fields):
                    _note_twice(field, questions, faults)


def _note_twice(table: Table, seen: set[str], faults: Faults) -> None:
    for key, node in table.entries:
        if key.text == "id":
            said = getattr(node, "text", "")
            if said and said in seen:
                faults.add(
                    key.line, f"The id {said[:60]!r} is used twice.", f"id“{said[:60]}”重复使用。"
                )
            seen.add(said)


def _tables(node: Node | None) -> Iterator[Table]:
    if isinstance(node, Items):
        yield from (one for one in node.nodes if isinstance(one, Table))


def _lines(root: Entry, key: str) -> list[int]:
    node = root.node(key)
    return [one.line for one in node.nodes] if isinstance(node, Items) else []


def _check_condition(condition: Condition, fields: dict[str, Field], faults: Faults) -> None:
    if not condition.field:
        return
    line = condition.line
    field = fields.get(condition.field)
    if field is None:
        faults.add(
            line,
            f"No field is called {condition.field[:60]!r}.",
            f"没有名为“{condition.field[:60]}”的字段。",
        )
        return
    possible = possible_answers(field)
    if possible is None:
        faults.add(
            line,
            f"{field.id!r} has no countable answers to look for.",
            f"字段“{field.id}”的答案不可枚举，无法作为条件。",
        )
        return
    for answer in condition.answers:
        if answer and possible and answer not in possible:
            faults.add(
                line,
                f"{field.id!r} has no answer {answer[:40]!r}.",
                f"字段“{field.id}”没有答案“{answer[:40]}”。",
            )


def _check_inputs(grade: Field, fields: dict[str, Field], faults: Faults) -> None:
    aid = aids().get(grade.aid)
    if aid is None:
        return
    for one in grade.options:
        if aid.values and one.id not in aid.values:
            faults.add(
                grade.line,
                f"{aid.id!r} never gives {one.id!r}.",
                f"辅助判断“{aid.id}”不会给出“{one.id}”。",
            )
    for wanted in aid.inputs:
        field = fields.get(wanted.name)
        if field is None:
            if wanted.must:
                faults.add(
                    grade.line,
                    f"{aid.id!r} needs a field called {wanted.name!r}.",
                    f"辅助判断“{aid.id}”需要名为“{wanted.name}”的字段。",
                )
            continue
        problem = _unfit(wanted, field) or _sides_unfit(grade, field)
        if problem:
            english, chinese = problem
            faults.add(
                field.line,
                f"{field.id!r} is asked by {aid.id!r} and {english}.",
                f"字段“{field.id}”供辅助判断“{aid.id}”使用，{chinese}。",
            )


def _unfit(wanted: Input, field: Field) -> tuple[str, str] | None:
    same = wanted.kind == field.kind or {wanted.kind, field.kind} <= _NUMBERS
    if not same:
        return f"must be of kind {wanted.kind}", f"类型应为 {wanted.kind}"
    if wanted.measure and field.kind is AnswerKind.MEASURE and field.measure != wanted.measure:
        return f"must be the measure {wanted.measure}", f"测量项目应为 {wanted.measure}"
    other = {one.id for one in field.options} - wanted.options
    if wanted.options and other:
        known = ", ".join(sorted(wanted.options))
        return f"may only be {known}", f"只能取：{known}"
    return None


def _sides_unfit(grade: Field, field: Field) -> tuple[str, str] | None:
    if field.sides and not grade.sides:
        return "has sides, which the grade has not", "分左右侧，而该分级不分"
    return None
