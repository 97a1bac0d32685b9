"""The public checks of the softmax assignment: what `check("softmax_loss_vectorized")` looks at.

They are here to be read. Each is a function that calls yours on inputs which it shows, and says what is not yet right.
They know no solution: they compare with numbers that were worked out by hand, with slopes that are measured, and
with what must hold for every softmax loss. The hidden checks, which decide the grade, use other inputs.
"""

import numpy as np

from gradkit import call_loss
from gradkit.checking import close, expect, public_check, slopes

LESSONS = {"softmax_loss_naive": "6. With loops", "softmax_loss_vectorized": "8. Without loops"}
BOTH = tuple(LESSONS)


def worked_example():
    """Return W (3, 4), X (2, 3) and y (2,) of the notebook's worked example, fresh each time."""
    X_example = np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 2.0]])
    W_example = np.array([[0.1, -0.2, 0.3, 0.0], [0.4, 0.1, -0.3, 0.2], [-0.1, 0.2, 0.5, -0.4]])
    return W_example, X_example, np.array([3, 0])


def small_problem():
    """Return W (4, 3), X (5, 4) and y (5,): small, with N, D and C all different, and every class in the batch."""
    W = np.array([[0.8, -0.5, 0.1], [-1.2, 0.4, 0.9], [0.3, 0.7, -0.6], [0.0, -0.9, 1.1]])
    X = np.array(
        [
            [0.5, -1.0, 0.2, 1.3],
            [-0.7, 0.6, 1.1, -0.4],
            [1.5, 0.9, -0.3, 0.8],
            [-0.2, -1.4, 0.7, 0.1],
            [0.4, 0.3, -1.2, -0.9],
        ]
    )
    return W, X, np.array([1, 0, 2, 2, 1])


@public_check(*BOTH)
def returns_loss_and_gradient(function):
    """It takes (W, X, y, reg) and returns (loss, dW): a number and an array of W's shape."""
    call_loss(function, *worked_example(), 0.1)


@public_check(*BOTH, needs="returns_loss_and_gradient")
def loss_by_hand(function):
    """The loss at reg = 0: log(3) for three equal scores, and that of the worked example."""
    W, X, y = small_problem()
    loss, _ = call_loss(function, np.zeros_like(W), X, y, 0.0)
    close(loss, 1.0986122887, "With W = 0, which makes three classes equally probable, the loss")
    loss, _ = call_loss(function, *worked_example(), 0.0)
    close(loss, 1.8554474141, "For the worked example the loss")  # the mean of 1.026464 and 2.684431


@public_check(*BOTH, needs="returns_loss_and_gradient")
def gradient_by_hand(function):
    """The gradient at reg = 0: that of the worked example, less its part 0.1 * W."""
    _, dW = call_loss(function, *worked_example(), 0.0)
    expected = [
        [-0.0141380456, 0.1078735215, 0.2151032275, -0.3088387035],
        [1.1363988667, 0.0058813041, -0.4644752230, -0.6778049478],
        [-1.1505369123, 0.1019922175, 0.6795784505, 0.3689662444],
    ]
    close(dW, expected, "For the worked example dW")


@public_check(*BOTH, needs="returns_loss_and_gradient")
def penalty_by_hand(function):
    """Regularization: reg = 0.1 adds 0.045 to the worked example's loss and 0.1 * W to its dW."""
    W, X, y = worked_example()
    loss_without, dW_without = call_loss(function, W.copy(), X, y, 0.0)
    loss_with, dW_with = call_loss(function, W.copy(), X, y, 0.1)
    close(loss_with - loss_without, 0.045, "What reg = 0.1 adds to the loss")  # 0.5 * 0.1 * 0.9
    close(dW_with - dW_without, 0.1 * W, "What reg = 0.1 adds to dW")


