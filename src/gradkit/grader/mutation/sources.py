"""Cuts single functions out of a module's source, with all that they need, as code for a notebook's cell."""

import ast
import copy
import importlib.util
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from ..errors import SuiteError


class Source:
    """A module of functions of which each can stand in a notebook, without the marks that it carries for us.

    Raises SuiteError if the module cannot be imported, or defines a function twice.

    Attributes:
        module: the module, imported.
    """

    def __init__(self, path: Path) -> None:
        self._place = f"{path.parent.name}/{path.name}"
        self.module = _imported(path, self._place)
        tree = ast.parse(path.read_text("utf-8"))
        ours = {name for node in tree.body if _is_ours(node) for name in _bound(node)}
        self._statements = [_without_marks(node, ours) for node in tree.body if not _is_ours(node)]
        defined = Counter(node.name for node in self._statements if isinstance(node, ast.FunctionDef))
        twice = sorted(name for name, times in defined.items() if times > 1)
        if twice:
            raise SuiteError(f"{self._place} defines {', '.join(twice)} twice: rename one")

    def cell(self, name: str, function: str) -> str:
        """Return the code of one function, called ``function`` there, and of what it needs of the module."""
        kept = self._needed(name)
        if not kept:
            raise SuiteError(f"{self._place}: {name} must be defined by a statement of its own")
        return ast.unparse(renamed(ast.Module(kept, []), name, function))

    def _needed(self, name: str) -> list[ast.stmt]:
        """Return the statements that bind a name, and all that those read, in the module's order."""
        wanted, kept = {name}, set[int]()
        while True:
            more = {
                number
                for number, statement in enumerate(self._statements)
                if number not in kept and not wanted.isdisjoint(_bound(statement))
            }
            if not more:
                return [self._statements[number] for number in sorted(kept)]
            kept |= more
            wanted.update(*(_read(self._statements[number]) for number in more))


def renamed(tree: ast.Module, old: str, new: str) -> ast.Module:
    """Return a copy of some code in which a function has another name, where it is defined and where it is used."""
    copied = copy.deepcopy(tree)
    _Renamed(old, new).visit(copied)
    return copied


class _Renamed(ast.NodeTransformer):
    """Gives a function another name, where it is defined and where it is used."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._new if node.name == self._old else node.name
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._new if node.id == self._old else node.id
        return node


def _imported(path: Path, place: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_gradkit_mutation_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise SuiteError(f"{place} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise SuiteError(f"{place} fails: {type(error).__name__}: {error}") from error
    return module


def _is_ours(node: ast.stmt) -> bool:
    """Tell whether a statement imports from the grader, which no notebook can."""
    return isinstance(node, ast.ImportFrom) and str(node.module).startswith("gradkit.grader")


def _without_marks(node: ast.stmt, ours: set[str]) -> ast.stmt:
    """Take the grader's decorators from a function."""
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = [one for one in node.decorator_list if ours.isdisjoint(_read(one))]
    return node


def _bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module binds there."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.FunctionDef | ast.ClassDef):
            yield part.name
        elif isinstance(part, ast.alias):
            yield (part.asname or part.name).split(".")[0]


def _read(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
