"""Mutants: copies of a right function with one small change each, named so that the name outlives an edit elsewhere."""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from .operators import calls, expressions, names, statements
from .sources import renamed

ON_EXPRESSIONS: dict[str, Callable[[ast.expr], Iterator[ast.expr]]] = {
    "arithmetic": expressions.arithmetic,
    "operand alone": expressions.operand_alone,
    "operands swapped": expressions.operands_swapped,
    "sign": expressions.sign,
    "comparison": expressions.comparison,
    "axis": calls.axis,
    "keyword dropped": calls.keyword_dropped,
    "constant": expressions.constant,
    "transpose": expressions.transpose,
    "index": expressions.index,
    "function": calls.function,
    "call dropped": calls.call_dropped,
    "arguments swapped": calls.arguments_swapped,
    "loop bounds": calls.loop_bounds,
}
ON_NAMES: dict[str, Callable[[ast.expr, int, dict[str, names.Local]], Iterator[ast.expr]]] = {
    "other name": names.other_name,
    "off by one": names.off_by_one,
}
ON_STATEMENTS: dict[str, Callable[[list[ast.stmt], int], Iterator[statements.Rewritten]]] = {
    "left out": statements.deleted,
    "repeated": statements.repeated,
    "out of loop": statements.out_of_loop,
    "into loop": statements.into_loop,
    "one round": statements.one_round,
    "accumulation": statements.accumulation,
    "returned": statements.returned,
}
OPERATORS = (*ON_EXPRESSIONS, *ON_NAMES, *ON_STATEMENTS, "copied")


class Mutant(NamedTuple):
    """One change of a right function.

    Attributes:
        function: the graded function that is changed.
        operator: which kind of change.
        line: the statement before the change, as Python itself would write it; of a loop its first line.
        becomes: the same after it, or what becomes of it in words.
        occurrence: which one it is, from 1, of the mutants of which all of the above is the same.
        code: the changed cell.
    """

    function: str
    operator: str
    line: str
    becomes: str
    occurrence: int
    code: str

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What names the mutant, whatever is changed elsewhere in the function."""
        return self[:5]

    def __str__(self) -> str:
        again = f" [occurrence {self.occurrence}]" if self.occurrence > 1 else ""
        return f"{self.function}, {self.operator}: `{self.line}` -> `{self.becomes}`{again}"


class _Change(NamedTuple):
    """What stands in place of a part (a node, or a list of statements) of a tree, and how that reads."""

    operator: str
    part: ast.AST | list[ast.stmt]
    replacement: ast.AST | list[ast.stmt]
    line: str
    becomes: str


def mutants(function: str, cell: str) -> list[Mutant]:
    """Return the mutants of a graded function, whose code and that of its helpers is a cell of a notebook.

    None has the code of the cell itself or of another one, and all can be compiled.
    """
    tree = ast.parse(cell)
    known = {ast.dump(tree)}
    named: Counter[tuple[str, str, str]] = Counter()
    found = []
    for change in _changes(tree):
        code = ast.unparse(_put(tree, change.part, change.replacement))
        try:
            compile(code, function, "exec")
        except SyntaxError:
            continue
        dump = ast.dump(ast.parse(code))
        if dump not in known:
            known.add(dump)
            name = (change.operator, change.line, change.becomes)
            named[name] += 1
            found.append(Mutant(function, *name, named[name], code))
    return found


def copies(function: str, cells: Mapping[str, str]) -> Iterator[Mutant]:
    """Yield the code of each other graded function that takes the same arguments, under this function's name."""
    for other, cell in cells.items():
        if other != function and _arguments(cell, other) == _arguments(cells[function], function):
            code = ast.unparse(renamed(ast.parse(cell), other, function))
            yield Mutant(function, "copied", f"def {function}", f"the code of {other}", 1, code)


def _arguments(cell: str, name: str) -> list[str]:
    """Return the arguments of the function of this name in a cell, as Python itself would write them."""
    found = (node for node in ast.parse(cell).body if isinstance(node, ast.FunctionDef) and node.name == name)
    return [ast.unparse(node.args) for node in found]


def _put(tree: ast.AST, part: object, replacement: object) -> ast.AST:
    """Return a copy of a tree in which a part is replaced: deepcopy takes what it finds in its memory for the copy."""
    return copy.deepcopy(tree, {id(part): replacement})


def _changes(tree: ast.Module) -> Iterator[_Change]:
    for definition in tree.body:
        if isinstance(definition, ast.FunctionDef):
            placed = list(_statements(definition.body))
            order = [block[place] for block, place in placed]
            local = names.local_names(order)
            for number, (block, place) in enumerate(placed):
                yield from _in_expressions(order[number], number, local)
                yield from _in_block(block, place)


def _statements(block: list[ast.stmt]) -> Iterator[tuple[list[ast.stmt], int]]:
    """Yield every statement below a block as its block and its place there, in the order of the text."""
    for place, statement in enumerate(block):
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue  # a docstring
        yield block, place
        for field in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, field, []))


def _in_expressions(statement: ast.stmt, number: int, local: dict[str, names.Local]) -> Iterator[_Change]:
    own = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr)]
    nodes = [node for child in own for node in ast.walk(child) if isinstance(node, ast.expr)]
    line = statements.text_of(statement)
    for node in nodes:
        for operator, replacement in _replacements(node, number, local):
            changed = _put(statement, node, replacement)
            assert isinstance(changed, ast.stmt)
            yield _Change(operator, node, replacement, line, statements.text_of(changed))


def _replacements(node: ast.expr, number: int, local: dict[str, names.Local]) -> Iterator[tuple[str, ast.expr]]:
    for operator, on_expression in ON_EXPRESSIONS.items():
        for replacement in on_expression(node):
            yield operator, replacement
    for operator, on_name in ON_NAMES.items():
        for replacement in on_name(node, number, local):
            yield operator, replacement


def _in_block(block: list[ast.stmt], place: int) -> Iterator[_Change]:
    line = statements.text_of(block[place])
    for operator, rewrite in ON_STATEMENTS.items():
        for first, last, new, becomes in rewrite(block, place):
            changed = [*block[:first], *new, *block[last + 1 :]]
            yield _Change(operator, block, changed, line, becomes)
