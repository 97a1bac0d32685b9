"""Changes inside an expression: arithmetic, signs, comparisons, constants, transposes, indices.

Every operator takes one expression and yields what could stand in its place. The given nodes are never changed;
what is yielded may share parts with them.
"""

import ast
from collections.abc import Iterator
from typing import Any

OTHER_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
COMMUTATIVE = (ast.Add, ast.Mult)
COMPARISONS: tuple[type[ast.cmpop], ...] = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def makes_rounds(node: ast.Call) -> bool:
    """Tell whether a call gives a loop its rounds: without it, or with a sign before it, no loop would start."""
    return isinstance(node.func, ast.Name) and node.func.id in {"range", "enumerate", "zip"}


def arithmetic(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``a - b`` for ``a + b``, and the like."""
    if isinstance(node, ast.BinOp):
        for other in OTHER_ARITHMETIC.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)


def operand_alone(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``a`` and ``b`` for ``a + b``."""
    if isinstance(node, ast.BinOp):
        yield node.left
        yield node.right


def operands_swapped(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``b - a`` for ``a - b``, where that makes a difference."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, COMMUTATIVE):
        yield ast.BinOp(node.right, node.op, node.left)


def sign(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``a`` for ``-a``, ``-(a + b)`` for ``a + b``, and ``-f(a)`` for ``f(a)``.

    The sign of a product is that of one of its factors, or another operation with it: it has its mutants already.
    """
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    elif (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.MatMult)) or (
        isinstance(node, ast.Call) and not makes_rounds(node)
    ):
        yield ast.UnaryOp(ast.USub(), node)


def comparison(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``a < b`` for ``a == b``, and every other comparison, and the two constant answers."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARISONS:
            if not isinstance(node.ops[0], other):
                yield ast.Compare(node.left, [other()], node.comparators)
        yield ast.Constant(value=False)
        yield ast.Constant(value=True)


def constant(node: ast.expr) -> Iterator[ast.expr]:
    """Yield other numbers for a number: its neighbours if it counts, its double and its half if it measures."""
    if not isinstance(node, ast.Constant):
        return
    value: Any = node.value
    others: tuple[Any, ...] = ()
    if isinstance(value, bool):
        others = (not value,)
    elif isinstance(value, int):
        others = (value + 1, value - 1)
    elif isinstance(value, float):
        others = (2 * value, value / 2) if value else (1.0,)
    for other in others:
        yield ast.Constant(value=other)


def transpose(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``A`` for ``A.T``."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value


def index(node: ast.expr) -> Iterator[ast.expr]:
    """Yield other places for ``A[i, j]``: ``A[j, i]``, ``A[i]``, ``A[j]``, and the whole of ``A``."""
    if not isinstance(node, ast.Subscript):
        return
    context = node.ctx
    if isinstance(node.slice, ast.Tuple):
        places = node.slice.elts
        yield ast.Subscript(node.value, ast.Tuple(places[::-1], ast.Load()), context)
        for place in places:
            yield ast.Subscript(node.value, place, context)
    if isinstance(context, ast.Load):
        yield node.value
    elif isinstance(node.value, ast.Name):
        yield ast.Name(node.value.id, context)
