"""The pages of recipes, pathways and decision aids, from the tables the platform reads."""

from __future__ import annotations

from norms_page import MADE, table

SIDES = {"no": "–", "one": "one · 单侧", "both": "both in one image · 双侧同片"}


def measures_page() -> str:
    """Return the page: per recipe its marks in order, what it gives, the rule and its source."""
    from tongying.measure.registry import recipes

    found = recipes().values()
    lines = [
        MADE,
        "",
        "# What is measured, and how · 测量方法",
        "",
        f"{len(found)} recipes. Each lists its marks in the order in which they are set; a length",
        "needs a calibrated image, an angle does not. *(optional)* marks may be left out.",
        "",
        f"共 {len(found)} 种测量方法，按标注顺序列出；长度须有标定，角度不需要。",
        "（选）为可省略的标注。",
        "",
        *table(
            (
                "Recipe",
                "Name · 名称",
                "Marks · 标注",
                "Side · 侧别",
                "Modalities",
                "Gives",
                "Rule and source",
            ),
            (_recipe(one) for one in found),
        ),
    ]
    return "\n".join(lines) + "\n"


def pathways_page() -> str:
    """Return the page: the pathways with what they ask for, and the aids with their sources."""
    from tongying.pathway.aids.registry import aids
    from tongying.pathway.catalogue import pathways

    known = pathways().values()
    used = {field.aid for one in known for field in one.fields() if field.aid}
    lines = [
        MADE,
        "",
        "# Pathways · 病种路径",
        "",
        f"{len(known)} pathways ship with the platform; a hospital adds its own as text",
        "(docs/pathway-format.md). None of their rules is signed: each needs sign-off.",
        "",
        f"平台自带 {len(known)} 条病种路径；医院可自行添加（docs/pathway-format.md）。",
        "规则均未签字。",
        "",
        *table(
            (
                "Pathway",
                "Name · 名称",
                "Version",
                "To send · 需提供",
                "Measured · 测量",
                "Critical",
                "Follow-up",
            ),
            (_pathway(one) for one in known),
        ),
        "",
        "## Sources · 来源",
        "",
        *(f"- `{one.id}`: {source.citation}" for one in known for source in one.sources),
        "",
        "## Decision aids · 决策辅助",
        "",
        "An aid applies a published rule to answers and prompts; it never decides.",
        "",
        *table(
            ("Aid", "Gives · 给出", "Asks for · 所需", "Values · 取值", "Used"),
            (_aid(one, one.id in used) for one in aids().values()),
        ),
    ]
    return "\n".join(lines) + "\n"


def _recipe(one) -> tuple[str, ...]:
    marks = "; ".join(
        f"{step.english} · {step.chinese}{' *(optional)* （选）' if step.optional else ''}"
        for step in one.steps
    )
    return (
        f"`{one.id}` {one.version}",
        f"{one.english} · {one.chinese}",
        marks,
        SIDES[one.sided.value],
        " ".join(sorted(one.modalities)),
        ", ".join(f"`{name}`" for name in one.measures),
        f"{one.rule}. {one.source}",
    )


def _pathway(one) -> tuple[str, ...]:
    return (
        f"`{one.id}`",
        f"{one.name.english} · {one.name.chinese}",
        str(one.version),
        "; ".join(f"{item.words.chinese}{'*' if item.must else ''}" for item in one.intake),
        ", ".join(f"`{to.recipe}`" for to in one.measurements),
        "; ".join(found.words.chinese for found in one.critical),
        "; ".join(rule.words.chinese for rule in one.follow_up),
    )


def _aid(one, used: bool) -> tuple[str, ...]:
    return (
        f"`{one.id}`",
        f"{one.words.english} · {one.words.chinese}",
        ", ".join(f"`{put.name}`{'*' if put.must else ''}" for put in one.inputs),
        ", ".join(one.values) or "–",
        "yes · 是" if used else "no · 否",
    )
