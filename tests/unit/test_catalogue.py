"""The catalogue loader: order, names, and the errors an author of mistakes can make."""

import sys
from types import ModuleType

import pytest

from gradkit.grader.catalogue import Mistake, load_catalogue, mistake

HEADER = "from gradkit.grader.catalogue import mistake\n"
ONE = '@mistake("Divide by N.")\ndef not_averaged(W, X, y, reg): return 1.0, W\n'
TWO = '@mistake("Swap them.")\ndef swapped(W, X, y, reg): return W, 1.0\n'


def module_of(source: str) -> ModuleType:
    """Return a module named "mistakes" made from source text."""
    module = ModuleType("mistakes")
    exec(HEADER + source, vars(module))  # noqa: S102 - the source is written in this file
    return module


def test_mistakes_come_in_the_order_of_their_definition():
    """The author's order, upstream first, is the order of the catalogue."""
    assert [entry.name for entry in load_catalogue(module_of(TWO + ONE))] == ["swapped", "not_averaged"]


def test_a_mistake_carries_what_its_decorator_says():
    """Name, sentence, place and function all arrive."""
    module = module_of(ONE)

    assert load_catalogue(module) == (Mistake("not_averaged", "Divide by N.", module.not_averaged),)


def test_undecorated_functions_are_no_mistakes():
    """Shared pieces may live in the same module."""
    module = module_of("def probabilities(W, X): return X @ W\n" + ONE)

    assert [entry.name for entry in load_catalogue(module)] == ["not_averaged"]


def test_the_decorated_function_stays_callable():
    """The decorator attaches attributes and returns the very function it was given."""

    def wrong(W, X, y, reg):
        return 0.0, W

    assert mistake("Not started.")(wrong) is wrong


def test_a_second_mistake_by_the_same_name_is_refused_where_it_is_defined():
    """Python would replace the first silently; its author learns both lines instead."""
    with pytest.raises(ValueError, match=r"two mistakes are called not_averaged, in lines 2 and 4; rename one"):
        module_of(ONE + ONE)


def test_a_second_mistake_by_the_same_name_is_refused_under_an_alias():
    """Two attributes of the module may still hold functions of one name."""
    module = module_of(ONE)
    module.alias = module.not_averaged

    with pytest.raises(ValueError, match="two mistakes are called not_averaged; rename one"):
        load_catalogue(module)


def test_a_module_may_be_executed_again():
    """Reloading defines the same mistakes in the same lines, which is no conflict."""
    module = module_of(ONE)
    exec(HEADER + ONE, vars(module))  # noqa: S102 - the source is written in this file

    assert len(load_catalogue(module)) == 1


def test_an_empty_catalogue_is_an_error():
    """A course that loses its catalogue by a typing error should hear of it."""
    with pytest.raises(ValueError, match="mistakes: no function is decorated"):
        load_catalogue(module_of(""))


def test_errors_name_the_file_when_there_is_one():
    """The author is told which file to open."""
    with pytest.raises(ValueError, match=r"test_catalogue\.py: no function is decorated"):
        load_catalogue(sys.modules[__name__])


@pytest.mark.parametrize("sentence", ["", "  \n"])
def test_an_empty_sentence_is_refused(sentence):
    """A mistake without a sentence explains nothing."""
    with pytest.raises(ValueError, match="needs a sentence"):
        mistake(sentence)
