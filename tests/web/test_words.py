"""Every word of the pages in Chinese: none missing, none left over, every placeholder kept."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils import translation
from message_ids import CATALOGUE, WEB, Message, all_messages

from tongying.consult.case import Confidence, Urgency
from tongying.consult.people import Role
from tongying.consult.states import OWNER, Move, Owner, State
from tongying.kernel.errors import TongyingError
from tongying.web.pages import sentences, words
from tongying.web.pages.worklist import TAB_WORDS

PLACEHOLDER = re.compile(r"%\(\w+\)0?\d*[sd]|\{\w+\}")
CONSULT = WEB.parent / "consult"
# Shown in the middle of a sentence or as they are in both languages.
SAME = {"简体中文", "DICOMweb", "FHIR", "AE title"}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


@pytest.fixture(scope="module")
def wanted() -> dict[Message, list[str]]:
    return all_messages()


def _entries(catalogue: Catalog) -> dict[tuple[str, str], str]:
    found = {}
    for entry in catalogue:
        if entry.id:
            singular = entry.id[0] if isinstance(entry.id, tuple) else entry.id
            text = entry.string[0] if isinstance(entry.string, tuple) else entry.string
            found[entry.context or "", singular] = text
    return found


def test_the_extraction_finds_both_sources(wanted: dict[Message, list[str]]) -> None:
    places = {path.rpartition(".")[2] for paths in wanted.values() for path in paths}
    assert places == {"py", "html"}
    assert Message("state", "Being read", "") in wanted
    assert Message("", "%(number)s case", "%(number)s cases") in wanted


def test_every_message_has_a_translation(
    catalogue: Catalog, wanted: dict[Message, list[str]]
) -> None:
    kept = _entries(catalogue)
    missing = {
        (one.context, one.id): paths
        for one, paths in wanted.items()
        if not kept.get((one.context, one.id), "").strip()
    }
    assert missing == {}


def test_no_translation_is_left_over(catalogue: Catalog, wanted: dict[Message, list[str]]) -> None:
    assert set(_entries(catalogue)) - {(one.context, one.id) for one in wanted} == set()
    assert not catalogue.obsolete


def test_placeholders_are_kept(catalogue: Catalog) -> None:
    for (_context, singular), text in _entries(catalogue).items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(singular)), singular


def test_translations_are_chinese(catalogue: Catalog) -> None:
    plain = {
        singular
        for (_context, singular), text in _entries(catalogue).items()
        if re.search("[A-Za-z]{2}", singular)
        and not re.search("[\u4e00-\u9fff]", PLACEHOLDER.sub("", text))
    }
    assert plain - SAME <= {
        "%(hours)d h %(minutes)02d",
        "{done} of {all}",
        "{frame} of {frames}",
        "{at} of {n}",
        "{length}, {size}",
    }


def test_compiled_catalogue_is_read_by_gettext(tmp_path: Path, catalogue: Catalog) -> None:
    spec = importlib.util.spec_from_file_location(
        "compile_messages", WEB.parents[2] / "scripts" / "compile_messages.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    import gettext

    source = tmp_path / "django.po"
    source.write_bytes(CATALOGUE.read_bytes())
    with module.compile_catalogue(source).open("rb") as file:
        read = gettext.GNUTranslations(file)
    assert read.pgettext("state", "Being read") == "阅片中"
    assert read.ngettext("%(number)s case", "%(number)s cases", 2) == "%(number)s 例会诊"
    for (context, singular), text in _entries(catalogue).items():
        said = read.pgettext(context, singular) if context else read.gettext(singular)
        assert said in (text, singular)


def test_the_compiler_refuses_a_broken_catalogue(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "compile_messages", WEB.parents[2] / "scripts" / "compile_messages.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    source = tmp_path / "django.po"
    source.write_text('msgid "a"\nmsgstr "b\n')
    with pytest.raises(SystemExit, match="line 2"):
        module.read_po(source)


def test_every_term_has_a_word() -> None:
    assert set(words.STATE_WORDS) == set(State)
    assert set(words.MOVE_WORDS) == set(Move)
    assert set(words.ROLE_WORDS) == set(Role)
    assert set(words.URGENCY_WORDS) == set(Urgency)
    assert set(words.CONFIDENCE_WORDS) == set(Confidence)
    assert set(words.OWNER_WORDS) == set(OWNER.values()) - {Owner.NOBODY}
    assert set(words.EVENT_WORDS) == set(Move) - {Move.EDIT, Move.WRITE}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_words_are_told_apart(language: str) -> None:
    """Two states, moves or roles with one word would be one to the reader."""
    with translation.override(language):
        for table in (words.STATE_WORDS, words.MOVE_WORDS, words.ROLE_WORDS, TAB_WORDS):
            said = [str(word) for word in table.values()]
            assert len(set(said)) == len(said)
            assert all(said)


def _raised() -> list[tuple[str, str, str]]:
    """Return class, code and fixed sentence of every refusal that the case can answer with."""
    codes: dict[str, str] = {"TongyingError": TongyingError.code}
    trees = [
        ast.parse(path.read_text())
        for folder in (CONSULT, WEB / "cases")
        for path in sorted(folder.rglob("*.py"))
    ]
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                named = isinstance(line, ast.AnnAssign) and ast.unparse(line.target) == "code"
                if named and isinstance(line.value, ast.Constant):
                    codes[node.name] = str(line.value.value)
    found = []
    for node in (node for tree in trees for node in ast.walk(tree)):
        if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args):
            continue
        name = ast.unparse(node.exc.func).rpartition(".")[2]
        sentence = node.exc.args[0]
        if name in codes and isinstance(sentence, ast.Constant):
            found.append((name, codes[name], str(sentence.value)))
    return found


def test_every_refusal_of_a_case_is_said_in_chinese() -> None:
    raised = _raised()
    assert len(raised) > 15
    with translation.override("zh-hans"):
        untold = [
            (name, sentence)
            for name, code, sentence in raised
            if code not in sentences.BY_CODE and sentences.said(sentence) == sentence
        ]
    assert untold == []


def test_sentences_keep_their_numbers() -> None:
    with translation.override("zh-hans"):
        assert sentences.said("The image has no frame 7.") == "该影像没有第 7 帧。"
        assert (
            sentences.said("The study date is not a date; it counts as unknown.")
            == "检查日期不是有效日期，按“不详”处理。"
        )
        assert sentences.said("A sentence nobody knows.") == "A sentence nobody knows."
