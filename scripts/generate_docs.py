"""Write docs/generated: states, permissions, errors, norms, each from the tables the code runs on.

Run it after changing those tables; a test fails while the pages say something else.
"""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from compile_messages import read_po  # noqa: E402 - found beside this file
from measures_page import measures_page, pathways_page  # noqa: E402 - found beside this file
from norms_page import norms_page  # noqa: E402 - found beside this file

TARGET = REPOSITORY / "docs" / "generated"
SOURCE = REPOSITORY / "src" / "tongying"
CATALOGUE = SOURCE / "web" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
MADE = "<!-- Made by scripts/generate_docs.py from the code's own tables; do not edit. -->"
NOT_IMPORTED = {"tongying.services.worker", "tongying.services.demo"}
"""They set durable work up when imported, and define no refusals."""


@dataclass(frozen=True)
class Words:
    """The clinic's words in both languages, from the pages' own tables and catalogue."""

    chinese: dict[str, str] = field(default_factory=lambda: read_po(CATALOGUE))

    def both(self, context: str, promise: object) -> tuple[str, str]:
        """Return a term in English and in Chinese."""
        from django.utils import translation

        with translation.override("en"):
            english = str(promise)
        return english, self.chinese[f"{context}\x04{english}"]


def states_page(words: Words) -> str:
    """Return the page of states and moves."""
    from tongying.consult.states import OWNER, PRIVATE, RULES, Owner, State
    from tongying.web.pages.words import MOVE_WORDS, OWNER_WORDS, STATE_WORDS

    def owner(of: State) -> tuple[str, str]:
        if OWNER[of] is Owner.NOBODY:
            return "nobody: ended", "无（已结束）"
        return words.both("owner", OWNER_WORDS[OWNER[of]])

    lines = [MADE, "", "# States of a case · 病例状态", "", "```mermaid", "stateDiagram-v2"]
    lines += [
        f"    {one.value} : {' · '.join(words.both('state', STATE_WORDS[one]))}" for one in State
    ]
    lines.append(f"    [*] --> {State.DRAFT.value}")
    for move, rule in RULES.items():
        for source in State:
            if source in rule.sources:
                target = rule.target or source
                lines.append(f"    {source.value} --> {target.value} : {move.value}")
    lines += [f"    {one.value} --> [*]" for one in State if OWNER[one] is Owner.NOBODY]
    lines += ["```", "", "## Who acts next · 下一步由谁处理", ""]
    lines += table(
        ("State", "Word", "中文", "Who acts next", "下一步", "Who knows of it · 谁能看到"),
        (
            (
                f"`{one.value}`",
                *words.both("state", STATE_WORDS[one]),
                *owner(one),
                "its author alone · 仅作者" if one in PRIVATE else "both sides · 双方",
            )
            for one in State
        ),
    )
    lines += ["", "## Moves · 操作", ""]
    lines += table(
        ("Move", "Word", "中文", "From", "To", "Who may · 谁可以", "Needs a reason · 需写明原因"),
        (
            (
                f"`{move.value}`",
                *words.both("move", MOVE_WORDS[move]),
                ", ".join(f"`{one.value}`" for one in State if one in rule.sources),
                f"`{rule.target.value}`" if rule.target else "(stays · 不变)",
                ", ".join(relation_name(one) for one in ordered(rule.by)),
                "yes · 是" if rule.needs_reason else "",
            )
            for move, rule in RULES.items()
        ),
    )
    return "\n".join(lines) + "\n"


