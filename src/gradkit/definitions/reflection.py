"""Finds names with which code could look at, or change, how it is being run.

The count of executed instructions is taken in the guest, so it is worth something only for code that has no
way to reach the counting. Honest numerical code uses none of these names.
"""

import ast
import sys
from collections.abc import Iterator
from types import CodeType

import numpy as np

LONGEST = 40
HARMLESS_MODULES = set(
    """
    abc bisect builtins cmath collections copy dataclasses decimal enum fractions functools heapq itertools math
    numbers operator random statistics time typing warnings __future__
    """.split()
)
"""Modules of Python's own that lead nowhere, as long as nothing below is taken from them. numpy is another."""
FOREIGN = sys.stdlib_module_names - HARMLESS_MODULES - set(np.__all__)  # np.array is none of the module of that name
OF_FRAMES_AND_CODE = ("co_", "cr_", "ag_", "gi_", "tb_", "f_")
HARMLESS_ATTRIBUTES = {"__name__", "__doc__", "__class__", "__len__", "__init__", "__call__"}
REFLECTION = set(
    """
    sys gc inspect ctypes ctypeslib threading _thread multiprocessing os posix socket io _io mmap fcntl signal
    traceback importlib exec eval compile getattr setattr delattr vars dir globals locals __import__
    attrgetter methodcaller breakpoint open settrace setprofile gettrace
    __code__ __globals__ __builtins__ __closure__ __dict__ __subclasses__ __base__ __bases__ __mro__ __func__
    __self__ __traceback__ __getattribute__ __loader__ __spec__ __reduce__ __reduce_ex__ __defaults__
    __kwdefaults__ __wrapped__ __setattr__ __delattr__
    obj mro update_wrapper singledispatch singledispatchmethod testing f2py lib core distutils load loads
    runstring get_type_hints ForwardRef memmap open_memmap DataSource
    """.split()
)


def names_in(node: ast.stmt, code: CodeType) -> Iterator[str]:
    """Yield the names in a compiled top-level statement with which it could pry into its own execution."""
    names = set[str]() if isinstance(node, ast.Import | ast.ImportFrom) else set(_all_names(code))
    suspicious = set[str]()
    for part in ast.walk(node):
        names.update(_names_at(part))
        suspicious.update(_private_or_foreign(part))
    yield from sorted(name[:LONGEST] for name in suspicious | (names & REFLECTION))


def _names_at(node: ast.AST) -> Iterator[str]:
    """Yield the names that an import, a class pattern or a hint of a type reaches; in the code they do not all show."""
    hint = getattr(node, "annotation", None) or getattr(node, "returns", None)
    if isinstance(hint, ast.AST):
        yield from (part.id for part in ast.walk(hint) if isinstance(part, ast.Name))
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from alias.name.split(".")
    elif isinstance(node, ast.ImportFrom):  # `from builtins import range` is harmless, `from sys import *` is not
        yield from (alias.name for alias in node.names if alias.name != "*")
        yield from (node.module or "").split(".")
        if node.module == "builtins" and any(alias.name == "*" for alias in node.names):
            yield "exec"
    elif isinstance(node, ast.MatchClass):
        yield from node.kwd_attrs


def _private_or_foreign(node: ast.AST) -> Iterator[str]:
    """Yield attributes that are nobody's business, patterns that read any attribute, and modules that lead anywhere."""
    if isinstance(node, ast.Attribute):
        yield from _suspicious_attribute(node.attr)
    elif isinstance(node, ast.MatchClass) and (node.patterns or node.kwd_patterns):
        yield "match"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from {name.partition(".")[0] for name in (*modules, *(alias.name for alias in node.names))} & FOREIGN


def _suspicious_attribute(name: str) -> Iterator[str]:
    private = name.startswith("_") and name not in HARMLESS_ATTRIBUTES
    if private or name.startswith(OF_FRAMES_AND_CODE) or name in FOREIGN:
        yield name


def _all_names(code: CodeType) -> Iterator[str]:
    """Yield every global and attribute name that occurs in a piece of code and in the functions within."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all_names(constant)
