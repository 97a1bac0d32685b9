"""What ``softmax_loss_naive`` and ``softmax_loss_vectorized`` must do; weights sum to 10 for each.

The order is that of a good explanation: can it be called, is the data loss right, its gradient, the
penalty, then numerical stability, the small print, and what "vectorized" means.
"""

import contextlib
from typing import NamedTuple

import numpy as np
import pytest

from error_bound import error_bound
from gradkit.grader import compare, rounding, vectorized
from gradkit.grader.compare import Disagreement
from problems import WORKED_EXAMPLE, Problem, gradient_of, loss_of, pair_of, random_problem, relabelled

pytestmark = pytest.mark.question("softmax_loss_naive", "softmax_loss_vectorized")

called = pytest.mark.requires("can_be_called")
partly_right = pytest.mark.requires_any("loss_without_regularization", "gradient_without_regularization")


@pytest.mark.published
def test_can_be_called(function):
    """It can be called on the notebook's worked example and returns (loss, dW)."""
    answer = function(*WORKED_EXAMPLE)
    if not isinstance(answer, tuple) or len(answer) != 2:
        loss_of(answer)


# ---------------------------------------------------------------------- the data loss


def changed_arguments(report):
    """Return the names of the arguments that a call changed, in words; empty if it changed none."""
    return " and ".join(Problem._fields[n] for n in report.changed if n in range(4))


@contextlib.contextmanager
def naming_changed_arguments(report):
    """Give the answer of a call; if it is wrong and the call changed its arguments, say that too: it may be why."""
    try:
        yield report.value
    except Disagreement as wrong:
        names = changed_arguments(report)
        if not names:
            raise
        raise Disagreement(f"{wrong} Your function changes its argument {names}; work on a copy.") from None


@called
@pytest.mark.weight(2.5, softmax_loss_naive=3.0)
def test_loss_without_regularization(function, judge, ordinary):
    """At reg = 0 the loss is the mean cross-entropy."""
    problem = ordinary.data_only()
    with naming_changed_arguments(function.watched(*problem)) as answer:
        judge.loss(answer, problem, " at reg = 0")


@called
@pytest.mark.weight(2.5, softmax_loss_naive=3.0)
def test_gradient_without_regularization(function, judge, ordinary):
    """At reg = 0 the gradient is that of the mean cross-entropy."""
    problem = ordinary.data_only()
    with naming_changed_arguments(function.watched(*problem)) as answer:
        judge.gradient(answer, problem, " at reg = 0")


# ---------------------------------------------------------------------- the penalty


class Factor(NamedTuple):
    """A factor of the penalty, fitted, and how far rounding may have moved it."""

    value: float
    uncertainty: float

    def is_near(self, target):
        """Tell whether the factor is this number."""
        return abs(self.value - target) <= self.uncertainty


def tolerances(problem):
    """Return how far loss and gradient of right code may be off together, with the penalty and without."""
    bounds = error_bound(problem), error_bound(problem.data_only())
    return [sum(rounding.tolerance(bound, np.float32) for bound in pair) for pair in zip(*bounds, strict=True)]


def penalty_in_loss(function, problem):
    """Return the factor c in loss = data loss + c*reg*sum(W*W)."""
    with_penalty, without = loss_of(function(*problem)), loss_of(function(*problem.data_only()))
    compare.finite(with_penalty, "The loss")
    compare.finite(without, "The loss at reg = 0")
    penalty = problem.reg * np.sum(problem.W**2)
    return Factor((with_penalty - without) / penalty, tolerances(problem)[0] / penalty)


def penalty_in_gradient(function, problem):
    """Return the factor g in dW = data gradient + g*reg*W; nan if the difference is not a multiple of W."""
    with_penalty = gradient_of(function(*problem), problem)
    without = gradient_of(function(*problem.data_only()), problem)
    compare.finite(with_penalty, "dW")
    compare.finite(without, "dW at reg = 0")
    penalty, tolerance = problem.reg * problem.W, tolerances(problem)[1]
    factor = np.vdot(penalty, with_penalty - without) / np.vdot(penalty, penalty)
    fits = np.all(np.abs(with_penalty - without - factor * penalty) <= 2 * tolerance)
    uncertainty = np.vdot(np.abs(penalty), tolerance) / np.vdot(penalty, penalty)
    return Factor(factor if fits else np.nan, uncertainty)


