"""Compares what a file holds with what it needs and with what was run: found in the slices, without running them."""

import ast
import builtins
import dis
from collections.abc import Iterator
from types import CodeType

from gradkit.definitions.cells import READS_ANYTHING, Sliced

ALWAYS_THERE = frozenset({"np", "xrange", *dir(builtins)})


def undefined(sliced: Sliced) -> list[str]:
    """Return the global names that the kept statements read and that nothing in the file binds."""
    bound = frozenset[str]().union(*(statement.binds for statement in sliced.statements))
    reads = {name for statement in sliced.statements for name in _reads(statement.code)}
    if "*" in bound or reads & READS_ANYTHING:
        return []  # nobody knows what there is
    return sorted(name for name in reads - bound - ALWAYS_THERE if not name.startswith("__"))


def differing(saved: Sliced, ran: Sliced, function: str) -> list[str]:
    """Return the names that a function needs and whose last definition in the file is not the one that ran last.

    Empty for a function that was not run at all.
    """
    in_file, in_kernel = _last_definitions(saved), _last_definitions(ran)
    if function not in in_kernel:
        return []
    return sorted(name for name in in_file.keys() | in_kernel.keys() if in_file.get(name) != in_kernel.get(name))


def is_stub(sliced: Sliced, function: str) -> bool:
    """Tell whether the last definition of a function raises NotImplementedError whatever it is given."""
    definitions = [statement.node for statement in sliced.statements if function in statement.binds]
    body = getattr(definitions[-1], "body", []) if definitions else []
    raised = [node.exc for node in body if isinstance(node, ast.Raise)]
    return any(error is not None and ast.unparse(error).startswith("NotImplementedError") for error in raised)


def _last_definitions(sliced: Sliced) -> dict[str, str]:
    return {name: ast.dump(statement.node) for statement in sliced.statements for name in statement.binds}


def _reads(code: CodeType) -> Iterator[str]:
    """Yield the global names that code reads, without those that a class's body gives itself."""
    own = {step.argval for step in dis.get_instructions(code) if step.opname == "STORE_NAME"}
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL" or (step.opname == "LOAD_NAME" and step.argval not in own):
            yield step.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _reads(constant)
