"""The kill matrix: who killed what, what is redundant, and what the suite must not be used for."""

import pytest

from gradkit.grader.model import Check, Outcome, Question, SubmissionResult
from gradkit.grader.mutation.equivalent import Equivalent
from gradkit.grader.mutation.matrix import Assessment, Row, checks_of, trial_of
from gradkit.grader.mutation.specimens import Kind, Specimen

PASSED, FAILED, NOT_JUDGED = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_JUDGED
BOTH = {"f": "def f(): ...", "g": "def g(): ..."}
ONE = {"f": "def f(): ..."}


def check(name, outcome=PASSED, weight=1.0, blocked_by=None, hint=""):
    """Return a check with this outcome."""
    return Check(id=name, description="", outcome=outcome, weight=weight, blocked_by=blocked_by, hint=hint)


def result(problem=None, **questions):
    """Return a result with these checks of each question."""
    found = tuple(
        Question(id=name, score=0.0, max_score=1.0, checks=tuple(checks)) for name, checks in questions.items()
    )
    return SubmissionResult(
        student="x", assignment="hw", score=0.0, max_score=2.0, problem=problem, isolation="", questions=found
    )


def trial(kind, killers=(), *, lost=None, loses=(), name="x", unhinted=(), problem=""):
    """Return a trial; what killers killed is lost unless said otherwise."""
    specimen = Specimen(kind, name, ONE, frozenset(loses))
    return trial_of(specimen, result(f=[]))._replace(
        killers=frozenset(killers),
        lost=frozenset(killers if lost is None else lost),
        unhinted=tuple(unhinted),
        problem=problem,
    )


@pytest.mark.parametrize(
    ("checks", "killers", "lost"),
    [
        ([check("a"), check("b")], set(), set()),
        ([check("a", FAILED), check("b")], {"a"}, {"a"}),
        ([check("a", FAILED, 0.0), check("b")], set(), set()),
        ([check("a", FAILED, 0.0), check("b", NOT_JUDGED, blocked_by="a")], {"a"}, {"b"}),
        ([check("a", FAILED), check("b", NOT_JUDGED, blocked_by="a")], {"a"}, {"a", "b"}),
        ([check("a", FAILED, 0.0), check("b", NOT_JUDGED, 0.0, blocked_by="a")], set(), set()),
    ],
    ids=["passed", "failed", "remark", "remark that others wait for", "waits", "remark that a remark waits for"],
)
def test_killers_are_the_failed_checks_that_cost_points(checks, killers, lost):
    """By their own weight or that of the checks that wait for them; a remark alone kills nothing."""
    found = trial_of(Specimen(Kind.MUTANT, "x", ONE), result(f=checks))
    assert (found.killers, found.lost) == (killers, lost)


def test_only_the_specimens_own_questions_count():
    """A mutant of f is not killed by what happened to g; a mistake in both may be killed in either."""
    judged = result(f=[check("a")], g=[check("a", FAILED)])
    assert trial_of(Specimen(Kind.MUTANT, "x", ONE), judged).killers == set()
    assert trial_of(Specimen(Kind.MISTAKE, "x", BOTH), judged).killers == {"a"}


def test_a_question_without_hint_is_noted():
    """One hint on any failed check of a question is enough; a question that passed needs none."""
    judged = result(f=[check("a", FAILED), check("b", FAILED, hint="Do this.")], g=[check("a", FAILED), check("b")])
    assert trial_of(Specimen(Kind.MISTAKE, "x", BOTH), judged).unhinted == ("g",)


@pytest.mark.parametrize(
    ("found", "good"),
    [
        (trial(Kind.MISTAKE, {"a"}), True),
        (trial(Kind.MISTAKE), False),
        (trial(Kind.MUTANT), False),
        (trial(Kind.EQUIVALENT), True),
        (trial(Kind.EQUIVALENT, {"a"}), False),
        (trial(Kind.REFERENCE, {"a"}), False),
        (trial(Kind.VARIANT), True),
        (trial(Kind.VARIANT, {"a"}), False),
        (trial(Kind.VARIANT, {"a"}, loses={"a"}), True),
        (trial(Kind.VARIANT, {"a", "b"}, loses={"a"}), False),
        (trial(Kind.VARIANT, loses={"a"}), False),
    ],
)
def test_wrong_code_loses_points_and_right_code_what_it_must(found, good):
    """A variant loses exactly what it is said to lose."""
    assert found.as_it_should_be is good


TRIALS = [
    trial(Kind.MISTAKE, {"a"}, name="first"),
    trial(Kind.MUTANT, {"a", "b"}, name="second"),
    trial(Kind.MUTANT, {"b", "c"}, name="third"),
    trial(Kind.VARIANT, {"d"}, loses={"d"}, name="fourth"),
    trial(Kind.EQUIVALENT),
]
CHECKS = [("a", True), ("b", True), ("c", True), ("d", True), ("e", False), ("f", True)]


def test_the_matrix_counts_what_each_check_kills():
    """A check is redundant if others kill all that it kills; a variant that must lose it counts as a mistake."""
    rows = Assessment(TRIALS, CHECKS, [], 0).matrix()
    assert rows == [
        Row("a", weighted=True, mistakes=1, mutants=1, alone=("first",)),
        Row("b", weighted=True, mistakes=0, mutants=2, alone=()),
        Row("c", weighted=True, mistakes=0, mutants=1, alone=()),
        Row("d", weighted=True, mistakes=1, mutants=0, alone=("fourth",)),
        Row("e", weighted=False, mistakes=0, mutants=0, alone=()),
        Row("f", weighted=True, mistakes=0, mutants=0, alone=()),
    ]
    assert [row.remark for row in rows] == ["", "redundant", "redundant", "", "costs no points", "kills nothing"]


def test_checks_come_in_the_order_of_the_suite():
    """Once each, whatever question they are about; one with points anywhere has points."""
    judged = result(f=[check("a", weight=0.0), check("b")], g=[check("a"), check("c", weight=0.0)])
    assert checks_of([judged, judged]) == [("a", True), ("b", True), ("c", False)]


ENTRY = Equivalent(function="f", operator="sign", line="x", becomes="-x", reason="it is 0")


@pytest.mark.parametrize(
    ("trials", "unmatched", "least", "complaints"),
    [
        (TRIALS, [], 2, []),
        ([trial(Kind.MUTANT), trial(Kind.MISTAKE)], [], 1, ["2 survived: wrong code that kept all points"]),
        ([trial(Kind.VARIANT, {"a"})], [], 0, ["1 rejected: right code that did not get its points"]),
        ([trial(Kind.REFERENCE, {"a"})], [], 0, ["1 rejected: right code that did not get its points"]),
        ([trial(Kind.EQUIVALENT, {"a"})], [], 0, ["1 listed as equivalent, yet killed"]),
        ([], [ENTRY], 0, ["1 listed as equivalent, but no mutant (any more)"]),
        ([trial(Kind.MUTANT, problem="the sandbox failed")], [], 1, ["1 not judged"]),
        (TRIALS, [], 3, ["only 2 mutants that are not equivalent, expected 3 or more"]),
        ([trial(Kind.MISTAKE, {"a"}, unhinted=["f"])], [], 0, []),
    ],
    ids=["fit", "survivors", "variant", "reference", "equivalent", "unmatched", "not judged", "too few", "no hint"],
)
def test_complaints(trials, unmatched, least, complaints):
    """One sentence for each kind of trouble; a missing hint is no reason to refuse a suite."""
    assert Assessment(trials, CHECKS, unmatched, least).complaints() == complaints
