"""Tells which global names a top-level statement binds; one that only does something binds none.

A loop counts as a definition if it does nothing but fill in names, with calls that cost nothing worth mentioning:
``for k in range(3): TABLE[k] = k``. One that calls anything else (``results[rate] = train(rate)``) is an experiment.
"""

import ast
from collections.abc import Iterator

CHANGING = frozenset("add append clear discard extend insert pop remove reverse setdefault sort update".split())
"""Methods of lists, dicts and sets that change them: what they are called on is bound anew."""
CHEAP_METHODS = CHANGING | frozenset("copy format items join keys lower split strip upper values".split())
CHEAP_FUNCTIONS = frozenset(
    """
    abs bool dict divmod enumerate float frozenset int len list max min pow print range reversed round set sorted str
    sum tuple zip
    """.split()
)
CHEAP_LIBRARIES = frozenset({"np", "numpy", "math"})

Block = ast.If | ast.Try | ast.With | ast.For


def bound(node: ast.stmt) -> Iterator[str]:
    """Yield the global names that a statement binds; nothing for a statement that only does something."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield (alias.asname or alias.name).split(".")[0]
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        yield from _targets(node.target)
    elif isinstance(node, ast.Expr):
        yield from _changed(node.value)
    elif isinstance(node, ast.For):
        yield from _bound_in_loop(node)
    elif isinstance(node, ast.If | ast.Try | ast.With):
        yield from _bound_in_block(node)


def may_take_long(node: ast.stmt) -> bool:
    """Tell whether a statement that binds names runs a loop or calls something to find their values."""
    if isinstance(node, Block):
        return isinstance(node, ast.For) or any(map(may_take_long, _statements(node)))
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr):
        return any(isinstance(part, ast.Call) for part in ast.walk(node))
    return False


def _targets(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
        yield from _targets(target.value)
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _targets(element)


def _changed(value: ast.expr) -> Iterator[str]:
    """Yield the name of the container that a bare call such as ``TABLE.append(1)`` changes."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in CHANGING:
        yield from _targets(value.func.value)


def _bound_in_block(node: Block) -> list[str]:
    """Return the names bound in a block that does nothing but bind names, else none."""
    names: list[str] = []
    for inner in _statements(node):
        found = list(bound(inner))
        if not found and not _is_harmless(inner):
            return []
        names += found
    return names


def _bound_in_loop(node: ast.For) -> list[str]:
    """Return the names bound in a loop that does nothing but bind names, without a call worth mentioning."""
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    if not all(map(_is_cheap, calls)):
        return []
    names = _bound_in_block(node)
    return [*_targets(node.target), *names] if names or all(map(_is_harmless, _statements(node))) else []


def _statements(node: Block) -> list[ast.stmt]:
    bodies: list[ast.stmt] = [*node.body]
    if not isinstance(node, ast.With):
        bodies += node.orelse
    if isinstance(node, ast.Try):
        bodies += node.finalbody
        bodies += [inner for handler in node.handlers for inner in handler.body]
    return bodies


def _is_harmless(node: ast.stmt) -> bool:
    """Tell whether a statement in a block only steers it, is a text, or a message to the reader."""
    if isinstance(node, ast.Expr):
        value = node.value
        says = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print"
        return says or isinstance(value, ast.Constant)
    if isinstance(node, ast.If):
        return all(map(_is_harmless, _statements(node)))
    return isinstance(node, ast.Pass | ast.Break | ast.Continue)


def _is_cheap(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in CHEAP_FUNCTIONS
    root: ast.expr = call.func
    while isinstance(root, ast.Attribute):
        root = root.value
    of_library = isinstance(root, ast.Name) and root.id in CHEAP_LIBRARIES
    return of_library or (isinstance(call.func, ast.Attribute) and call.func.attr in CHEAP_METHODS)
