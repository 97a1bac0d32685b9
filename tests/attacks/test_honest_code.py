"""What looks like an attack and is none: it costs nothing, so that it is the attack that fails."""

import pytest

from .attack import answers
from .tools import RIGHT, SIGNATURE


@pytest.fixture
def told_and_score(arena_on, strongest):
    """Grade a notebook on the strongest rung; return what its author is told, and the points."""

    def grade(*sources, **more):
        outcome = arena_on(strongest.name).make(answers("honest", *sources, most=20.0, **more))
        assert outcome.harm == ()
        return outcome.attacked.told, outcome.attacked.result.score

    return grade


@pytest.mark.parametrize("first", ["    import sys\n", "    global KEPT\n    KEPT = X\n"])
def test_harmless_statements_cost_nothing(told_and_score, first):
    """The same frame around a right answer has full marks."""
    _, score = told_and_score(RIGHT.replace(SIGNATURE, SIGNATURE + first), "", vectorized=RIGHT)
    assert score == 20.0


@pytest.mark.parametrize(
    "line", ["sys.float_info.epsilon", "getattr(np, 'exp')", "eval('1 + 1')", "[sys for _ in (W, X)]"]
)
def test_harmless_use_of_a_suspicious_name_costs_nothing(told_and_score, line):
    """Array operations are quick, and say so whatever the code could do to the counter."""
    told, score = told_and_score("", "", vectorized=RIGHT.replace(SIGNATURE, SIGNATURE + f"    {line}\n"))
    assert score == 10.0
    assert "judged by its CPU time" in told


def test_text_of_the_published_example_is_told(told_and_score):
    """The first call has published inputs, so the text of its exception helps its author."""
    told, _ = told_and_score("def {name}(W, X, y, reg):\n    raise ValueError('my own words')\n", "")
    assert "my own words" in told
