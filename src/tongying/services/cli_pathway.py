"""``tongying pathway``: what there is, what one says, and whether a text can be followed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tongying.pathway.aids.registry import aids
from tongying.pathway.catalogue import pathway_of, pathways, text_of
from tongying.pathway.definition import Field, Pathway
from tongying.pathway.faults import PathwayRefused
from tongying.pathway.hanging import viewer_protocol
from tongying.pathway.reading import read_pathway
from tongying.services.command import BAD_INPUT, Json, refusing, say
from tongying.services.norm_files import read_document

pathway_app = typer.Typer(
    no_args_is_help=True, help="Pathways: list, show, check a text, decision aids."
)


@pathway_app.command("list")
@refusing
def list_pathways(as_json: Json = False) -> None:
    """List the pathways that ship with the platform."""
    found = tuple(pathways().values())
    words = "\n".join(
        f"{one.id:28} {one.version:>3}  {one.name.english} {one.name.chinese}" for one in found
    )
    say([_head(one) for one in found], as_json=as_json, words=words or "No pathway is there.")


@pathway_app.command("show")
@refusing
def show(
    name: Annotated[str, typer.Argument(help="Id of the pathway.")],
    text: Annotated[bool, typer.Option("--text", help="Its text, to start another from.")] = False,
    viewer: Annotated[
        bool, typer.Option("--viewer", help="Its layouts as the viewer takes them; JSON.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what a pathway asks for, measures, writes and warns about."""
    found = pathway_of(name)
    if viewer:
        say(viewer_protocol(found), as_json=True)
        return
    if text:
        written = text_of(name)
        say({"pathway": name, "text": written}, as_json=as_json, words=written.rstrip("\n"))
        return
    say(_whole(found), as_json=as_json, words=_words(found))


@pathway_app.command("check")
@refusing
def check(
    file: Annotated[Path, typer.Argument(help="A pathway's text.")],
    as_json: Json = False,
) -> None:
    """Check whether a text can be followed; every fault with its line, and exit code 2."""
    text = read_document(file)
    try:
        found = read_pathway(text, name=file.name)
    except PathwayRefused as refused:
        if as_json:
            say(
                {
                    "code": refused.error_code,
                    "error": refused.sentence,
                    "faults": [one.as_json() for one in refused.faults],
                },
                as_json=True,
            )
        for one in refused.faults:
            typer.echo(f"{file}:{one.line}: {one.sentence} {one.chinese}", err=True)
        raise typer.Exit(BAD_INPUT) from None
    say(
        {**_head(found), "good": True},
        as_json=as_json,
        words=f"{file}: {found.id}, version {found.version}, can be followed.",
    )


@pathway_app.command("aids")
@refusing
def list_aids(as_json: Json = False) -> None:
    """List the decision aids with the fields they ask for and the values they may give."""
    rows = [
        {
            "aid": one.id,
            "english": one.words.english,
            "chinese": one.words.chinese,
            "inputs": [
                {
                    "name": wanted.name,
                    "kind": wanted.kind.value,
                    "must": wanted.must,
                    "options": sorted(wanted.options),
                    "measure": wanted.measure,
                }
                for wanted in one.inputs
            ],
            "values": list(one.values),
        }
        for one in aids().values()
    ]
    words = "\n".join(
        f"{one.id}: {one.words.english} {one.words.chinese}\n"
        + "\n".join(
            f"    {wanted.name} ({wanted.kind}{'' if wanted.must else ', optional'})"
            f"{': ' + ', '.join(sorted(wanted.options)) if wanted.options else ''}"
            for wanted in one.inputs
        )
        for one in aids().values()
    )
    say(rows, as_json=as_json, words=words)


def _head(one: Pathway) -> dict[str, Any]:
    return {
        "pathway": one.id,
        "version": one.version,
        "digest": one.digest,
        "english": one.name.english,
        "chinese": one.name.chinese,
        "specialty": one.specialty.value,
    }


def _whole(one: Pathway) -> dict[str, Any]:
    return {
        **_head(one),
        "keywords": list(one.keywords),
        "intake": [
            {
                "id": item.id,
                "kind": item.kind.value,
                "must": item.must,
                "english": item.words.english,
                "chinese": item.words.chinese,
            }
            for item in one.intake
        ],
        "measure": [{"recipe": item.recipe, "must": item.must} for item in one.measurements],
        "report": [
            {
                "section": section.id,
                "english": section.words.english,
                "chinese": section.words.chinese,
                "fields": [_field(field) for field in section.fields],
            }
            for section in one.sections
        ],
        "critical": [
            {
                "id": item.id,
                "category": item.category.value,
                "english": item.words.english,
                "chinese": item.words.chinese,
                "source": item.source.citation,
                "signed_off_by": item.source.signed_off_by,
            }
            for item in one.critical
        ],
        "follow_up": [
            {
                "id": item.id,
                "field": item.field,
                "answers": list(item.answers),
                "english": item.words.english,
                "chinese": item.words.chinese,
                "source": item.source.citation,
                "signed_off_by": item.source.signed_off_by,
            }
            for item in one.follow_up
        ],
        "sources": [
            {"citation": item.citation, "signed_off_by": item.signed_off_by} for item in one.sources
        ],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "id": field.id,
        "kind": field.kind.value,
        "must": field.must,
        "sides": field.sides,
        "english": field.words.english,
        "chinese": field.words.chinese,
        "options": [option.id for option in field.options],
    }


def _words(one: Pathway) -> str:
    lines = [f"{one.id}, version {one.version}: {one.name.english} {one.name.chinese}", "Send:"]
    lines += [
        f"  {'*' if item.must else '-'} {item.words.english} {item.words.chinese}"
        for item in one.intake
    ]
    if one.measurements:
        lines.append("Measure:")
        lines += [f"  {'*' if item.must else '-'} {item.recipe}" for item in one.measurements]
    lines.append("Report:")
    for section in one.sections:
        lines.append(f"  {section.words.english} {section.words.chinese}")
        lines += [
            f"    {'*' if field.must else '-'} {field.words.english} {field.words.chinese}"
            f" ({field.kind}{', both sides' if field.sides else ''})"
            for field in section.fields
        ]
    if one.critical:
        lines.append("Tell at once:")
        lines += [
            f"  {item.category}: {item.words.english} {item.words.chinese}" for item in one.critical
        ]
    return "\n".join([*lines, "* must be there. Research use only."])
