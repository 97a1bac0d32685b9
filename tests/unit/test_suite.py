"""Hidden suites: ordinary pytest, whose tests become checks; tiny suites on real guests."""

import json
import textwrap
import warnings

import pytest

from gradkit.grader.course import Bundle, Settings
from gradkit.grader.errors import SuiteError
from gradkit.grader.model import Limits, Outcome
from gradkit.grader.sandbox import probe
from gradkit.grader.sandbox.launch import Sandbox
from gradkit.grader.sandbox.student import Student
from gradkit.grader.suite import SuiteSession
from gradkit.notebook import read_notebook

# An outer pytest that turns warnings into errors would break the inner one's fixtures; a test below asks for none.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning")

PASSED, FAILED, NOT_JUDGED = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_JUDGED
OURS = "Not judged: a fault of the grader, not yours."
HEAD = """
import numpy as np
import pytest
from gradkit.grader.compare import Disagreement

pytestmark = pytest.mark.question("f")
"""


def notebook(*sources):
    """Return the bytes of a notebook with these code cells."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def bundle(checks, *, head=HEAD, graded=("f",), reference="def f(x): return x\ndef g(x): return x", **files):
    """Return an assignment with a one-file suite."""
    suite = {"test_hw.py": head + textwrap.dedent(checks), **{f"{name}.py": text for name, text in files.items()}}
    return Bundle(
        assignment="hw",
        settings=Settings(title="Homework"),
        notebook=notebook(reference),
        suite=tuple((name, text.encode()) for name, text in sorted(suite.items())),
        seed=bytes(32),
        sha256="5ea1",
        questions=tuple((name, 10.0) for name in graded),
    )


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox on the strongest rung of this machine."""
    sandbox = Sandbox(probe.choose(), Limits())
    yield sandbox
    sandbox.close()


@pytest.fixture
def session():
    """Open the session of a bundle; it is closed after the test."""
    opened = []

    def open_session(*arguments, **options):
        opened.append(SuiteSession(bundle(*arguments, **options)))
        return opened[-1]

    yield open_session
    for one in opened:
        one.close()


@pytest.fixture
def judge(session, sandbox):
    """Judge a notebook with a suite."""

    def run(checks, *sources, graded=("f",), **options):
        opened = session(checks, graded=graded, **options)
        return judged_by(opened, sandbox, graded, *sources)

    return run


def judged_by(session, sandbox, graded, *sources, code=b""):
    """Judge a notebook in an open session."""
    student = Student(sandbox, read_notebook(notebook(*sources), "hw.ipynb"), graded, Limits(call_seconds=0.5))
    try:
        return session.judge(student, code)
    finally:
        student.close()


def outcomes(judged, question="f"):
    """Return how each check of a question ended."""
    return [(check.id, check.outcome) for check in judged.checks[question]]


RIGHT, WRONG = "def f(x): return x", "def f(x): return x + 1"


def test_tests_become_checks(judge):
    """Name, docstring and weight come from the test; the outcome from its assertions."""
    judged = judge(
        '''
        @pytest.mark.weight(3)
        def test_keeps_its_argument(function, reference):
            """It returns what it was given.

            More for whoever reads the suite.
            """
            assert function(2) == reference.f(2)
        ''',
        RIGHT,
    )
    (check,) = judged.checks["f"]
    assert (check.id, check.description, check.weight) == ("keeps_its_argument", "It returns what it was given.", 3.0)
    assert (check.outcome, check.message, check.hint, check.blocked_by) == (PASSED, "", "", None)
    assert judged.faults == ()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("assert function(0.7315) == 0.7315", "It is checked."),
        ("assert function(0.7315) == 0.7315, 'expected 0.7315'", "It is checked."),
        ("raise Disagreement('It has the opposite sign.')", "It has the opposite sign."),
        ("np.testing.assert_allclose(function(0.7315), 0.7315)", "It is checked."),
        ("pytest.fail('0.7315')", None),
    ],
)
def test_a_failed_assertion_shows_no_hidden_value(judge, statement, message):
    """A bare assert shows the description; a Disagreement its own sentence; pytest's text is never shown."""
    judged = judge(f'def test_a(function):\n    """It is checked."""\n    {statement}\n', WRONG)
    (check,) = judged.checks["f"]
    assert "0.7315" not in check.message
    if message is not None:
        assert (check.outcome, check.message) == (FAILED, message)


