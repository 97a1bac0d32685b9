"""Names with which code could reach the counting of instructions, and code that uses none."""

import ast

import pytest

from gradkit.definitions.reflection import names_in


def names(source):
    """Return the suspicious names in a statement."""
    (node,) = ast.parse(source).body
    return list(names_in(node, compile(ast.Module([node], []), "<cell>", "exec")))


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np",
        "from numpy import exp, log",
        "import numpy.linalg as la",
        "import math, random, time",
        "from builtins import range",
        "from past.builtins import xrange",
        "from collections import defaultdict",
        "import matplotlib.pyplot as plt",
        "from __future__ import division",
        "import functools, itertools, operator, warnings, copy",
        "def f(X, y):\n    np.random.seed(0)\n    return np.select([np.array(X)], [np.copy(y)]), X.real, X.size",
        "def f(W, X, y, reg):\n    _s = X.dot(W)\n    return _helper(_s)[np.arange(len(y)), y].mean()",
        "class C:\n    def __init__(self):\n        self.W = 1\n\n    def __call__(self):\n        return 1",
        "def f(x: np.ndarray, core: float = 1) -> 'tuple[float, np.ndarray]':\n    vars = x\n    return vars",
        "def f(x):\n    match x:\n        case [a, b]:\n            x = a\n        case int():\n            x = 1",
    ],
)
def test_honest_code_uses_none(source):
    """Imports, helpers with an underscore and classes are no reason for suspicion."""
    assert names(source) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import sys", "sys"),
        ("import os.path", "os"),
        ("from os import path", "os"),
        ("import pickle", "pickle"),
        ("import timeit", "timeit"),
        ("import string", "string"),
        ("from pkgutil import resolve_name", "pkgutil"),
        ("def f():\n    import marshal\n    return marshal", "marshal"),
        ("def f():\n    from types import FunctionType as g\n    return g", "types"),
        ("from builtins import *", "exec"),
        ("from builtins import exec as range", "exec"),
        ("import numpy.testing as t", "testing"),
        ("from numpy import testing", "testing"),
        ("f = np.testing.runstring", "runstring"),
        ("g = np.load(x, allow_pickle=True)", "load"),
        ("g = random._os", "_os"),
        ("from typing import types", "types"),
        ("g = fractions.re", "re"),
        ("g = map.mro()", "mro"),
        ("g = e.obj", "obj"),
        ("g = holder().cr_code", "cr_code"),
        ("g = c.co_consts", "co_consts"),
        ("g = functools.update_wrapper", "update_wrapper"),
        ("g = collections._sys", "_sys"),
        ("g = np.core._internal", "_internal"),
        ("def f(w):\n    match w:\n        case object(sys=s):\n            return s", "sys"),
        ("def f(w):\n    match w:\n        case A(s):\n            return s", "match"),
        ("def f(x):\n    return eval('x')", "eval"),
        ("g = lambda e: e.__traceback__", "__traceback__"),
        ("def f(x: exec('print()')):\n    return x", "exec"),
        ("@functools.singledispatch\ndef f(x):\n    return x", "singledispatch"),
        ("from functools import singledispatch as d", "singledispatch"),
    ],
)
def test_what_leads_to_the_counting_is_named(source, name):
    """However it is imported, renamed, nested or matched."""
    assert name in names(source)


def test_a_name_is_told_in_part_if_it_is_long():
    """A message is not made long by it."""
    assert {len(name) for name in names("g = gc._" + "x" * 10_000)} == {2, 40}
