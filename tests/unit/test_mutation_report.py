"""What a run of the gate shows: matrix, lists of trouble, and the page of the documentation."""

import io

import pytest
from rich.console import Console

from gradkit.grader.errors import CourseError
from gradkit.grader.mutation import report
from gradkit.grader.mutation.equivalent import Equivalent
from gradkit.grader.mutation.matrix import Assessment, Trial
from gradkit.grader.mutation.mutants import Mutant
from gradkit.grader.mutation.specimens import Kind, Specimen

MUTANT = Mutant("f", "sign", "y = x | [1]", "y = -x | [1]", 2, "def f(x): ...")


def trial(kind, name, killers=(), *, loses=(), unhinted=(), problem="", mutant=None):
    """Return a trial in which the killers' points were lost."""
    specimen = Specimen(kind, name, {"f": ""}, frozenset(loses), mutant)
    return Trial(specimen, frozenset(killers), frozenset(killers), tuple(unhinted), problem)


CHECKS = [("value", True), ("shape", True), ("style", False)]
GOOD = Assessment(
    [trial(Kind.MISTAKE, "sign_flipped", {"value"}), trial(Kind.MUTANT, "[bold]one | two", {"value", "shape"})],
    CHECKS,
    [],
    1,
)


def shown(assessment):
    """Return what is printed about an assessment."""
    console = Console(file=io.StringIO(), width=120)
    report.show(assessment, "hw", "bwrap", console)
    return console.file.getvalue()


def test_the_matrix_is_a_table():
    """One row a check, with what it kills, what it alone kills, and an example of that."""
    lines = [line.split("│") for line in shown(GOOD).split("\n") if "│" in line]
    assert [[cell.strip() for cell in line] for line in lines] == [
        ["value", "1", "1", "1", "sign_flipped", ""],
        ["shape", "0", "1", "0", "", "redundant"],
        ["style", "0", "0", "0", "", "costs no points"],
    ]


def test_the_end_says_what_was_run_and_what_is_superfluous():
    """When nothing is wrong."""
    assert shown(GOOD).rstrip().split("\n")[-3:] == [
        "hw: 1 known mistakes, 1 mutants, 0 equivalent mutants, 0 correct variants. Isolation: bwrap.",
        "Redundant checks, all of whose victims another check kills too: shape.",
        "Checks with points that kill nothing: none.",
    ]


@pytest.mark.parametrize(
    ("found", "unmatched", "expected"),
    [
        (trial(Kind.MISTAKE, "[red]stub"), [], "Survivors, wrong code that kept all points. Write a check"),
        (trial(Kind.MISTAKE, "[red]stub"), [], "\n  [red]stub\n"),
        (
            trial(Kind.MUTANT, str(MUTANT), mutant=MUTANT),
            [],
            '\n  f, sign: `y = x | [1]` -> `y = -x | [1]` [occurrence 2]\n    [[equivalent]]\n    function = "f"\n',
        ),
        (trial(Kind.VARIANT, "loops", {"value", "shape"}, loses={"shape", "style"}), [], "Rejected, right code"),
        (
            trial(Kind.VARIANT, "loops", {"value", "shape"}, loses={"shape", "style"}),
            [],
            "\n  loops: lost value; did not lose style\n",
        ),
        (trial(Kind.EQUIVALENT, "same", {"value"}), [], "Listed as equivalent, yet killed:\n  same: lost value\n"),
        (trial(Kind.MUTANT, "m", problem="no\nguest"), [], "Not judged:\n  m: no guest\n"),
        (
            trial(Kind.REFERENCE, "the reference itself"),
            [Equivalent(function="f", operator="sign", line="a", becomes="-a", reason="0")],
            "or mend it:\n  f, sign: `a` -> `-a`\n",
        ),
        (
            trial(Kind.MISTAKE, "nameless", {"value"}, unhinted=["f"]),
            [],
            "Known mistakes that were not named to the student:\n  nameless\n",
        ),
    ],
)
def test_trouble_is_listed(found, unmatched, expected):
    """Each kind under a heading of its own, with what to do about it; nothing is taken for markup."""
    assert expected in shown(Assessment([found], CHECKS, unmatched, 0))


def test_the_page_gets_the_matrix_between_its_marks(tmp_path):
    """What stands around them stays; a second run changes nothing."""
    page = tmp_path / "page.md"
    page.write_text(
        "Before.\n<!-- matrix of hw: written by gradkit mutate -->\nold\n<!-- end of the matrix -->\nAfter.\n"
    )
    report.write_into(page, GOOD, "hw")
    first = page.read_text()
    report.write_into(page, GOOD, "hw")
    assert page.read_text() == first
    assert first.startswith("Before.\n<!-- matrix of hw: written by gradkit mutate -->\n\n| check | mistakes | ")
    assert "\n| value | 1 | 1 | 1 | sign_flipped |  |\n" in first
    assert first.endswith("|\n\n<!-- end of the matrix -->\nAfter.\n")


def test_a_cell_cannot_break_the_markdown():
    """A mutant of `a | b` has a bar in its name."""
    alone = Assessment([trial(Kind.MUTANT, "one | two", {"value"})], CHECKS, [], 0)
    assert "| value | 0 | 1 | 1 | one \\| two |  |" in report.as_markdown(alone)


@pytest.mark.parametrize("text", ["", "<!-- matrix of hw: written by gradkit mutate -->", "<!-- end of the matrix -->"])
def test_a_page_without_a_place_is_refused(tmp_path, text):
    """It is left as it was."""
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(CourseError, match="has no place for the matrix: expected the lines <!-- matrix of hw"):
        report.write_into(page, GOOD, "hw")
    assert page.read_text() == text
