"""Changes of a function call: another function, no function, other arguments, other axes, other loop bounds."""

import ast
from collections.abc import Iterator

from .expressions import makes_rounds

OTHER_FUNCTIONS = {
    "exp": ("log", "exp2", "expm1"),
    "log": ("exp", "log2", "log10", "log1p"),
    "sqrt": ("square",),
    "square": ("abs", "sqrt"),
    "abs": ("square",),
    "max": ("min", "mean", "sum", "argmax"),
    "min": ("max", "mean", "argmin"),
    "amax": ("amin", "mean"),
    "argmax": ("argmin", "max"),
    "argmin": ("argmax", "min"),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "sum": ("mean", "max", "prod"),
    "mean": ("sum", "max", "median"),
    "zeros": ("ones",),
    "zeros_like": ("ones_like",),
    "ones": ("zeros",),
    "ones_like": ("zeros_like",),
    "float": ("int", "abs"),
}


def function(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``np.log(x)`` for ``np.exp(x)``, ``z.min()`` for ``z.max()``, and the like."""
    if not isinstance(node, ast.Call):
        return
    called = node.func
    if isinstance(called, ast.Attribute):
        for other in OTHER_FUNCTIONS.get(called.attr, ()):
            yield ast.Call(ast.Attribute(called.value, other, ast.Load()), node.args, node.keywords)
    elif isinstance(called, ast.Name):
        for other in OTHER_FUNCTIONS.get(called.id, ()):
            yield ast.Call(ast.Name(other, ast.Load()), node.args, node.keywords)


def call_dropped(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``x`` for ``f(x)``, and ``z`` for ``z.max()``."""
    if not isinstance(node, ast.Call) or makes_rounds(node):
        return
    if len(node.args) == 1:
        yield node.args[0]
    elif not node.args and isinstance(node.func, ast.Attribute):
        yield node.func.value


def arguments_swapped(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``f(b, a)`` for ``f(a, b)``."""
    if isinstance(node, ast.Call) and len(node.args) == 2:
        yield ast.Call(node.func, node.args[::-1], node.keywords)


def axis(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``f(x, axis=0)`` for ``f(x, axis=1)`` and the reverse."""
    if not isinstance(node, ast.Call):
        return
    for place, keyword in enumerate(node.keywords):
        value = keyword.value
        if keyword.arg == "axis" and isinstance(value, ast.Constant) and isinstance(value.value, int):
            other = ast.keyword("axis", ast.Constant(value=0 if value.value else 1))
            yield ast.Call(node.func, node.args, [*node.keywords[:place], other, *node.keywords[place + 1 :]])


def keyword_dropped(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``f(x)`` for ``f(x, keepdims=True)``, without one keyword at a time."""
    if isinstance(node, ast.Call):
        for place in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, node.keywords[:place] + node.keywords[place + 1 :])


def loop_bounds(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ranges that leave out the first, the last or every second round, or run one too many."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return
    if node.func.id == "range" and len(node.args) == 1:
        (end,) = node.args
        one, two = ast.Constant(value=1), ast.Constant(value=2)
        bounds: tuple[list[ast.expr], ...] = (
            [one, end],
            [ast.BinOp(end, ast.Sub(), one)],
            [ast.Constant(value=0), end, two],
            [ast.BinOp(end, ast.Add(), one)],
        )
        for arguments in bounds:
            yield ast.Call(node.func, arguments, [])