def follows_other_convention(function, problem):
    """Tell whether loss and gradient both follow reg*sum(W*W): twice ours, but consistent."""
    try:
        return penalty_in_loss(function, problem).is_near(1) and penalty_in_gradient(function, problem).is_near(2)
    except Disagreement:
        return False


@called
@pytest.mark.weight(0.75)
def test_regularization_in_loss(function, ordinary):
    """For reg > 0 the loss grows by the penalty, in our convention or consistently in the other."""
    factor = penalty_in_loss(function, ordinary)
    if factor.is_near(0.5) or follows_other_convention(function, ordinary):
        return
    if factor.is_near(0):
        raise Disagreement(
            "The loss does not change with reg: the penalty 0.5*reg*sum(W*W) is missing, or not multiplied by reg."
        )
    if factor.is_near(1):
        raise Disagreement("The penalty in the loss is reg*sum(W*W), twice 0.5*reg*sum(W*W); dW does not match it.")
    raise Disagreement("The penalty in the loss is not 0.5*reg*sum(W*W).")


@called
@pytest.mark.weight(0.75)
def test_regularization_in_gradient(function, ordinary):
    """For reg > 0 the gradient grows by the penalty's derivative, in the same convention as the loss."""
    factor = penalty_in_gradient(function, ordinary)
    if factor.is_near(1) or follows_other_convention(function, ordinary):
        return
    if factor.is_near(0):
        raise Disagreement(
            "dW does not change with reg: the penalty's derivative reg*W is missing, or not multiplied by reg."
        )
    if factor.is_near(2):
        raise Disagreement("The penalty in dW is 2*reg*W, twice the derivative of 0.5*reg*sum(W*W).")
    raise Disagreement("The penalty in dW is not reg*W.")


@pytest.mark.requires("regularization_in_loss", "regularization_in_gradient")
@pytest.mark.weight(0.5)
def test_convention(function, ordinary):
    """The penalty is 0.5*reg*sum(W*W), its gradient reg*W: the convention of this course."""
    if follows_other_convention(function, ordinary):
        raise Disagreement(
            "Loss and gradient agree with each other, but they use reg*sum(W*W) and 2*reg*W: twice the penalty of"
            " this course, which is 0.5*reg*sum(W*W) with gradient reg*W."
        )


# ---------------------------------------------------------------------- numerical stability


def with_offsets(problem, offsets):
    """Return the problem with a number added to all logits of each example: probabilities stay the same."""
    W = np.vstack([problem.W, np.ones(problem.W.shape[1])])
    return Problem(W, np.column_stack([problem.X, offsets]), problem.y, 0.0)


@partly_right
@pytest.mark.weight(0.75)
def test_large_scores(function, judge, ordinary, passed):
    """Scores around 1000 do not overflow: a maximum is subtracted before exp."""
    problem = with_offsets(ordinary, np.full(len(ordinary.y), 1000.0))
    judge.what_is_right(passed, function, problem, " with all scores around 1000")


@partly_right
@pytest.mark.weight(0.5)
def test_rows_far_apart(function, judge, ordinary, passed):
    """Examples with scores around 1000, 0 and -1000 in one batch: each row's own maximum is subtracted."""
    problem = with_offsets(ordinary, 1000.0 * (np.arange(len(ordinary.y)) % 3 - 1))
    judge.what_is_right(passed, function, problem, " with some rows' scores near 1000 and others' near -1000")