@pytest.mark.parametrize(("mark", "shown"), [("@pytest.mark.published\n", True), ("", False)])
def test_texts_of_exceptions_are_shown_for_published_inputs_alone(judge, mark, shown):
    """An exception's text could carry hidden inputs out."""
    checks = f'{mark}def test_a(function):\n    """It is checked."""\n    function(7315)\n'
    (check,) = judge(checks, "def f(x):\n    raise ValueError(f'x is {x}')").checks["f"]
    assert check.outcome is FAILED
    assert check.message.startswith("Your function raised ValueError in cell 1, line 2")
    assert ("x is 7315" in check.message) is shown


BLOCKING = '''
    def test_base(function):
        """Base."""
        assert function(1) == 1

    def test_other(function):
        """Other."""
        assert function(0) == 0

    @pytest.mark.requires("base")
    def test_middle(function):
        """Middle."""

    @pytest.mark.requires("middle")
    def test_top(function):
        """Top."""

    @pytest.mark.requires_any("base", "other")
    def test_either(function):
        """Either."""

    @pytest.mark.requires("other")
    @pytest.mark.requires_any("base")
    def test_both(function):
        """Both."""
'''


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (RIGHT, dict.fromkeys(("base", "other", "middle", "top", "either", "both"), (PASSED, None))),
        (
            "def f(x): return 0",
            {
                **{"base": (FAILED, None), "other": (PASSED, None)},
                **{"middle": (NOT_JUDGED, "base"), "top": (NOT_JUDGED, "base")},
                **{"either": (PASSED, None), "both": (NOT_JUDGED, "base")},
            },
        ),
        (
            "def f(x): return 1",
            {
                **{"base": (PASSED, None), "other": (FAILED, None)},
                **{"middle": (PASSED, None), "top": (PASSED, None)},
                **{"either": (PASSED, None), "both": (NOT_JUDGED, "other")},
            },
        ),
        (
            "def f(x): return 2",
            {
                **{"base": (FAILED, None), "other": (FAILED, None)},
                **{"middle": (NOT_JUDGED, "base"), "top": (NOT_JUDGED, "base")},
                **{"either": (NOT_JUDGED, "base"), "both": (NOT_JUDGED, "other")},
            },
        ),
    ],
    ids=["right", "base fails", "other fails", "both fail"],
)
def test_a_check_needs_those_that_it_requires(judge, source, expected):
    """Blocked checks name the failed one at the root, however long the chain."""
    judged = judge(BLOCKING, source)
    assert {check.id: (check.outcome, check.blocked_by) for check in judged.checks["f"]} == expected


def test_a_blocked_check_says_what_it_needs(judge):
    """The message names the check that did not pass, in words."""
    checks = {check.id: check for check in judge(BLOCKING, "def f(x): return 0").checks["f"]}
    assert checks["top"].message == 'Not judged yet: it can be once "base" passes.'


def test_weights_may_differ_by_question(judge):
    """A keyword of the mark is a question's name."""
    judged = judge(
        '''
        pytestmark = pytest.mark.question("f", "g")

        @pytest.mark.weight(2, g=5)
        def test_a(function):
            """A."""

        def test_b(question):
            """B."""
        ''',
        RIGHT,
        graded=("f", "g"),
    )
    weights = {name: [check.weight for check in checks] for name, checks in judged.checks.items()}
    assert weights == {"f": [2.0, 0.0], "g": [5.0, 0.0]}


def test_each_question_is_about_its_own_function(judge):
    """The same test judges both functions; one missing costs the other nothing."""
    both = 'pytestmark = pytest.mark.question("f", "g")\n'
    checks = 'def test_a(function):\n    """A."""\n    assert function(1) == 1\n'
    judged = judge(both + checks, RIGHT, graded=("f", "g"))
    assert (outcomes(judged, "f"), outcomes(judged, "g")) == ([("a", PASSED)], [("a", FAILED)])
    assert judged.checks["g"][0].message.startswith("Your function was not found in the notebook")


def test_a_skipped_check_is_not_judged(judge):
    """The reason stands in the check, and in the problem that the instructor reads."""
    judged = judge('def test_a(function):\n    """A."""\n    pytest.skip("no inputs today")\n', RIGHT)
    (check,) = judged.checks["f"]
    assert (check.outcome, check.message) == (NOT_JUDGED, "Not judged: no inputs today.")
    assert judged.faults == ("f, a: the check was skipped: no inputs today",)


