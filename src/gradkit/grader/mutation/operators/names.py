"""Changes of names: one loop counter for another, one local array for another, a size that is one off."""

import ast
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple


class Role(Enum):
    """What a local name stands for: only names of one role are mistaken for each other."""

    COUNTER = "counts the rounds of a loop"
    SIZE = "is a number of examples, features or classes"
    ARRAY = "holds a result of which parts are taken"
    NUMBER = "holds a result that is used as a whole"


class Local(NamedTuple):
    """What is known of a local name: its role, and in which statement (counted from 0) it is first bound."""

    role: Role
    bound: int


def local_names(statements: list[ast.stmt]) -> dict[str, Local]:
    """Return the local names that a list of statements, in the order of the text, binds."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    parted = {node.value.id for node in nodes if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)}
    found: dict[str, Local] = {}
    for number, statement in enumerate(statements):
        for name, role in _bound(statement):
            found.setdefault(name, Local(Role.ARRAY if role is Role.NUMBER and name in parted else role, number))
    return found


def _bound(statement: ast.stmt) -> Iterator[tuple[str, Role]]:
    """Yield the names that a statement itself binds, each with its role."""
    if isinstance(statement, ast.For):
        yield from ((node.id, Role.COUNTER) for node in ast.walk(statement.target) if isinstance(node, ast.Name))
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _assigned(target, statement.value)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, Role]]:
    if isinstance(target, ast.Tuple):
        values = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
        for part, its_value in zip(target.elts, values, strict=False):
            yield from _assigned(part, its_value)
    elif isinstance(target, ast.Name):
        yield target.id, Role.SIZE if _is_size(value) else Role.NUMBER


def _is_size(value: ast.expr) -> bool:
    """Tell whether an expression is ``A.shape``, ``A.shape[0]`` or ``len(A)``."""
    if isinstance(value, ast.Subscript):
        return _is_size(value.value)
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "len"
    return isinstance(value, ast.Attribute) and value.attr == "shape"


def other_name(node: ast.expr, number: int, names: dict[str, Local]) -> Iterator[ast.expr]:
    """Yield other names of the same role for a name read in statement ``number``, if they are bound by then."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        mine = names[node.id].role
        for name, (role, bound) in names.items():
            if name != node.id and role is mine and bound < number:
                yield ast.Name(name, ast.Load())


def off_by_one(node: ast.expr, number: int, names: dict[str, Local]) -> Iterator[ast.expr]:
    """Yield ``n - 1`` and ``n + 1`` for a size, and ``i - 1`` for a loop's counter."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or node.id not in names:
        return
    role = names[node.id].role
    if role in {Role.SIZE, Role.COUNTER}:
        yield ast.BinOp(node, ast.Sub(), ast.Constant(value=1))
    if role is Role.SIZE:
        yield ast.BinOp(node, ast.Add(), ast.Constant(value=1))
