"""The base error, its kinds and their codes; examples in docstrings hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tongying.consult
import tongying.kernel
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, TongyingError

MODULES = [
    name
    for package in (tongying.kernel, tongying.consult)
    for _, name, _ in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (TongyingError, "tongying.refused"),
        (BadInput, "input.bad"),
        (NotFound, "object.not-found"),
        (NotAllowed, "move.not-allowed"),
        (Conflict, "state.conflict"),
    ],
)
def test_an_error_is_a_sentence_and_a_code(kind, code):
    error = kind("The file is empty.")
    assert str(error) == error.sentence == "The file is empty."
    assert error.error_code == code
    assert isinstance(error, TongyingError)


def test_one_error_may_carry_a_code_of_its_own():
    error = BadInput("The file is empty.", code="file.empty")
    assert error.error_code == "file.empty"
    assert BadInput("The next one.").error_code == "input.bad"


def test_the_kinds_do_not_overlap():
    kinds = (BadInput, NotFound, NotAllowed, Conflict)
    assert not any(issubclass(a, b) for a in kinds for b in kinds if a is not b)


def test_a_caveat_says_itself_in_json():
    assert Caveat("age.unknown", "The age is unknown.").as_json() == {
        "code": "age.unknown",
        "sentence": "The age is unknown.",
    }


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_hold(name):
    result = doctest.testmod(
        importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert result.failed == 0


def test_there_are_examples_to_check():
    finder = doctest.DocTestFinder()
    modules = [importlib.import_module(name) for name in MODULES]
    assert sum(len(test.examples) for one in modules for test in finder.find(one)) >= 4