@partly_right
@pytest.mark.weight(0.25)
def test_improbable_class(function, judge, draw, passed):
    """A true class whose probability underflows to 0 has a finite loss: log p = z_y - logsumexp(z)."""
    ordinary = random_problem(draw("improbable"), N=7, D=4, C=5)
    scores = np.zeros((7, 5))
    scores[np.arange(7), (ordinary.y + 1) % 5] = 1000.0
    W = np.vstack([ordinary.W, np.eye(5)])
    problem = Problem(W, np.hstack([ordinary.X, scores]), ordinary.y, 0.0)
    answer = function(*problem)
    if "loss_without_regularization" in passed and loss_of(answer) < 745:
        raise Disagreement(
            "The loss of hopeless examples has a ceiling: leave out the epsilon or the clipping inside the log,"
            " and compute log p = z_y - logsumexp(z)."
        )
    judge.what_is_right(passed, function, problem, " of true classes that are more than 745 below the maximum")


# ---------------------------------------------------------------------- the small print


@partly_right
@pytest.mark.weight(0.05)
def test_inputs_unchanged(function, ordinary):
    """W, X and y are left as they were, dW is not W itself, and no global random numbers are used."""
    report = function.watched(*ordinary)
    names = changed_arguments(report)
    if names:
        raise Disagreement(f"The function changes its argument {names}; work on a copy.")
    if 0 in report.shared:
        raise Disagreement("dW shares its memory with W: changing one changes the other; return a new array.")
    if report.moved_random:
        raise Disagreement("The function uses numpy's global random numbers; a loss must not.")


@partly_right
@pytest.mark.weight(0.05)
def test_repeatable(function, judge, ordinary, draw, passed):
    """The result depends on the arguments alone, not on earlier calls."""
    problem = ordinary.data_only()
    other = relabelled(draw("repeatable"), problem)
    judge.what_is_right(passed, function, other, " for another batch of this shape (is something kept between calls?)")
    judge.what_is_right(passed, function, problem, " in a second call (is something kept between calls?)")


@partly_right
@pytest.mark.weight(0.05)
def test_large_batch(function, judge, draw, passed):
    """A batch of 600 examples works: no number of examples is built in."""
    judge.what_is_right(
        passed, function, random_problem(draw("large"), N=600, D=3, C=4, reg=0.0, scale=0.5), " for 600 examples"
    )


@partly_right
@pytest.mark.weight(0.05)
def test_one_example(function, judge, draw, passed):
    """A batch of one example works."""
    judge.what_is_right(passed, function, random_problem(draw("one"), N=1, D=4, C=3, reg=0.0), " for a batch of one")


@partly_right
@pytest.mark.weight(0.05)
def test_equal_scores(function, judge, ordinary, passed):
    """At W = 0 all scores are equal and the loss is log(C): the true class is found by its label."""
    problem = ordinary.data_only()._replace(W=np.zeros_like(ordinary.W))
    judge.what_is_right(passed, function, problem, " at W = 0")


@partly_right
@pytest.mark.weight(0.05)
def test_two_classes(function, judge, draw, passed):
    """Two classes work."""
    judge.what_is_right(passed, function, random_problem(draw("two"), N=5, D=4, C=2, reg=0.0), " for two classes")


@partly_right
@pytest.mark.weight(0.05)
def test_absent_class(function, judge, draw, passed):
    """Classes are those of W's columns, even if the first or the last do not occur in the batch."""
    problem = random_problem(draw("absent-last"), N=6, D=4, C=5, reg=0.0, y=np.arange(6) % 3)
    judge.what_is_right(passed, function, problem, " when the last classes do not occur in the batch")
    problem = random_problem(draw("absent-first"), N=6, D=4, C=5, reg=0.0, y=np.arange(6) % 3 + 2)
    judge.what_is_right(passed, function, problem, " when the first classes do not occur in the batch")


@partly_right
@pytest.mark.weight(0.05)
def test_many_classes(function, judge, draw, passed):
    """More than 127 classes work: labels are not squeezed into a byte."""
    labels = np.array([0, 127, 128, 199, 256, 299])
    # So many weights that differences of losses, one for each of them, would take minutes.
    problem = random_problem(draw("many"), N=6, D=200, C=300, reg=0.0, y=labels, scale=0.1)
    judge.what_is_right(passed, function, problem, " for labels above 127")