def permissions_page(words: Words) -> str:
    """Return the page of relations, and of what each role may do."""
    from tongying.consult.people import Relation, Role
    from tongying.consult.states import OWNER, RULES
    from tongying.web.pages.words import ROLE_WORDS

    lines = [MADE, "", "# Who sees what, and who may do what · 权限", ""]
    lines += [
        "What one may not see answers as if it did not exist (404). A member sees their own",
        "hospital's studies, and the studies of the cases they are invited to.",
        "",
        "看不到的内容一律按不存在处理（404）。成员可看到本院的检查，以及受邀病例中的检查。",
        "",
        "## How one stands to a case · 与病例的关系",
        "",
    ]
    lines += table(
        ("Relation", "Meaning", "含义"),
        (
            (relation_name(one), RELATION_WORDS[one.value][0], RELATION_WORDS[one.value][1])
            for one in Relation
        ),
    )
    lines += [
        "",
        "## Relation by role and hospital · 按角色与医院",
        "",
        "Of a case that has been sent. A draft is its author's alone.",
        "指已提交的病例；草稿仅作者可见。",
        "",
    ]
    lines += table(
        (
            "Role",
            "English",
            "中文",
            "asking hospital · 申请医院",
            "answering hospital · 会诊医院",
            "another hospital · 其他医院",
            "assigned expert · 受派专家",
        ),
        (
            (f"`{role.value}`", *words.both("role", ROLE_WORDS[role]), *standings(role))
            for role in Role
        ),
    )
    lines += ["", "## Moves by relation · 各关系可做的操作", ""]
    lines += table(
        ("State", *(relation_name(one) for one in Relation)),
        (
            (
                f"`{state.value}`",
                *(
                    ", ".join(
                        f"`{move.value}`"
                        for move, rule in RULES.items()
                        if relation in rule.by and state in rule.sources
                    )
                    for relation in Relation
                ),
            )
            for state in OWNER
        ),
    )
    lines += ["", "## Beyond cases · 病例之外", ""]
    lines += table(
        (
            "Role",
            "English",
            "中文",
            "brings images in · 上传影像",
            "joins records of a child · 合并患儿",
            "reads the audit trail · 查看审计记录",
            "looks after members · 管理成员",
        ),
        (
            (f"`{role.value}`", *words.both("role", ROLE_WORDS[role]), *abilities(role))
            for role in Role
        ),
    )
    return "\n".join(lines) + "\n"


RELATION_WORDS = {
    "asking": ("a requester of the hospital that asks", "申请医院的申请医生"),
    "author": ("the requester who wrote this question", "填写本问题的医生"),
    "desk": ("a coordinator of the hospital that answers", "会诊医院的协调员"),
    "assignee": ("the expert who is to answer", "负责答复的专家"),
    "colleague": (
        "any other member of the hospital that asks: reads, moves nothing",
        "申请医院的其他成员：可看，不能操作",
    ),
    "offered": (
        "an expert to whom the unassigned case is offered",
        "可认领未分派病例的专家",
    ),
    "panellist": (
        "a specialist invited to the joint panel",
        "受邀参加联合会诊的专家",
    ),
    "receiving": (
        "a coordinator or the named doctor of the hospital that receives the child",
        "接收医院的协调员或指定医生",
    ),
}


def standings(role: object) -> Iterable[str]:
    """Ask the access rule how a member of each hospital stands to a case that was sent."""
    from tongying.consult.access import relations
    from tongying.consult.case import Case, Question
    from tongying.consult.people import Role, Viewer
    from tongying.consult.states import State
    from tongying.kernel.ids import CaseId, HospitalCode, UserId

    asking, answering = HospitalCode("A"), HospitalCode("B")
    case = Case(CaseId(1), State.READING, asking, answering, UserId(1), UserId(2), Question())
    for hospital, user in (("A", 3), ("B", 3), ("C", 3), ("B", 2)):
        viewer = Viewer(UserId(user), "", HospitalCode(hospital), Role(role))
        yield ", ".join(relation_name(one) for one in ordered(relations(viewer, case)))


def abilities(role: object) -> Iterable[str]:
    """Ask the web's own rules what a role may do in its hospital."""
    from tongying.consult.people import Role, Viewer
    from tongying.kernel.ids import HospitalCode, UserId
    from tongying.web.people.members import may_manage
    from tongying.web.records.child_page import may_join
    from tongying.web.trail.listing import may_read_trail
    from tongying.web.uploads.store import may_upload

    viewer = Viewer(UserId(1), "", HospitalCode("A"), Role(role))
    for rule in (may_upload, may_join, may_read_trail, may_manage):
        yield "yes · 是" if rule(viewer) else ""


