"""Finds the loops in source code: where Python goes through things one by one.

A loop whose length stands in the source, over a tuple of names or ``range(3)``, is none that grows with the data.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from gradkit.definitions.cells import Sliced

MAX_FIXED = 100
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
CALLS_BACK = {"map", "filter", "starmap", "vectorize", "frompyfunc", "apply_along_axis", "fromiter"}
"""Functions that call another one for each element. (Not reduce: ufuncs have an honest method of that name.)"""


class Loop(NamedTuple):
    """A loop: the first and the last of its lines that run again and again, and what it is."""

    first: int
    last: int
    kind: str


def loops_needed(name: str, sliced: Sliced) -> Iterator[tuple[int, int, int, str]]:
    """Yield cell, first line, last line and kind of each loop in what a graded function needs, itself included."""
    for statement in sliced.statements:
        if statement.binds & {name, *sliced.reads[name]}:
            for loop in loops_in(statement.node):
                yield statement.cell, *loop


def loops_in(statement: ast.stmt) -> tuple[Loop, ...]:
    """Return the loops in a statement, in the order of their lines."""
    return tuple(sorted({loop for node in ast.walk(statement) for loop in _loops_at(node)}))


def _loops_at(node: ast.AST) -> Iterator[Loop]:
    if isinstance(node, ast.While):
        yield Loop(node.lineno, node.lineno, "a while loop")
    elif isinstance(node, ast.For | ast.AsyncFor):
        if not _is_fixed(node.iter):
            yield Loop(node.lineno, node.lineno, "a for loop")
    elif isinstance(node, COMPREHENSIONS):
        for part in node.generators:
            if not _is_fixed(part.iter):
                yield Loop(part.target.lineno, part.iter.end_lineno or part.iter.lineno, "a comprehension")
    elif isinstance(node, ast.Call):
        yield from _loops_of_call(node)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (_over_all_lines(name, "recursion") for name in _names(node, node.name))
        decorators = (decorator for decorator in node.decorator_list if not isinstance(decorator, ast.Call))
        yield from (_over_all_lines(d, _name_of(d)) for d in decorators if _name_of(d) in CALLS_BACK)
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        targets = {target.id for target in node.targets if isinstance(target, ast.Name)}
        yield from (_over_all_lines(name, "recursion") for target in targets for name in _names(node.value, target))


def _loops_of_call(node: ast.Call) -> Iterator[Loop]:
    name = _name_of(node.func)
    is_functools = isinstance(node.func, ast.Name) or _name_of(getattr(node.func, "value", None)) == "functools"
    if name in CALLS_BACK or (name == "reduce" and is_functools):
        if not (len(node.args) > 1 and all(map(_is_fixed, node.args[1:]))):
            yield _over_all_lines(node, name)
    elif name in {"sorted", "sort", "min", "max"} and any(keyword.arg == "key" for keyword in node.keywords):
        yield _over_all_lines(node, f"{name} with a key")


def _over_all_lines(node: ast.expr, kind: str) -> Loop:
    return Loop(node.lineno, node.end_lineno or node.lineno, kind)


def _names(node: ast.AST, name: str) -> Iterator[ast.Name]:
    """Yield where a name is read within a node."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Load):
            yield inner


def _name_of(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_fixed(node: ast.expr) -> bool:
    """Tell whether the length of what a loop runs over stands in the source."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return not any(isinstance(element, ast.Starred) for element in node.elts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "range":
            numbers = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            return len(numbers) == len(node.args) and all(type(n) is int and abs(n) <= MAX_FIXED for n in numbers)
        return node.func.id in {"zip", "enumerate", "reversed"} and any(map(_is_fixed, node.args))
    return False
