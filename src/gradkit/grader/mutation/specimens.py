"""All that the gate shows to a hidden suite: the reference, known mistakes, mutants and correct variants."""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from ..catalogue import load_catalogue
from ..course import Bundle
from ..errors import SuiteError
from .equivalent import Equivalent
from .mutants import Mutant, copies, mutants
from .sources import Source
from .variants import load_variants


class Kind(StrEnum):
    """What a specimen is, and so what the suite must make of it."""

    REFERENCE = "reference"
    MISTAKE = "mistake"
    MUTANT = "mutant"
    EQUIVALENT = "equivalent mutant"
    VARIANT = "variant"

    @property
    def wrong(self) -> bool:
        """Whether the suite must take points from it."""
        return self in {Kind.MISTAKE, Kind.MUTANT}


class Specimen(NamedTuple):
    """One piece of code for the suite to judge.

    Attributes:
        kind: what it is.
        name: what it is called in reports.
        cells: the code in place of the reference's, by graded function; these are the questions that count.
        loses: the checks whose points it must not get, if it is right.
        mutant: the mutant that it is, if it is one.
    """

    kind: Kind
    name: str
    cells: Mapping[str, str]
    loses: frozenset[str] = frozenset()
    mutant: Mutant | None = None

    def notebook(self, bundle: Bundle) -> bytes:
        """Return the instructor's notebook with the specimen's code in its graded cells."""
        content = json.loads(bundle.notebook)
        for cell in content["cells"]:
            if _grade_id(cell) in self.cells:
                cell["source"] = self.cells[_grade_id(cell)]
        return json.dumps(content).encode()


def graded_code(bundle: Bundle) -> dict[str, str]:
    """Return the reference's code of every graded cell; raises SuiteError for what is no plain Python."""
    cells = json.loads(bundle.notebook)["cells"]
    code = {_grade_id(cell): "".join(cell["source"]) for cell in cells if _grade_id(cell) in bundle.graded}
    for name, source in code.items():
        try:
            ast.parse(source)
        except SyntaxError as error:
            where = f"the cell of {name} in solutions/{bundle.assignment}, line {error.lineno}"
            raise SuiteError(f"{where} is no plain Python, so it has no mutants: {error.msg}") from None
    return code


def _grade_id(cell: dict[str, Any]) -> str:
    """Return the name that nbgrader knows a code cell by; empty if it knows none."""
    settings = cell["metadata"].get("nbgrader", {}) if cell["cell_type"] == "code" else {}
    return str(settings.get("grade_id", ""))


def gather(bundle: Bundle, folder: Path, equivalents: Sequence[Equivalent]) -> list[Specimen]:
    """Return all that an assignment's suite has to judge.

    Args:
        bundle: the assignment.
        folder: of its suite, with ``mistakes.py`` and ``mutation/variants.py``, if it has them.
        equivalents: the mutants that compute the same as the reference.
    """
    code = graded_code(bundle)
    variants, mistakes = folder / "mutation" / "variants.py", folder / "mistakes.py"
    return [*_varied(bundle, code, variants), *_mistaken(bundle, mistakes), *_mutated(code, equivalents)]


def _mutated(code: Mapping[str, str], equivalents: Sequence[Equivalent]) -> Iterator[Specimen]:
    """Yield a specimen for each mutant: one function is changed, the others are the reference's."""
    same = {entry.key for entry in equivalents}
    for name, cell in code.items():
        for mutant in (*mutants(name, cell), *copies(name, code)):
            kind = Kind.EQUIVALENT if mutant.key in same else Kind.MUTANT
            yield Specimen(kind, str(mutant), {name: mutant.code}, mutant=mutant)


def _mistaken(bundle: Bundle, path: Path) -> Iterator[Specimen]:
    """Yield a specimen for each known mistake in a suite's ``mistakes.py``: every graded function makes it."""
    if path.exists():
        source = Source(path)
        for entry in load_catalogue(source.module):
            cells = {name: source.cell(entry.name, name) for name in bundle.graded}
            yield Specimen(Kind.MISTAKE, entry.name, cells)


def _varied(bundle: Bundle, code: Mapping[str, str], path: Path) -> Iterator[Specimen]:
    """Yield a specimen for the reference and for each correct variant in ``variants.py``."""
    yield Specimen(Kind.REFERENCE, "the reference itself", code)
    if path.exists():
        source = Source(path)
        for variant in load_variants(source.module):
            if variant.question not in bundle.graded:
                known = ", ".join(bundle.graded)
                raise SuiteError(
                    f"{variant.name} in {path.name}: {variant.question!r} is no question; there are {known}"
                )
            cells = {variant.question: source.cell(variant.name, variant.question)}
            yield Specimen(Kind.VARIANT, variant.name, cells, variant.loses)