def panel_page(words: Words) -> str:
    """Return the page of the joint panel's states and moves."""
    from tongying.consult.panel_rules import CASE_STATES, PANEL_RULES, PanelState, SeatState
    from tongying.consult.states import State
    from tongying.web.pages.panel_words import (
        PANEL_MOVE_WORDS,
        PANEL_STATE_WORDS,
        SEAT_STATE_WORDS,
    )

    def names(kind: type, given: Iterable[object]) -> str:
        return ", ".join(f"`{one.value}`" for one in kind if one in given)

    lines = [MADE, "", "# Joint panel · 联合会诊", ""]
    lines += [
        f"A panel sits while its case is {names(State, CASE_STATES)}.",
        "A panellist acts on their own seat only. Signing the case's opinion closes the panel.",
        "",
    ]
    for kind, said, context in (
        (PanelState, PANEL_STATE_WORDS, "panel"),
        (SeatState, SEAT_STATE_WORDS, "seat"),
    ):
        rows = ((f"`{one.value}`", *words.both(context, said[one])) for one in kind)
        lines += [*table(("State", "Word", "中文"), rows), ""]
    lines += table(
        ("Move", "Word", "中文", "From", "To", "Seat · 席位", "Who may · 谁可以", "Reason · 原因"),
        (
            (
                f"`{move.value}`",
                *words.both("panel move", PANEL_MOVE_WORDS[move]),
                names(PanelState, rule.sources),
                f"`{rule.target.value}`" if rule.target else "(stays · 不变)",
                names(SeatState, rule.seat),
                ", ".join(relation_name(one) for one in ordered(rule.by)),
                "yes · 是" if rule.needs_reason else "",
            )
            for move, rule in PANEL_RULES.items()
        ),
    )
    return "\n".join(lines) + "\n"


def referral_page(words: Words) -> str:
    """Return the page of a referral's states, deadlines and moves."""
    from tongying.consult.outcome import OUTCOME_WITHIN
    from tongying.consult.referral import (
        CHECK_IN_WITHIN,
        MISSED_WITHIN,
        REFERRAL_ANSWER_WITHIN,
        REFERRAL_OWNER,
        REFERRAL_RULES,
        ReferralState,
        Side,
    )
    from tongying.web.pages.referral_words import (
        REFERRAL_MOVE_WORDS,
        REFERRAL_STATE_WORDS,
        SIDE_WORDS,
    )

    def side(of: Side) -> str:
        both = words.both("referral side", SIDE_WORDS[of]) if of in SIDE_WORDS else ("nobody", "无")
        return " · ".join(both)

    def hours(span: timedelta) -> str:
        return f"{span.total_seconds() / 3600:g} h"

    answer = ", ".join(f"{one.value} {hours(span)}" for one, span in REFERRAL_ANSWER_WITHIN.items())
    due = {
        ReferralState.SENT: f"{answer} from sending",
        ReferralState.ACCEPTED: f"{hours(CHECK_IN_WITHIN)} after the appointment",
        ReferralState.DECLINED: "as long as an answer takes, from the refusal",
        ReferralState.NOT_ARRIVED: f"{hours(MISSED_WITHIN)} from then",
        ReferralState.ARRIVED: f"{OUTCOME_WITHIN.days} days from sending or the last outcome",
    }
    lines = [MADE, "", "# Referral · 转诊", "", "Every open state has an owner and a deadline.", ""]
    lines += table(
        ("State", "Word", "中文", "Who acts next · 下一步", "By when"),
        (
            (
                f"`{one.value}`",
                *words.both("referral", REFERRAL_STATE_WORDS[one]),
                side(REFERRAL_OWNER[one]),
                due.get(one, ""),
            )
            for one in ReferralState
        ),
    )
    lines += [""]
    lines += table(
        ("Move", "Word", "中文", "From", "To", "Who may · 谁可以", "Reason · 原因"),
        (
            (
                f"`{move.value}`",
                *words.both("referral move", REFERRAL_MOVE_WORDS[move]),
                ", ".join(f"`{one.value}`" for one in ReferralState if one in rule.sources)
                or "(a signed case · 已签名的病例)",
                f"`{rule.target.value}`" if rule.target else "(stays · 不变)",
                ", ".join(side(one) for one in Side if one in rule.by),
                "yes · 是" if rule.needs_reason else "",
            )
            for move, rule in REFERRAL_RULES.items()
        ),
    )
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    """Return the page of refusals."""
    from tongying.web.middleware.problem import status_of

    raised = raising_modules()
    lines = [MADE, "", "# Refusals · 错误代码", ""]
    lines += [
        "Every refusal has a stable code. The command line exits with 2 and one sentence; HTTP",
        "answers with the status below and, to machines, a problem document (RFC 9457) whose",
        "`code` this is. Where a protocol names a better status (406 of DICOMweb, 415 and 460 of",
        "tus), that is sent.",
        "",
    ]
    rows = []
    for kind in refusals():
        places = sorted(raised.get(kind.__name__, set()) | {kind.__module__})
        rows.append(
            (
                f"`{kind.code}`",
                f"`{kind.__name__}`",
                str(status_of(kind.__new__(kind))),
                first_sentence(kind),
                ", ".join(f"`{place.removeprefix('tongying.')}`" for place in places),
            )
        )
    lines += table(("Code", "Class", "HTTP", "Meaning", "Defined and raised in"), sorted(rows))
    return "\n".join(lines) + "\n"


