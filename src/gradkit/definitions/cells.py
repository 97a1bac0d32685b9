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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import CodeType

from . import reflection
from .bindings import bound, may_take_long
from .magics import magics_in, without_magics

READS_ANYTHING = {"globals", "eval", "exec"}
READING, STORING = frozenset({"LOAD_GLOBAL", "LOAD_NAME"}), frozenset({"STORE_GLOBAL", "STORE_NAME"})
COMPUTING = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.For
"""Statements that compute what they bind, from other variables of the notebook."""
PARSER_GIVES_UP = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


@dataclass(frozen=True)
class Problem:
    """Something about one place of the notebook: cell number, line (from 1) and one clause of text."""

    cell: int
    line: int
    text: str


@dataclass(frozen=True)
class Statement:
    """One top-level statement: the cell it stands in, the names it binds, reads, and could pry with.

    `takes_long` says that it loops or calls something to find a value: it may never end.
    """

    cell: int
    line: int
    node: ast.stmt
    code: CodeType
    binds: frozenset[str]
    reads: frozenset[str]
    reflection: frozenset[str]
    takes_long: bool
    is_function: bool
    is_import: bool


@dataclass
class Sliced:
    """What to run for a set of graded names.

    Attributes:
        statements: what binds the names and everything they need, in the notebook's order.
        functions: (name, cell, line) of each top-level function of the notebook.
        rebound: (name, cell, line) of each other statement that is kept and gives a graded name a value.
        problems: cells and statements that could not be read.
        magics: lines that are no Python and were made harmless.
        reads: for each graded name, the global names that its definitions read, or the definitions of those names.
        reflection: for each graded name, the names in all that is run with which it could pry into its own execution.
    """

    statements: list[Statement] = field(default_factory=list)
    functions: list[tuple[str, int, int]] = field(default_factory=list)
    rebound: list[tuple[str, int, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    magics: list[Problem] = field(default_factory=list)
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
        calls: whether assignments that call something, and loops, may be kept.
    """
    result = Sliced()
    found: list[Statement] = []
    flags = __future__.annotations.compiler_flag  # what a hint names need not exist where grading happens
    for index, source in cells:
        nodes = _parsed(index, source, result)
        flags |= _future_flags(nodes)  # as in Jupyter, they hold for all later cells
        for node in nodes:
            statement = _statement(index, node, flags, result.problems)
            if statement is not None and (calls or not statement.takes_long):
                found.append(statement)
                if statement.is_function:
                    result.functions.extend((name, index, statement.line) for name in statement.binds)
    result.statements = _needed(found, graded)
    for statement in result.statements:
        stored = set(_globals_in(statement.code, STORING))
        own = statement.binds if statement.is_function else frozenset()
        changed = [name for name in graded if name in (statement.binds | stored) - own]
        result.rebound += [(name, statement.cell, statement.line) for name in changed]
    # All that is run is run in one process: what one function needs can tamper with how another one is judged.
    suspicious = frozenset().union(*(statement.reflection for statement in result.statements))
    for name in graded:
        result.reads[name] = _read_by(name, found)
        result.reflection[name] = suspicious
    return result


def _read_by(name: str, statements: Sequence[Statement]) -> frozenset[str]:
    """Return the names that are read by what binds a name, directly or through what they stand for."""
    read, following = set[str](), {name}
    while following:
        named = set().union(*(statement.reads for statement in statements if statement.binds & following))
        following = named - read
        read |= named
    return frozenset(read)


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


def _parsed(index: int, source: str, result: Sliced) -> list[ast.stmt]:
    """Return the statements of a cell; a cell that is no Python, even without its magics, is a problem."""
    try:
        return ast.parse(source).body
    except PARSER_GIVES_UP:
        pass
    try:
        nodes = ast.parse(without_magics(source)).body
    except PARSER_GIVES_UP as error:
        result.problems.append(Problem(index, getattr(error, "lineno", None) or 1, _why(error)))
        return []
    result.magics += [Problem(index, line, text) for line, text in magics_in(source)]
    return nodes


def _statement(index: int, node: ast.stmt, flags: int, problems: list[Problem]) -> Statement | None:
    """Return a statement that binds names, None for any other; one that cannot be compiled is a problem."""
    try:
        binds = frozenset(bound(node))
        if not binds:
            return None
        code = compile(ast.Module([node], []), cell_name(index), "exec", flags)
        return Statement(
            cell=index,
            line=node.lineno,
            node=node,
            code=code,
            binds=binds,
            reads=frozenset(_globals_in(code, READING)),
            reflection=frozenset(reflection.names_in(node, code)),
            takes_long=may_take_long(node),
            is_function=isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef),
            is_import=not isinstance(node, COMPUTING),
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


def _globals_in(code: CodeType, instructions: frozenset[str]) -> Iterator[str]:
    """Yield the global names with which code, and the functions in it, do these things."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in instructions:
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_in(constant, instructions)
