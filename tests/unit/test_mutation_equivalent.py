"""The list of equivalent mutants: what an entry says, and what is refused."""

import msgspec
import pytest

from gradkit.grader.errors import SuiteError
from gradkit.grader.mutation.equivalent import Equivalent, entry_for, load_equivalents, unmatched
from gradkit.grader.mutation.mutants import mutants

CELL = 'def f(x):\n    text = "a\\\\b"\n    return abs(x) + abs(x)\n'


def write(folder, *entries):
    """Write a list of entries; return where it lies."""
    path = folder / "equivalent.toml"
    path.write_text("\n".join(entries))
    return path


def test_the_lines_that_are_proposed_name_the_mutant(tmp_path):
    """What is printed for a survivor can be pasted, whatever the code contains."""
    for mutant in mutants("f", CELL):
        path = write(tmp_path, entry_for(mutant).replace('reason = ""', 'reason = "because"'))
        (entry,) = load_equivalents(path)
        assert (entry.key, entry.reason) == (mutant.key, "because")
        assert unmatched([entry], mutants("f", CELL)) == []


def test_no_file_is_no_entries(tmp_path):
    """An assignment without equivalent mutants needs no list of them."""
    assert load_equivalents(tmp_path / "equivalent.toml") == []


def test_an_entry_that_names_no_mutant_is_found():
    """The reference was changed, or the entry has a slip of the pen."""
    entry = Equivalent(function="f", operator="sign", line="return x", becomes="return -x", reason="x is 0")
    assert unmatched([entry], mutants("f", CELL)) == [entry]
    assert unmatched([entry], mutants("f", "def f(x):\n    return -x")) == [entry]


MUTANT = mutants("f", CELL)[0]
ENTRY = entry_for(MUTANT)
GIVEN = ENTRY.replace('reason = ""', 'reason = "because"')


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ([ENTRY], "no reason is given"),
        ([GIVEN, GIVEN], "is listed twice; remove one"),
        ([GIVEN.replace("reason", "why")], "unknown field `why`"),
        ([GIVEN.replace('function = "f"\n', "")], "missing required field `function`"),
        (["[[equivalent]"], "equivalent.toml: "),
    ],
    ids=["no reason", "twice", "unknown key", "missing key", "no TOML"],
)
def test_malformed_lists_are_refused(tmp_path, entries, sentence):
    """Each with a sentence that says what is wrong."""
    with pytest.raises(SuiteError) as caught:
        load_equivalents(write(tmp_path, *entries))
    assert sentence in str(caught.value)
    assert "equivalent.toml" in str(caught.value)


def test_occurrence_is_one_unless_it_is_said():
    """Most lines of a function are there once."""
    assert msgspec.convert({**_fields(), "reason": "because"}, Equivalent).occurrence == 1


def _fields():
    return dict(zip(("function", "operator", "line", "becomes"), MUTANT.key, strict=False))
