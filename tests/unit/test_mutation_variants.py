"""Variants and mistakes as modules of functions: their marks, and how single functions are cut out of them."""

import pytest

from gradkit.grader.errors import SuiteError
from gradkit.grader.mutation.sources import Source
from gradkit.grader.mutation.variants import load_variants

MODULE = '''
"""Variants."""
from functools import lru_cache

import numpy as np
from gradkit.grader.mutation.variants import variant

try:
    from there_is_no_such_module import double
except ImportError:
    def double(x):
        return 2 * x

TWO, THREE = 2, 3

def helper(x):
    return TWO * x

@lru_cache
def cached(x):
    return np.float64(x)

@variant("f")
def plain(x):
    return helper(x)

@variant("g", loses=("rounding", "dtype"))
@lru_cache
def recursive(x):
    """Return 0."""
    return recursive(x - 1) if x else cached(0)

@variant("f")
def fallback(x):
    return double(x)

@variant("f")
class Callable:
    pass
'''


@pytest.fixture
def source(tmp_path):
    """A module of variants."""
    return make_source(tmp_path, MODULE)


def make_source(folder, text):
    """Write a module and read it."""
    path = folder / "variants.py"
    path.write_text(text)
    return Source(path)


def test_marks_say_question_and_what_is_lost(source):
    """In the order of the module."""
    found = load_variants(source.module)
    assert [(v.name, v.question, sorted(v.loses)) for v in found] == [
        ("plain", "f", []),
        ("recursive", "g", ["dtype", "rounding"]),
        ("fallback", "f", []),
        ("Callable", "f", []),
    ]


def test_marked_functions_stay_what_they_are(source):
    """A variant can be called like any function."""
    assert source.module.plain(3) == 6


def test_a_function_is_cut_out_with_what_it_needs(source):
    """Helpers and constants, under the question's name, without our marks and imports."""
    assert source.cell("plain", "f").split("\n") == [
        "TWO, THREE = (2, 3)",
        "",
        "def helper(x):",
        "    return TWO * x",
        "",
        "def f(x):",
        "    return helper(x)",
    ]


def test_own_decorators_and_calls_of_itself_are_kept(source):
    """Only the grader's marks are taken away, and a function that calls itself calls its new name."""
    assert source.cell("recursive", "g").split("\n") == [
        "from functools import lru_cache",
        "import numpy as np",
        "",
        "@lru_cache",
        "def cached(x):",
        "    return np.float64(x)",
        "",
        "@lru_cache",
        "def g(x):",
        '    """Return 0."""',
        "    return g(x - 1) if x else cached(0)",
    ]


def test_what_a_failed_import_falls_back_to_is_kept(source):
    """A name that one of several statements in a block binds comes with the whole block."""
    assert source.cell("fallback", "f").startswith("try:\n    from there_is_no_such_module import double\n")


def test_a_cut_can_be_made_twice(source):
    """Renaming works on a copy."""
    assert source.cell("plain", "f") == source.cell("plain", "f")
    assert "def g" in source.cell("plain", "g")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def f(x): return x\ndef f(x): return x", "defines f twice: rename one"),
        ("import there_is_no_such_module", "fails: ModuleNotFoundError"),
        ("def f(:", "fails: SyntaxError"),
    ],
)
def test_modules_that_cannot_be_used_are_refused(tmp_path, text, sentence):
    """A second definition would replace the first without a word."""
    with pytest.raises(SuiteError, match=sentence):
        make_source(tmp_path, text)


def test_a_function_that_is_not_there_is_said(source):
    """A mistake that some other code made at run time has no source to be cut out."""
    with pytest.raises(SuiteError, match="nowhere must be defined by a statement of its own"):
        source.cell("nowhere", "f")
