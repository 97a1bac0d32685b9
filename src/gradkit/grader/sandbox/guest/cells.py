"""Picks from a notebook's code cells what the graded functions need, without running anything.

A notebook trains models, draws pictures and asks for input; none of that is wanted here. Starting from
the graded names, only the statements are kept that bind a name which a kept statement reads: imports,
functions, classes, constants. This is a backward slice of the notebook (M. Weiser, "Program slicing", 1984)
over global names.
"""

import __future__

import ast
import dis
import functools
import operator
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import CodeType

from . import reflection

LINE_MAGIC = re.compile(r"(?P<indent>\s*)(?:[%!?].*|[\w.]+\?\??|[\w, ]+=\s*[%!].*)")
CELL_MAGICS_WITH_PYTHON = {"time", "timeit", "capture", "prun"}
READS_ANYTHING = {"globals", "eval", "exec"}
PARSER_GIVES_UP = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


@dataclass(frozen=True)
class Problem:
    """Something about one place of the notebook: cell number, line (from 1) and one clause of text."""

    cell: int
    line: int
    text: str


@dataclass(frozen=True)
class Statement:
    """One top-level statement: the cell it stands in, the names it binds, reads, and could pry with."""

    cell: int
    line: int
    code: CodeType
    binds: frozenset[str]
    reads: frozenset[str]
    reflection: frozenset[str]
    calls: bool
    is_function: bool
    is_import: bool


@dataclass
class Sliced:
    """What to run for a set of graded names.

    Attributes:
        statements: what binds the names and everything they need, in the notebook's order.
        functions: (name, cell, line) of each top-level function of the notebook.
        problems: cells and statements that could not be read.
        reads: for each graded name, the global names that its definitions read.
        reflection: for each graded name, the names in all it needs with which it could pry into its own execution.
    """

    statements: list[Statement] = field(default_factory=list)
    functions: list[tuple[str, int, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    reads: dict[str, frozenset[str]] = field(default_factory=dict)
    reflection: dict[str, frozenset[str]] = field(default_factory=dict)


def cell_name(index: int) -> str:
    """Return the file name under which a cell's code is compiled, so that tracebacks name the cell."""
    return f"<cell {index}>"


def slice_cells(cells: Iterable[tuple[int, str]], graded: Sequence[str], *, calls: bool = True) -> Sliced:
    """Return the part of the cells that the graded functions need.

    Args:
        cells: (number, source) of each code cell, in the notebook's order.
        graded: the names of the graded functions.
        calls: whether assignments that call something may be kept.
    """
    result = Sliced()
    found: list[Statement] = []
    flags = __future__.annotations.compiler_flag  # what a hint names need not exist where grading happens
    for index, source in cells:
        nodes = _parsed(index, source, result.problems)
        flags |= _future_flags(nodes)  # as in Jupyter, they hold for all later cells
        for node in nodes:
            statement = _statement(index, node, flags, result.problems)
            if statement is not None and (calls or not statement.calls):
                found.append(statement)
                if statement.is_function:
                    result.functions.extend((name, index, statement.line) for name in statement.binds)
    result.statements = _needed(found, graded)
    for name in graded:
        definitions = [statement for statement in found if name in statement.binds]
        result.reads[name] = frozenset().union(*(statement.reads for statement in definitions))
        needed = _needed(found, [name])
        result.reflection[name] = frozenset().union(*(statement.reflection for statement in needed))
    return result


def _needed(statements: Sequence[Statement], graded: Sequence[str]) -> list[Statement]:
    wanted, kept = set(graded), set[int]()
    while True:
        everything = bool(wanted & READS_ANYTHING)
        more = {
            number
            for number, statement in enumerate(statements)
            if number not in kept and (everything or "*" in statement.binds or statement.binds & wanted)
        }
        if not more:
            return [statements[number] for number in sorted(kept)]
        kept |= more
        wanted.update(*(statements[number].reads for number in more))


def _parsed(index: int, source: str, problems: list[Problem]) -> list[ast.stmt]:
    """Return the statements of a cell; a cell that is no Python, even without its magics, is a problem."""
    try:
        return ast.parse(source).body
    except PARSER_GIVES_UP:
        pass
    try:
        return ast.parse(without_magics(source)).body
    except PARSER_GIVES_UP as error:
        problems.append(Problem(index, getattr(error, "lineno", None) or 1, _why(error)))
        return []


def without_magics(source: str) -> str:
    """Return a cell's source with IPython's magics, shell escapes and help requests made harmless.

    Line numbers stay as they are. A cell in another language (``%%bash``) becomes empty.
    """
    lines = source.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        magic = lines[first][2:].split(" ")[0].strip()
        if magic not in CELL_MAGICS_WITH_PYTHON:
            return ""
        lines[first] = ""
    continued = False
    for number, line in enumerate(lines):
        match = LINE_MAGIC.fullmatch(line)
        if match or continued:
            indent = match["indent"] if match else ""
            lines[number] = f"{indent}pass" if match else ""
            continued = line.endswith("\\")
    return "\n".join(lines)


def _statement(index: int, node: ast.stmt, flags: int, problems: list[Problem]) -> Statement | None:
    """Return a statement that binds names, None for any other; one that cannot be compiled is a problem."""
    try:
        binds = frozenset(_bound(node))
        if not binds:
            return None
        code = compile(ast.Module([node], []), cell_name(index), "exec", flags)
        is_assignment = isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        return Statement(
            cell=index,
            line=node.lineno,
            code=code,
            binds=binds,
            reads=frozenset(_global_reads(code)),
            reflection=frozenset(reflection.names_in(node, code)),
            calls=is_assignment and any(isinstance(part, ast.Call) for part in ast.walk(node)),
            is_function=isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef),
            is_import=not is_assignment,
        )
    except PARSER_GIVES_UP as error:
        problems.append(Problem(index, getattr(error, "lineno", None) or node.lineno, _why(error)))
        return None


def _future_flags(nodes: Iterable[ast.stmt]) -> int:
    """Return the compiler flags of the `from __future__` imports among some statements."""
    names = (a.name for n in nodes if isinstance(n, ast.ImportFrom) and n.module == "__future__" for a in n.names)
    features = (getattr(__future__, name, None) for name in names)
    return functools.reduce(operator.or_, (feature.compiler_flag for feature in features if feature), 0)


def _why(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"syntax error: {error.msg}"
    return f"syntax error: it is too long or too deeply nested ({type(error).__name__})"


def _bound(node: ast.stmt) -> Iterator[str]:
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
    elif isinstance(node, ast.If | ast.Try | ast.With):
        yield from _bound_in_block(node)


def _targets(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
        yield from _targets(target.value)
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _targets(element)


def _bound_in_block(node: ast.If | ast.Try | ast.With) -> list[str]:
    """Return the names bound in a block that does nothing but bind names, else none."""
    bodies: list[ast.stmt] = [*node.body]
    if isinstance(node, ast.If | ast.Try):
        bodies += node.orelse
    if isinstance(node, ast.Try):
        bodies += node.finalbody
        bodies += [inner for handler in node.handlers for inner in handler.body]
    names: list[str] = []
    for inner in bodies:
        bound = list(_bound(inner))
        if not bound and not _is_harmless(inner):
            return []
        names += bound
    return names


def _is_harmless(node: ast.stmt) -> bool:
    """Tell whether a statement in a block is only ``pass``, a text, or a message to the reader."""
    if isinstance(node, ast.Expr):
        value = node.value
        says = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print"
        return says or isinstance(value, ast.Constant)
    return isinstance(node, ast.Pass)


def _global_reads(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _global_reads(constant)
