"""Changes of whole statements: left out, repeated, in or out of a loop, accumulated or not, returned otherwise."""

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

REVERSED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


class Rewritten(NamedTuple):
    """What stands in place of some statements of a block, and how that reads."""

    first: int
    last: int
    statements: list[ast.stmt]
    becomes: str


def text_of(statement: ast.stmt) -> str:
    """Return a statement as one line of text, the same in every version of Python; of a compound one its first line."""
    if isinstance(statement, ast.For | ast.While | ast.If | ast.With):
        return ast.unparse(statement).split("\n")[0]
    text = " ".join(ast.unparse(statement).split("\n"))
    value = getattr(statement, "value", None)
    if isinstance(value, ast.Tuple) and text.endswith(ast.unparse(value)):  # some versions put it in parentheses
        text = text.removesuffix(ast.unparse(value)) + ast.unparse(value)[1:-1]
    return text


def deleted(block: Sequence[ast.stmt], place: int) -> Iterator[Rewritten]:
    """Leave a statement out."""
    yield Rewritten(place, place, [ast.Pass()], "left out")


def repeated(block: Sequence[ast.stmt], place: int) -> Iterator[Rewritten]:
    """Run a statement that changes something a second time; assigning the same again would change nothing."""
    if isinstance(block[place], ast.AugAssign):
        yield Rewritten(place, place, [block[place]] * 2, "twice")


def out_of_loop(block: Sequence[ast.stmt], place: int) -> Iterator[Rewritten]:
    """Move the last statement of a loop behind the loop."""
    loop = block[place]
    if isinstance(loop, ast.For) and len(loop.body) > 1:
        shorter = _with_body(loop, loop.body[:-1])
        yield Rewritten(place, place, [shorter, loop.body[-1]], f"then, behind it, {text_of(loop.body[-1])}")


def into_loop(block: Sequence[ast.stmt], place: int) -> Iterator[Rewritten]:
    """Move the statement behind a loop into the loop."""
    loop = block[place]
    if isinstance(loop, ast.For) and place + 1 < len(block):
        following = block[place + 1]
        if not isinstance(following, ast.Return):
            longer = _with_body(loop, [*loop.body, following])
            yield Rewritten(place, place + 1, [longer], f"with, at its end, {text_of(following)}")


def one_round(block: Sequence[ast.stmt], place: int) -> Iterator[Rewritten]:
    """End a loop after its first round, or the function, as a ``return`` that is indented too far does."""
    loop = block[place]
    if isinstance(loop, ast.For):
        once = _with_body(loop, [*loop.body, ast.Break()])
        yield Rewritten(place, place, [once], "one round only")
        if isinstance(block[-1], ast.Return):
            early = _with_body(loop, [*loop.body, block[-1]])
            yield Rewritten(place, place, [early], "returns at the end of the first round")


def accumulation(block: Sequence[ast.stmt], place: int) -> Iterator[Rewritten]:
    """Turn ``a += b`` into ``a = b`` and ``a -= b``, and ``a = b`` into ``a += b`` if ``a`` has a value."""
    statement = block[place]
    changed: list[ast.stmt] = []
    if isinstance(statement, ast.AugAssign):
        changed.append(ast.copy_location(ast.Assign([statement.target], statement.value), statement))
        if type(statement.op) in REVERSED:
            changed.append(ast.AugAssign(statement.target, REVERSED[type(statement.op)](), statement.value))
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        (target,) = statement.targets
        read = {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
        if isinstance(target, ast.Subscript) or (isinstance(target, ast.Name) and target.id in read):
            changed.append(ast.AugAssign(target, ast.Add(), statement.value))
    for one in changed:
        yield Rewritten(place, place, [one], text_of(one))


def returned(block: Sequence[ast.stmt], place: int) -> Iterator[Rewritten]:
    """Return other values: in another order, one alone, one doubled, negated, zero or missing."""
    statement = block[place]
    if not isinstance(statement, ast.Return) or statement.value is None:
        return
    values = statement.value.elts if isinstance(statement.value, ast.Tuple) else [statement.value]
    others = [_as_returned(values[::-1]), *(_as_returned([value]) for value in values)] if len(values) > 1 else []
    for at, value in enumerate(values):
        for other in (
            ast.UnaryOp(ast.USub(), value),
            ast.BinOp(ast.Constant(value=2), ast.Mult(), value),
            ast.BinOp(ast.Constant(value=0), ast.Mult(), value),
            ast.Constant(value=None),
        ):
            others.append(_as_returned([*values[:at], other, *values[at + 1 :]]))
    for one in others:
        yield Rewritten(place, place, [one], text_of(one))


def _with_body(loop: ast.For, body: list[ast.stmt]) -> ast.For:
    return ast.copy_location(ast.For(loop.target, loop.iter, body, loop.orelse), loop)


def _as_returned(values: list[ast.expr]) -> ast.Return:
    return ast.Return(ast.Tuple(values, ast.Load()) if len(values) > 1 else values[0])