@public_check(*BOTH, needs="returns_loss_and_gradient")
def gradient_is_the_measured_slope(function):
    """Gradient check: each entry of dW is the measured slope of your own loss, at reg = 0.37."""
    W, X, y = small_problem()
    _, dW = call_loss(function, W.copy(), X, y, 0.37)
    return slopes(lambda weights: call_loss(function, weights, X, y, 0.37)[0], W, dW)


@public_check(*BOTH, needs="returns_loss_and_gradient")
def only_differences_of_scores_count(function):
    """A constant added to all scores changes nothing, so the rows of dW add up to 0 (reg = 0)."""
    W, X, y = small_problem()
    loss, dW = call_loss(function, W.copy(), X, y, 0.0)
    shifted, _ = call_loss(function, W + np.array([[0.5], [-1.0], [2.0], [0.25]]), X, y, 0.0)
    close(shifted, loss, "With one vector added to every column of W the loss")
    close(np.sum(dW, axis=1), np.zeros(4), "The sum of dW over the classes")


@public_check(*BOTH, needs="returns_loss_and_gradient")
def same_batch_told_differently(function):
    """Every example twice, or the classes in another order: loss and dW stay what they are."""
    W, X, y = small_problem()
    loss, dW = call_loss(function, W.copy(), X, y, 0.37)
    loss_twice, dW_twice = call_loss(function, W.copy(), np.vstack([X, X]), np.append(y, y), 0.37)
    close(loss_twice, loss, "With every example given twice the loss")
    close(dW_twice, dW, "With every example given twice dW")
    # Class 2 is called 0 now, class 0 is called 1, class 1 is called 2.
    loss_renamed, dW_renamed = call_loss(function, W[:, [2, 0, 1]], X, np.array([2, 1, 0, 0, 2]), 0.37)
    close(loss_renamed, loss, "With the classes in another order the loss")
    close(dW_renamed, np.asarray(dW)[:, [2, 0, 1]], "With the classes in another order dW")


@public_check(*BOTH, needs="returns_loss_and_gradient")
def large_scores(function):
    """Scores near 1000 or -1000, alone or in one batch, have finite losses and gradients."""
    one = np.ones((1, 1))
    loss, dW = call_loss(function, np.array([[1000.0, 1001.0, 1002.0]]), one, np.array([2]), 0.0)
    finite = np.isfinite(loss) and np.isfinite(dW).all()
    expect(finite, "With scores 1000, 1001, 1002 loss or dW is not finite: subtract the maximum before exp.")
    close(loss, 0.4076059644, "With scores 1000, 1001, 1002 the loss")
    scores = np.array([[500.0, 501.0], [-500.0, -501.0]])  # the rows of W, because X is the identity
    loss, dW = call_loss(function, scores, np.eye(2), np.array([1, 0]), 0.0)
    finite = np.isfinite(loss) and np.isfinite(dW).all()
    expect(finite, "With one row near 500, one near -500 loss or dW is not finite: subtract each row's own maximum.")
    close(loss, 0.3132616875, "With one row near 500, one near -500 the loss")
    loss, _ = call_loss(function, np.array([[0.0, -800.0]]), one, np.array([1]), 0.0)
    expect(np.isfinite(loss), f"A true class 800 below the maximum has the loss 800, yours is {loss}: see section 4.")
    close(loss, 800.0, "With scores 0, -800 and the second one true the loss")


@public_check(*BOTH, needs="returns_loss_and_gradient")
def arguments_stay_as_they_are(function):
    """It changes none of its arguments, and asked again it gives the same answer."""
    W, X, y = small_problem()
    loss, dW = call_loss(function, W, X, y, 0.37)
    before = np.array(dW)
    for name, left, fresh in zip("WXy", (W, X, y), small_problem(), strict=True):
        expect(np.array_equal(left, fresh), f"It changed {name}: use a copy, and no `-=` or the like on {name} itself.")
    loss_again, dW_again = call_loss(function, W, X, y, 0.37)
    close(loss_again, loss, "Asked again, the loss")
    close(dW_again, before, "Asked again, dW")
