"""Finds each student's row in another system's list, and never guesses."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..model import FinalGrade
from .filled import Unmatched


class Key(NamedTuple):
    """One way of recognising a student.

    Attributes:
        name: of the column, for people.
        of_row: the value of each row, empty where there is none.
        of_grade: the values by which a student may be found there.
    """

    name: str
    of_row: Sequence[str]
    of_grade: Callable[[FinalGrade], Iterable[str]]


def matched(grades: Iterable[FinalGrade], keys: Sequence[Key]) -> tuple[dict[int, FinalGrade], list[Unmatched]]:
    """Return the grade of each row that is somebody's for certain, and the students who have no such row.

    All keys are asked: what is a student's number in one column may be somebody else's login in another. A student
    with two rows, and a row with two students, are left out.
    """
    indexes = [_index(key.of_row) for key in keys]
    found: dict[str, int] = {}
    unmatched = []
    by_name = {grade.student: grade for grade in grades}
    for grade in by_name.values():
        row = _row(grade, keys, indexes)
        if isinstance(row, int):
            found[grade.student] = row
        else:
            unmatched.append(row)
    claims = Counter(found.values())
    for student, row in found.items():
        if claims[row] > 1:
            unmatched.append(Unmatched(student, "another student's grade belongs to the same row"))
    return {row: by_name[student] for student, row in found.items() if claims[row] == 1}, unmatched


def _index(values: Sequence[str]) -> dict[str, list[int]]:
    index = defaultdict(list)
    for row, value in enumerate(values):
        if value:
            index[value].append(row)
    return index


def _row(grade: FinalGrade, keys: Sequence[Key], indexes: Sequence[dict[str, list[int]]]) -> int | Unmatched:
    rows: set[int] = set()
    fitting = []
    for key, index in zip(keys, indexes, strict=True):
        here = {row for value in key.of_grade(grade) if value for row in index.get(value, ())}
        if here:
            fitting.append(key.name)
        rows |= here
    if len(rows) == 1:
        return rows.pop()
    if rows:
        return Unmatched(grade.student, f"{len(rows)} rows fit by {', '.join(fitting)}, and nobody is guessed")
    tried = ", ".join(key.name for key in keys) or "any column"
    return Unmatched(grade.student, f"no row fits by {tried}")