@pytest.mark.parametrize(
    ("checks", "kind"),
    [
        ('def test_a(function):\n    """A."""\n    1 / 0\n', "ZeroDivisionError"),
        ('def test_a(function):\n    """A."""\n    undefined\n', "NameError"),
        ('def test_a(function):\n    """A."""\n    raise SystemExit(3)\n', "SystemExit"),
        (
            '@pytest.fixture\ndef broken(): 1 / 0\ndef test_a(function, broken):\n    """A."""\n',
            "ZeroDivisionError",
        ),
        (
            '@pytest.fixture\ndef broken():\n    yield\n    1 / 0\ndef test_a(function, broken):\n    """A."""\n',
            "ZeroDivisionError",
        ),
        ('def test_a(function, no_such_fixture):\n    """A."""\n', "FixtureLookupError"),
    ],
    ids=["error", "name", "exit", "fixture", "teardown", "unknown fixture"],
)
def test_a_broken_check_is_our_fault(judge, checks, kind):
    """It is not judged, the student reads whose fault it is, and the instructor which check failed."""
    after = 'def test_b(function):\n    """B."""\n    assert function(1) == 1\n'
    judged = judge(checks + after, RIGHT)
    broken, fine = judged.checks["f"]
    assert (broken.outcome, broken.message, broken.blocked_by) == (NOT_JUDGED, OURS, None)
    assert fine.outcome is PASSED
    (fault,) = judged.faults
    assert fault.startswith(f"f, a: the check failed ({kind}): ")


def test_one_session_judges_many_students(session, sandbox):
    """Each student's outcomes are their own, whatever the one before did."""
    opened = session('def test_a(function):\n    """A."""\n    assert function(1) == 1\n')
    hang = "def f(x):\n    while True: pass"
    judged = [judged_by(opened, sandbox, ["f"], source) for source in (RIGHT, WRONG, hang, "x = (", RIGHT)]
    assert [one.checks["f"][0].outcome for one in judged] == [PASSED, FAILED, FAILED, FAILED, PASSED]


def test_inputs_are_those_of_the_code(session, sandbox):
    """The same code gets the same numbers for a purpose, other code other ones."""
    checks = 'def test_a(draw, function):\n    """A."""\n    raise Disagreement(str(draw("a").random()))\n'
    opened = session(checks)
    codes = (b"one", b"two", b"one")
    seen = [judged_by(opened, sandbox, ["f"], RIGHT, code=code).checks["f"][0].message for code in codes]
    assert seen[0] == seen[2] != seen[1]


def test_a_fixture_that_draws_cannot_outlive_a_check(session, sandbox):
    """Inputs that were drawn for one student would serve the next: pytest refuses that."""
    opened = session(
        '''
        @pytest.fixture(scope="session")
        def inputs(draw):
            return draw("a").random(3)

        def test_a(function, inputs):
            """A."""
        '''
    )
    (check,) = judged_by(opened, sandbox, ["f"], RIGHT).checks["f"]
    assert check.outcome is Outcome.NOT_JUDGED


def test_inputs_are_the_same_in_every_check(session, sandbox):
    """A purpose always gives the same numbers."""
    opened = session(
        '''
        @pytest.fixture
        def inputs(draw):
            assert draw("a").random() == draw("a").random()
            assert draw("a").random() != draw("b").random()
            return draw("a").random(3)

        def test_a(function, inputs):
            """A."""
            assert function(inputs).tolist() == inputs.tolist()
        '''
    )
    judged = [judged_by(opened, sandbox, ["f"], RIGHT) for _ in range(3)]
    assert [(outcomes(one), one.faults) for one in judged] == [([("a", PASSED)], ())] * 3


def test_other_seeds_give_other_inputs(session, sandbox):
    """Knowing the suite does not give the numbers."""
    checks = 'def test_a(draw, function):\n    """A."""\n    raise Disagreement(str(draw("a").random()))\n'
    messages = []
    for seed in (bytes(32), bytes(31) + b"\1"):
        one = SuiteSession(
            Bundle(**{**{n: getattr(bundle(checks), n) for n in Bundle.__struct_fields__}, "seed": seed})
        )
        try:
            messages.append(judged_by(one, sandbox, ["f"], RIGHT).checks["f"][0].message)
        finally:
            one.close()
    assert messages[0] != messages[1]


def test_suites_may_have_modules_of_their_own(session, sandbox):
    """Files beside the tests can be imported; two suites may use the same names."""
    checks = 'import inputs\ndef test_a(function):\n    """A."""\n    assert function(1) == inputs.ONE\n'
    first, second = session(checks, inputs="ONE = 1\n"), None
    assert outcomes(judged_by(first, sandbox, ["f"], RIGHT)) == [("a", PASSED)]
    first.close()
    second = session(checks, inputs="ONE = 2\n")
    assert outcomes(judged_by(second, sandbox, ["f"], RIGHT)) == [("a", FAILED)]