def refusals() -> list[type]:
    """Return every kind of refusal that can be raised, bases aside."""
    import tongying
    from tongying.kernel import errors

    for module in pkgutil.walk_packages(tongying.__path__, "tongying."):
        if module.name not in NOT_IMPORTED and "migrations" not in module.name.split("."):
            importlib.import_module(module.name)
    found: set[type] = set()
    waiting: list[type] = [errors.TongyingError]
    while waiting:
        below = waiting.pop().__subclasses__()
        found.update(below)
        waiting += below
    ours = {one for one in found if one.__module__.startswith("tongying.")}
    return sorted(
        (one for one in ours if one.__module__ != errors.__name__),
        key=lambda one: (one.__module__, one.__name__),
    )


def raising_modules() -> dict[str, set[str]]:
    """Return, by the name of a class, the modules in which it is raised or handed on."""
    raised: dict[str, set[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
                name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
                raised.setdefault(name, set()).add(module)
    return raised


def first_sentence(kind: type) -> str:
    """Return the first line of a class's docstring."""
    return (kind.__doc__ or "").strip().splitlines()[0].replace("|", "\\|")


def relation_name(relation: object) -> str:
    """Return a relation as the pages write it."""
    value = str(relation)
    return f"{value} · {RELATION_SHORT[value]}"


RELATION_SHORT = {
    "asking": "申请方",
    "author": "作者",
    "desk": "协调员",
    "assignee": "受派专家",
    "colleague": "申请方同事",
    "offered": "候选专家",
    "panellist": "会诊专家",
    "receiving": "接收方",
}


def ordered(relations: Iterable[object]) -> list[object]:
    """Return relations in the order of the enumeration."""
    from tongying.consult.people import Relation

    given = set(relations)
    return [one for one in Relation if one in given]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Return a Markdown table."""
    heads = list(head)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def pages() -> dict[str, str]:
    """Return every page by its file name; Django must be set up."""
    words = Words()
    return {
        "states.md": states_page(words),
        "permissions.md": permissions_page(words),
        "panel.md": panel_page(words),
        "referral.md": referral_page(words),
        "errors.md": errors_page(),
        "norms.md": norms_page(),
        "measures.md": measures_page(),
        "pathways.md": pathways_page(),
    }


def main() -> None:
    """Write the pages and say which have changed."""
    with TemporaryDirectory() as scratch:
        # The settings want a data directory; these pages need nothing that lies in one.
        os.environ["TONGYING_DATA"] = scratch
        from tongying.web.boot import boot

        boot(Path(scratch))
        made = pages()
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        path = TARGET / name
        changed = not path.exists() or path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8")
        print(f"{name}: {'written' if changed else 'as it was'}")


if __name__ == "__main__":
    main()
