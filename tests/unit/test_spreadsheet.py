"""CSV for spreadsheets: no cell becomes a formula, numbers stay numbers, ids are written unchanged or not at all."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.grader.spreadsheet import FORMULA_STARTS, LONGEST_CELL, as_csv, harmless, written_as_it_is

NASTY = st.text(st.sampled_from("=+-@;,\"' \t\r\na1\uff1d\uff0b\uff0d\uff20\u00a0\u2003")) | st.text()


def read(text, separator=","):
    """Return the rows that a spreadsheet with this separator sees."""
    return list(csv.reader(io.StringIO(text), delimiter=separator))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("ada", "ada"),
        ("1-2", "1-2"),
        ("a = b", "a = b"),
        ("semi;colon", "semi;colon"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-rf", "'-rf"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\t=1", "'\t=1"),
        ("\tplain", "'\tplain"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff201", "'\uff201"),
        ("a;=1", "a;'=1"),
        ('a; "=1', "a;' \"=1"),
        ("a;;-1", "a;;'-1"),
        ('a;";-1', "a;\";'-1"),
        (";" * 30_000, ";" * 30_000),
        ("; " * 30_000, "; " * 30_000),
        ("=1;=2", "'=1;'=2"),
    ],
)
def test_formulas_get_an_apostrophe(text, written):
    """Each sign that begins a formula, after any space, and after a semicolon at which the cell may be split."""
    assert harmless(text) == written


@given(st.lists(st.lists(NASTY, min_size=1, max_size=4), max_size=4), st.sampled_from(",;"))
def test_no_cell_is_a_formula_whatever_the_separator(rows, separator):
    """Neither where commas separate nor where semicolons do."""
    for row in read(as_csv(rows), separator):
        for cell in row:
            assert not cell.lstrip().startswith(FORMULA_STARTS)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9), min_size=1))
def test_numbers_stay_numbers(numbers):
    """What is read back is equal, and a minus sign is no formula."""
    (row,) = read(as_csv([numbers]))
    assert [float(cell) for cell in row] == numbers


@given(st.lists(NASTY, min_size=2, max_size=5))
def test_rows_keep_their_cells(cells):
    """No text breaks out of its cell or its line."""
    (row,) = read(as_csv([cells]))
    assert len(row) == len(cells)


def test_nothing_is_an_empty_cell():
    """No score is not a zero."""
    assert as_csv([("ada", None, 0.0)]) == "ada,,0.0\n"


@pytest.mark.parametrize(("limit", "length"), [(LONGEST_CELL, 2000), (5000, 5000)])
def test_long_texts_are_cut(limit, length):
    """At the limit that the caller gives."""
    assert len(as_csv([["x" * 9000]], limit)) == length + 1


@pytest.mark.parametrize("text", ["", "ada", "ada@example.org", "12345", "O'Hara", "a b"])
def test_plain_ids_are_written_as_they_are(text):
    """Another system finds them again."""
    assert written_as_it_is(text)
    assert read(as_csv([[text, "x"]])) == [[text, "x"]]


@pytest.mark.parametrize("text", ["=1+1", "-rf", "a\nb", "a\x00b", "a\u202eb", "x" * 2001, "a;=1"])
def test_ids_that_would_be_altered_are_known(text):
    """The caller leaves them out and says so."""
    assert not written_as_it_is(text)


@given(NASTY)
def test_an_id_is_unchanged_or_known_to_change(text):
    """There is no third case."""
    ((cell, _),) = read(as_csv([[text, "x"]]))
    assert written_as_it_is(text) == (cell == text)