def test_watched_and_counted_calls_reach_the_suite(judge):
    """The suite can ask what a call did beside returning, and what a function's source names."""
    judged = judge(
        '''
        def test_a(function):
            """A."""
            assert function.watched(np.ones(2)).changed == (0,)
            assert function.counted(np.ones(2)).instructions > 0
            assert function.names_other_functions() == ("g",)
            assert function.name == "f"
        ''',
        "def f(x):\n    x += 1\n    g(x)",
        "def g(x): return x",
        graded=("f", "g"),
        test_g='import pytest\n@pytest.mark.question("g")\ndef test_g(function):\n    """G."""\n',
    )
    assert (outcomes(judged), judged.faults) == ([("a", PASSED)], ())


def test_the_suites_files_are_private_and_go_with_the_session(session):
    """They lie in a folder of this user's alone, as long as the session is open."""
    opened = session('def test_a(function):\n    """A."""\n')
    folder = opened.folder
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.name for path in folder.iterdir()} >= {"test_hw.py"}
    opened.close()
    assert not folder.exists()


# ---------------------------------------------------------------------- suites that cannot be used

A = 'def test_a(function):\n    """A."""\n'


@pytest.mark.parametrize(
    ("checks", "reason"),
    [
        ("def test_a(:", "SyntaxError"),
        ("import no_such_module", "No module named 'no_such_module'"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "no check is about f"),
        ("def test_a(function):\n    pass\n", "test_a[f] has no docstring: its first line is the check's description"),
        (
            'def test_a():\n    """A."""\n' + A.replace("_a", "_b"),
            "test_a takes no fixture 'function' or 'question', or has no question mark",
        ),
        (
            '@pytest.mark.question("h")\n' + A + A.replace("_a", "_b"),
            "test_a[h]: 'h' is no graded function of the notebook",
        ),
        (
            '@pytest.mark.requires("b")\n' + A + A.replace("_a", "_b"),
            "test_a[f] requires 'b', which is no earlier check",
        ),
        ('@pytest.mark.requires_any("c")\n' + A, "test_a[f] requires 'c', which is no earlier check"),
        ('@pytest.mark.requires("a")\n' + A, "test_a[f] requires 'a', which is no earlier check"),
        ("@pytest.mark.wieght(2)\n" + A, "'wieght' not found in `markers` configuration option"),
        ("@pytest.mark.weight('two')\n" + A, "weight"),
        ("@pytest.mark.weight(g=2)\n" + A, "weight"),
    ],
    ids=[
        *("syntax", "import", "error", "no tests", "no docstring", "no question", "unknown question"),
        *("forward", "unknown check", "itself", "unknown mark", "weight in words", "weight for one question only"),
    ],
)
def test_a_suite_that_breaks_its_rules_is_refused_with_the_reason(session, checks, reason):
    """The instructor reads which test, and what is wrong with it."""
    with pytest.raises(SuiteError) as caught:
        session(checks)
    assert reason in str(caught.value)


def test_a_question_without_checks_is_refused(session):
    """Its points could not be given to anybody."""
    with pytest.raises(SuiteError, match="no check is about g"):
        session(A, graded=("f", "g"))


def test_a_second_check_of_the_same_name_is_refused(session):
    """Two files must not each have a check by one name: results and requirements go by it."""
    with pytest.raises(SuiteError, match="test_a"):
        session(A, test_more=HEAD + A)


def test_variants_of_a_parametrized_test_are_checks_of_their_own(judge):
    """Each variant has its own name, and who requires the test requires all of them."""
    judged = judge(
        '''
        @pytest.mark.parametrize("x", [1, 2])
        def test_variant(function, x):
            """Variant."""
            assert function(x) == 2

        @pytest.mark.requires("variant")
        def test_after(function):
            """After."""
        ''',
        "def f(x): return 2 if x == 2 else 0",
    )
    checks = judged.checks["f"]
    assert len({check.id for check in checks}) == 3
    assert [check.outcome for check in checks] == [FAILED, PASSED, NOT_JUDGED]


def test_two_open_sessions_keep_their_suites_apart(session, sandbox):
    """Files of the same name in two suites are two modules, even while both sessions are open."""
    first = session('def test_a(function):\n    """A."""\n    assert function(1) == 1\n')
    second = session('def test_b(function):\n    """B."""\n    assert function(1) == 2\n')
    assert outcomes(judged_by(first, sandbox, ["f"], RIGHT)) == [("a", PASSED)]
    assert outcomes(judged_by(second, sandbox, ["f"], RIGHT)) == [("b", FAILED)]


def test_the_plugin_uses_nothing_that_pytest_will_remove(session, sandbox):
    """The next version of pytest must not break every course."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        judged = judged_by(session(A), sandbox, ["f"], RIGHT)
    assert outcomes(judged) == [("a", PASSED)]
    assert [str(warning.message) for warning in caught if issubclass(warning.category, pytest.PytestWarning)] == []