@partly_right
@pytest.mark.weight(0.05)
def test_label_types(function, judge, ordinary, passed):
    """Labels of any integer dtype work."""
    for dtype in (np.uint8, np.int8, np.int32):
        problem = ordinary.data_only()._replace(y=ordinary.y.astype(dtype))
        judge.what_is_right(passed, function, problem, f" for labels of dtype {np.dtype(dtype)}")


@partly_right
@pytest.mark.weight(0.05)
def test_single_precision(function, judge, ordinary, passed):
    """float32 inputs work, to float32's accuracy."""
    W, X = ordinary.W.astype(np.float32), ordinary.X.astype(np.float32)
    judge.what_is_right(passed, function, Problem(W, X, ordinary.y, 0.0), " for float32 inputs")


@partly_right
@pytest.mark.weight(0.0)
def test_full_precision(function, judge, ordinary, passed):
    """float64 inputs give float64 accuracy (a remark that costs no points)."""
    where = " has fewer digits than float64 carries (keep W's dtype; no epsilon inside log), so it"
    judge.what_is_right(passed, function, ordinary.data_only(), where, dtype=np.float64)


# ---------------------------------------------------------------------- naive and vectorized


@partly_right
@pytest.mark.weight(0.0)
def test_plain_types(function, ordinary):
    """The gradient is an ordinary array (a remark that costs no points)."""
    compare.plain(pair_of(function(*ordinary))[1], "dW")


@called
@pytest.mark.question("softmax_loss_naive")
@pytest.mark.weight(0.0)
def test_stands_alone(function):
    """The naive function does not call the vectorized one (a remark that costs no points)."""
    if function.names_other_functions():
        raise Disagreement(
            "softmax_loss_naive calls softmax_loss_vectorized, directly or through a helper: write the loops out, they"
            " are the lesson."
        )


@called
@pytest.mark.question("softmax_loss_vectorized")
@pytest.mark.weight(0.0)
def test_can_be_counted(function):
    """Nothing in it could reach the counting of loops (a remark that costs no points)."""
    vectorized.can_be_counted(function, *WORKED_EXAMPLE)


MORE = 504


@pytest.fixture
def prove_no_loop(function, reference, judge, draw, passed):
    """Raise Disagreement if the function loops over something, or is wrong where that is shown."""

    def prove(over, size, *, heavy, timed=None):
        axis, rng = {"examples": "N", "features": "D", "classes": "C"}[over], draw(f"loops over {over}")

        def problem(**sizes):
            return random_problem(rng, **sizes, reg=0.0, scale=0.5 / np.sqrt(sizes["D"]))

        answers = vectorized.prove_no_loop(
            function,
            reference.softmax_loss_vectorized,
            over=over,
            small=problem(**size),
            large=problem(**size | {axis: size[axis] + MORE}),
            more=MORE,
            heavy=lambda: [problem(**heavy) for _ in range(3)],
            timed=lambda: [problem(**timed) for _ in range(5)] if timed else (),
        )
        for arguments, value in answers:
            judge.what_was_right(passed, value, arguments, f" for many {over}")

    return prove


@partly_right
@pytest.mark.question("softmax_loss_vectorized")
@pytest.mark.weight(0.75)
def test_no_loop_over_examples(prove_no_loop, question):
    """The count of executed instructions does not grow with the number of examples."""
    heavy, timed = {"N": 8192, "D": 2, "C": 2}, {"N": 512, "D": 2, "C": 3}
    prove_no_loop("examples", {"N": 8, "D": 2, "C": 3}, heavy=heavy, timed=timed)


@partly_right
@pytest.mark.question("softmax_loss_vectorized")
@pytest.mark.weight(0.25)
def test_no_loop_over_classes_or_features(prove_no_loop, question):
    """The count of executed instructions does not grow with the number of classes, nor with that of features."""
    prove_no_loop("classes", {"N": 3, "D": 4, "C": 5}, heavy={"N": 2, "D": 2, "C": 32768})
    prove_no_loop("features", {"N": 3, "D": 4, "C": 5}, heavy={"N": 2, "D": 32768, "C": 2})
