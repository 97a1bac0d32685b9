"""The known mistakes in the softmax loss: each behaves like wrong code and says what to tell its author.

One catalogue, two uses: a student's function that behaves like one of these gets its sentence, and the hidden
suite must take points from every one of them. The order is from upstream to downstream: what is returned, the
labels, the scores, the probabilities, the loss, the gradient, the averages and the penalty.

W: (D, C) float, X: (N, D) float, y: (N,) int, reg: float, as in the assignment. Overflow, division by zero
and the like are part of some mistakes: call them under np.errstate(all="ignore").

The file is long because it is a table; it is one file because a suite's content is loaded by its path.
"""
# ruff: noqa: D103 - the sentence in each mistake's decorator is its documentation

import numpy as np

from gradkit.grader.catalogue import mistake

# The right implementation in pieces, so that a mistake need only spell out what it does differently.


def shifted_scores(W, X):
    """Return the scores less each row's maximum, (N, C)."""
    scores = X @ W
    return scores - scores.max(axis=1, keepdims=True)


def probabilities(W, X):
    """Return the softmax of every row of scores, (N, C)."""
    exps = np.exp(shifted_scores(W, X))
    return exps / exps.sum(axis=1, keepdims=True)


def log_probabilities(W, X):
    """Return the logarithm of the probabilities, finite where the probabilities underflow, (N, C)."""
    shifted = shifted_scores(W, X)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def at_labels(matrix, y):
    """Return the entry of every row at the row's label, (N,)."""
    return matrix[np.arange(len(y)), y]


def one_hot(W, y):
    """Return 1 at every example's label and 0 elsewhere, (N, C)."""
    return np.eye(W.shape[1])[y]


def data_loss(W, X, y):
    """Return the mean cross-entropy, without penalty."""
    return -at_labels(log_probabilities(W, X), y).mean()


def data_gradient(W, X, y):
    """Return the derivative of the mean cross-entropy, without penalty, (D, C)."""
    return X.T @ (probabilities(W, X) - one_hot(W, y)) / len(X)


def assemble(W, X, y, reg, *, p=None, loss=None, dz=None, dW=None, in_loss=0.5, in_gradient=1.0):
    """Return the right (loss, dW), except for the pieces that are given.

    p: (N, C) probabilities from which loss and gradient both follow; loss: the data loss; dz: (N, C) the
    derivative of the summed loss by the scores; dW: (D, C) the data gradient; in_loss and in_gradient: the
    factors of reg*sum(W*W) and of reg*W.
    """
    if p is not None:
        loss = -np.log(at_labels(p, y)).mean() if loss is None else loss
        dz = p - one_hot(W, y) if dz is None else dz
    if dz is not None:
        dW = X.T @ dz / len(X)
    loss = data_loss(W, X, y) if loss is None else loss
    dW = data_gradient(W, X, y) if dW is None else dW
    return loss + in_loss * reg * np.sum(W * W), dW + in_gradient * reg * W


def right(W, X, y, reg):
    """Return (loss, dW) as the assignment asks for them: what every mistake below departs from."""
    return assemble(W, X, y, reg)


# What is returned


@mistake("This function is still the stub: it raises NotImplementedError. Replace that line by your code.")
def not_started(W, X, y, reg):
    raise NotImplementedError("Need to implement this function")


@mistake("Your function ends without a return, so it gives back None. End it with `return loss, dW`.")
def nothing_returned(W, X, y, reg):
    assemble(W, X, y, reg)


@mistake("You return only the loss. The training loop needs the gradient too: end with `return loss, dW`.")
def only_loss_returned(W, X, y, reg):
    return assemble(W, X, y, reg)[0]


@mistake("You return gradient and loss in the wrong order: it is `return loss, dW`.")
def returned_in_wrong_order(W, X, y, reg):
    loss, dW = assemble(W, X, y, reg)
    return dW, loss


@mistake(
    "Not started yet, as it seems: the loss is 0 and dW is all zeros. Both are only the starting values; now add up "
    "the loss and its gradient."
)
def zeros_returned(W, X, y, reg):
    return 0.0, np.zeros_like(W)


@mistake(
    "The gradient is not started yet: dW is all zeros. Next step: the derivative by the scores is dz = p - y, and "
    "dW = X.T @ dz / N + reg*W."
)
def gradient_is_zero(W, X, y, reg):
    return assemble(W, X, y, reg)[0], np.zeros_like(W)


@mistake(
    "The loss is always 0: you compute the probabilities and never take the loss from them. Add -log of the true "
    "class's probability, averaged, and the penalty."
)
def loss_is_zero(W, X, y, reg):
    return 0.0, assemble(W, X, y, reg)[1]


@mistake("You return one loss per example, an array. The loss of a batch is a plain number: the mean of them.")
def loss_per_example(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-at_labels(log_probabilities(W, X), y))


@mistake(
    "dW is transposed: its shape is (C, D). It must have the shape of W, (D, C), so that W - dW makes sense: use "
    "X.T @ dz rather than dz.T @ X."
)
def gradient_transposed(W, X, y, reg):
    loss, dW = assemble(W, X, y, reg)
    return loss, dW.T


@mistake(
    "You return the derivative by the scores, one row per example. One step of the chain rule is left: scores = X @ "
    "W, so dW = X.T @ dscores."
)
def gradient_of_scores(W, X, y, reg):
    return assemble(W, X, y, reg)[0], (probabilities(W, X) - one_hot(W, y)) / len(X)


@mistake(
    "Your function changes X, so the next call sees other data. Write, say, X = X / N in place of X /= N, or work on "
    "a copy."
)
def X_changed(W, X, y, reg):  # noqa: N802
    loss, dz = data_loss(W, X, y), probabilities(W, X) - one_hot(W, y)
    X /= len(X)
    return assemble(W, X, y, reg, loss=loss, dW=X.T @ dz)


@mistake(
    "Your function changes W, the caller's weights. If you wrote dW = W, both are the same array: start from a new "
    "one, np.zeros_like(W). A training step does not belong here either."
)
def W_changed(W, X, y, reg):  # noqa: N802
    loss, data = assemble(W, X, y, reg)[0], data_gradient(W, X, y)
    dW = W
    dW *= reg
    dW += data
    return loss, dW


@mistake("Your function changes the caller's labels: y no longer belongs to X. Work on a copy of y.")
def y_changed(W, X, y, reg):
    order = np.argsort(y, kind="stable")[::-1]
    X, y[:] = X[order], y[order]
    return assemble(W, X, y, reg)


@mistake("You return a dictionary. The training loop unpacks a pair: end with `return loss, dW`.")
def dictionary_returned(W, X, y, reg):
    loss, dW = assemble(W, X, y, reg)
    return {"loss": loss, "dW": dW}


@mistake("dW comes back as one long row. It must have the shape of W, (D, C), so that W - dW makes sense.")
def gradient_flattened(W, X, y, reg):
    loss, dW = assemble(W, X, y, reg)
    return loss, dW.ravel()


@mistake(
    "Your loss is an array of W's shape, as if the squared weights were not summed. np.sum(W*W) makes the penalty, "
    "and so the loss, one number."
)
def squares_not_summed(W, X, y, reg):
    loss, dW = assemble(W, X, y, reg, in_loss=0)
    return loss + 0.5 * reg * W * W, dW


@mistake("You return only dW. The training loop needs the loss too: end with `return loss, dW`.")
def only_gradient_returned(W, X, y, reg):
    return assemble(W, X, y, reg)[1]


@mistake("You return more than two values. The training loop unpacks a pair: end with `return loss, dW`.")
def too_many_returned(W, X, y, reg):
    return *assemble(W, X, y, reg), probabilities(W, X)


# Layout and sizes


@mistake(
    "Your shapes follow the assignment of 2015, where X was (D, N) and W was (C, D). Here X is (N, D) and W is (D, "
    "C): scores = X.dot(W)."
)
def layout_of_2015(W, X, y, reg):
    scores = W.dot(X)
    p = np.exp(scores - scores.max(axis=0))
    p /= p.sum(axis=0)
    loss = -np.log(p[y, np.arange(X.shape[1])]).mean() + 0.5 * reg * np.sum(W * W)
    p[y, np.arange(X.shape[1])] -= 1
    return loss, p.dot(X.T) / X.shape[1] + reg * W


@mistake(
    "A batch of one example lost its axis: np.squeeze drops every axis of length 1, the batch's too. Leave it out, "
    "or name the axis you mean."
)
def squeezed(W, X, y, reg):
    scores = np.squeeze(X @ W)
    scores -= scores.max(axis=1, keepdims=True)  # raises for one example; for more the result is right
    return assemble(W, X, y, reg)


@mistake("The last example never counts: range(N - 1) ends one too early. range(N) already runs from 0 to N-1.")
def last_example_left_out(W, X, y, reg):
    n = len(X)
    if n == 1:
        return assemble(W, X, y, reg, loss=0.0, dW=np.zeros_like(W))
    loss, dW = data_loss(W, X[:-1], y[:-1]), data_gradient(W, X[:-1], y[:-1])
    return assemble(W, X, y, reg, loss=loss * (n - 1) / n, dW=dW * (n - 1) / n)


@mistake(
    "The number of examples is hard-coded as 500, so the result is right only for a batch of 500 examples. Take N "
    "from X.shape[0]."
)
def five_hundred_examples(W, X, y, reg):
    share = len(X) / 500
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * share, dW=data_gradient(W, X, y) * share)


@mistake(
    "Your one-hot matrix has ten columns, as in CIFAR-10, so the code is right only for ten classes. Take the "
    "number of classes from W.shape[1]."
)
def ten_columns(W, X, y, reg):
    hot = np.eye(10)[y]
    loss = -np.sum(hot * log_probabilities(W, X)) / len(X)
    return assemble(W, X, y, reg, loss=loss, dz=probabilities(W, X) - hot)


@mistake(
    "Your loop runs over ten classes, so the code is right only for ten classes. Take their number from W.shape[1]."
)
def ten_passes(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(len(X)):
        scores = X[i] @ W
        exps = np.exp(scores - scores.max())
        loss += np.log(exps.sum()) - (scores[y[i]] - scores.max())
        for j in range(10):
            dW[:, j] += (exps[j] / exps.sum() - (j == y[i])) * X[i] / len(X)
    return assemble(W, X, y, reg, loss=loss / len(X), dW=dW)


@mistake("The first example never counts: the loop over examples starts at 1. Examples are 0 to N-1: range(N).")
def first_example_left_out(W, X, y, reg):
    n = len(X)
    if n == 1:
        return assemble(W, X, y, reg, loss=0.0, dW=np.zeros_like(W))
    loss, dW = data_loss(W, X[1:], y[1:]), data_gradient(W, X[1:], y[1:])
    return assemble(W, X, y, reg, loss=loss * (n - 1) / n, dW=dW * (n - 1) / n)


@mistake(
    "Only the first example counts: the return stands inside the loop, or the loop ends after one pass. Return after "
    "the loop over all examples."
)
def only_first_example(W, X, y, reg):
    loss, dW = data_loss(W, X[:1], y[:1]), data_gradient(W, X[:1], y[:1])
    return assemble(W, X, y, reg, loss=loss / len(X), dW=dW / len(X))


@mistake(
    "Only the last example counts: what adds up loss and gradient stands after the loop over the examples, so it runs "
    "once. Indent it into the loop."
)
def only_last_example(W, X, y, reg):
    loss, dW = data_loss(W, X[-1:], y[-1:]), data_gradient(W, X[-1:], y[-1:])
    return assemble(W, X, y, reg, loss=loss / len(X), dW=dW / len(X))


@mistake(
    "You take W and X in each other's place: the scores are X @ W, with X (N, D) and W (D, C), and the arguments come "
    "in the order W, X, y, reg."
)
def arguments_exchanged(W, X, y, reg):
    scores = W @ X
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(W))
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    return loss + 0.5 * reg * np.sum(X * X), W.T @ p / len(W) + reg * X


@mistake(
    "Your shapes follow the layout with examples in columns: you compute W.T @ X.T or the like and read rows as "
    "classes. Here row i of X @ W holds the scores of example i."
)
def rows_read_as_classes(W, X, y, reg):
    scores = (X @ W).T
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(X))
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    return assemble(W, X, y, reg, loss=loss, dW=X.T @ p / len(X))


# The labels


@mistake("Your labels are shifted by one: here the classes are 0 to C-1, so use y itself as the index, not y - 1.")
def labels_from_one(W, X, y, reg):
    return assemble(W, X, y - 1, reg)


@mistake(
    "Labels above 127 go wrong, as when they are stored as int8 and wrap around to negative numbers. Use y as it is, "
    "in its own integer type."
)
def labels_as_int8(W, X, y, reg):
    return assemble(W, X, y.astype(np.int8), reg)


@mistake(
    "You built one column per example; a one-hot matrix needs one column per class: np.eye(W.shape[1])[y] rather "
    "than np.eye(len(y))[y]."
)
def column_per_example(W, X, y, reg):
    hot = np.eye(len(y))[y]
    loss = -np.sum(hot * log_probabilities(W, X)) / len(X)
    return assemble(W, X, y, reg, loss=loss, dz=probabilities(W, X) - hot)


@mistake(
    "This works only while the last class is in the batch: y.max() + 1 is not the number of classes. Take it from "
    "W.shape[1]."
)
def columns_from_labels(W, X, y, reg):
    hot = np.eye(y.max() + 1)[y]
    loss = -np.sum(hot * log_probabilities(W, X)) / len(X)
    return assemble(W, X, y, reg, loss=loss, dz=probabilities(W, X) - hot)


@mistake(
    "When two classes have the same score, dW goes wrong: you seem to look for the true class by its score. Index by "
    "label instead: p[np.arange(N), y]."
)
def true_class_by_score(W, X, y, reg):
    scores = X @ W
    hot = scores == at_labels(scores, y)[:, None]
    return assemble(W, X, y, reg, dz=probabilities(W, X) - hot)


@mistake("Your labels are shifted by one: here the classes are 0 to C-1, so use y itself as the index, not y + 1.")
def labels_shifted_up(W, X, y, reg):
    return assemble(W, X, (y + 1) % W.shape[1], reg)


@mistake(
    "You take the class with the highest score for the true one. The true class of example i is y[i], whatever the "
    "scores say."
)
def best_class_for_true(W, X, y, reg):
    return assemble(W, X, np.argmax(X @ W, axis=1), reg)


@mistake("You take the first class for the true one, p[:, 0]. The true class of each row is p[np.arange(N), y].")
def first_class_for_true(W, X, y, reg):
    return assemble(W, X, np.zeros_like(y), reg)


@mistake(
    "You use the number of the example as its class. The true class of example i is y[i]: p[np.arange(N), y] rather "
    "than p[i, i]."
)
def example_number_for_class(W, X, y, reg):
    return assemble(W, X, np.arange(len(y)) % W.shape[1], reg)


@mistake("You use the labels in another order than the examples: y[i] belongs to X[i]. Do not sort y.")
def labels_sorted(W, X, y, reg):
    return assemble(W, X, np.sort(y), reg)


@mistake("You use the labels in reverse order: y[i] belongs to X[i].")
def labels_reversed(W, X, y, reg):
    return assemble(W, X, y[::-1], reg)


@mistake(
    "You take the classes from the labels in the batch (np.unique(y), say), so that one which does not occur there is"
    " left out. Take all C = W.shape[1] classes."
)
def classes_of_the_batch(W, X, y, reg):
    absent = np.setdiff1d(np.arange(W.shape[1]), y)
    exps = np.exp(shifted_scores(W, X))
    exps[:, absent] = 0
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake("You subtract y.min() from the labels. Label 0 need not occur in a batch: use y itself as the index.")
def labels_from_smallest(W, X, y, reg):
    return assemble(W, X, y - y.min(), reg)


# The scores and their shift


@mistake(
    "The exponential of a large score is infinite. Subtract each row's maximum from the scores first: the "
    "probabilities stay the same."
)
def no_shift(W, X, y, reg):
    exps = np.exp(X @ W)
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "log(sum(exp(scores))) is infinite when a score is large. Subtract each row's maximum from the scores first, in "
    "both terms of the loss."
)
def no_shift_in_log_sum(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores)
    loss = np.mean(np.log(exps.sum(axis=1)) - at_labels(scores, y))
    return assemble(W, X, y, reg, loss=loss, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "You do shift the scores, but by one number for the whole batch (its largest score, say): a row far below it "
    "becomes 0/0. Take each row's own maximum: scores.max(axis=1, keepdims=True)."
)
def shift_by_batch_maximum(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores - np.max(scores))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "You do shift the scores, but by one number for the whole batch (its largest score, say): in a row far below it "
    "every exponential is 0, and log(0) is infinite. Take each row's own maximum: scores.max(axis=1, keepdims=True)."
)
def shift_by_batch_maximum_in_log_sum(W, X, y, reg):
    shifted = X @ W - np.max(X @ W)
    exps = np.exp(shifted)
    loss = np.mean(np.log(exps.sum(axis=1)) - at_labels(shifted, y))
    return assemble(W, X, y, reg, loss=loss, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "You subtract a different number from each class (the maximum along axis 0), which changes the probabilities. "
    "Shift by row, not by column: axis=1, keepdims=True."
)
def shift_by_column_maximum(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores - scores.max(axis=0))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "The row maximum has shape (N,) without keepdims=True, which does not line up with (N, C); when N equals C "
    "numpy even accepts it and shifts the wrong way. Add keepdims=True."
)
def maximum_without_keepdims(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores - scores.max(axis=1))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "The sum over classes has shape (N,) without keepdims=True, and (N, C) cannot be divided by it; when N equals C "
    "numpy even accepts it and is wrong. Divide by a column of shape (N, 1)."
)
def sum_without_keepdims(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1))


@mistake(
    "You divide shifted exponentials by the sum of unshifted ones. Use the same shifted scores in the numerator and "
    "in the sum, so that the shift cancels."
)
def sum_of_unshifted(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / np.exp(X @ W).sum(axis=1, keepdims=True))


@mistake(
    "The loss mixes shifted and unshifted scores: you shift inside log(sum(exp)) and subtract the true class's "
    "unshifted score. Use the shifted score in both terms."
)
def true_score_unshifted(W, X, y, reg):
    log_sum = np.log(np.exp(shifted_scores(W, X)).sum(axis=1))
    return assemble(W, X, y, reg, loss=np.mean(log_sum - at_labels(X @ W, y)))


@mistake(
    "You shift the scores, but not by each row's maximum (the mean, the smallest or the first score leaves large ones "
    "large, and exp overflows). Subtract scores.max(axis=1, keepdims=True)."
)
def shift_by_mean(W, X, y, reg):
    scores = X @ W
    shifted = scores - scores.mean(axis=1, keepdims=True)
    exps = np.exp(shifted)
    loss = np.mean(np.log(exps.sum(axis=1)) - at_labels(shifted, y))
    return assemble(W, X, y, reg, loss=loss, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "Where all scores of a row are far below 0, what you subtract is not their maximum (does your search start at 0, "
    "or look at absolute values?), and the exponentials vanish. Use np.max, or start with the row's first score."
)
def maximum_from_zero(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores - np.maximum(scores.max(axis=1, keepdims=True), 0))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "Where all scores of a row are far below 0, what you subtract is not their maximum (does your search start at 0, "
    "or look at absolute values?), and the log of vanished exponentials is infinite. Use np.max, or start with the "
    "row's first score."
)
def maximum_from_zero_in_log_sum(W, X, y, reg):
    scores = X @ W
    shifted = scores - np.maximum(scores.max(axis=1, keepdims=True), 0)
    exps = np.exp(shifted)
    loss = np.mean(np.log(exps.sum(axis=1)) - at_labels(shifted, y))
    return assemble(W, X, y, reg, loss=loss, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "You clip the scores so that exp does not overflow, which changes large ones. Subtract each row's maximum instead: "
    "that changes nothing."
)
def clipped_scores(W, X, y, reg):
    exps = np.exp(np.clip(X @ W, -100, 100))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake("You divide the scores by their maximum, which changes the probabilities. Subtract it.")
def divided_by_maximum(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores / scores.max(axis=1, keepdims=True))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "You standardize the scores (mean 0, variance 1), which changes the probabilities. Only a shift, the same for all "
    "classes of an example, leaves them as they are."
)
def standardized_scores(W, X, y, reg):
    scores = X @ W
    exps = np.exp((scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=1, keepdims=True))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake("The scores have the opposite sign in your exponential: it is exp(scores), not exp(-scores).")
def scores_negated(W, X, y, reg):
    exps = np.exp(-shifted_scores(W, X) + shifted_scores(W, X).min(axis=1, keepdims=True))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake("The loss mixes shifted and unshifted scores: use the shifted scores in the sum of exponentials as well.")
def log_sum_unshifted(W, X, y, reg):
    log_sum = np.log(np.exp(X @ W).sum(axis=1))
    return assemble(W, X, y, reg, loss=np.mean(log_sum - at_labels(shifted_scores(W, X), y)))


@mistake("You divide the scores by N. The mean is taken of the losses, after the softmax: scores = X @ W.")
def scores_averaged(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X) / len(X))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake("Your probabilities use powers of 2. Softmax uses e: np.exp, not np.exp2 or 2**scores.")
def powers_of_two(W, X, y, reg):
    exps = np.exp2(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake("You divide the scores by their sum and forget exp: probabilities are exp(scores) over their sum.")
def exp_forgotten(W, X, y, reg):
    scores = X @ W
    return assemble(W, X, y, reg, p=scores / scores.sum(axis=1, keepdims=True))


@mistake("The loss takes log(sum(exp(scores))) of unshifted scores, which overflows: shift them there too.")
def no_shift_in_loss_alone(W, X, y, reg):
    scores = X @ W
    loss = np.mean(np.log(np.exp(scores).sum(axis=1)) - at_labels(scores, y))
    return assemble(W, X, y, reg, loss=loss)


@mistake("dW uses exp of unshifted scores, which overflows. Subtract each row's maximum there too.")
def no_shift_in_gradient_alone(W, X, y, reg):
    exps = np.exp(X @ W)
    return assemble(W, X, y, reg, dz=exps / exps.sum(axis=1, keepdims=True) - one_hot(W, y))


# The probabilities


@mistake(
    "Your columns sum to 1: you took the softmax over axis 0. Probabilities must sum to 1 over the classes of one "
    "example, axis=1."
)
def softmax_over_examples(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores - scores.max(axis=0))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=0))


@mistake(
    "You shift each row rightly, but then divide by the sum over the examples (axis 0). Probabilities must sum to 1 "
    "over the classes of one example: sum with axis=1, keepdims=True."
)
def normalized_over_examples(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=0))


@mistake(
    "You divide by the sum over the whole batch, so that all probabilities together sum to 1. Each row must sum to "
    "1: sum with axis=1, keepdims=True."
)
def normalized_over_batch(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / exps.sum())


@mistake(
    "Your probabilities do not sum to 1: a sigmoid per class is another model. Divide exp(scores) by its sum over "
    "the classes."
)
def sigmoid(W, X, y, reg):
    return assemble(W, X, y, reg, p=1 / (1 + np.exp(-(X @ W))))


@mistake("Your values look squashed: you put the probabilities through softmax again. Once is enough.")
def softmax_twice(W, X, y, reg):
    exps = np.exp(probabilities(W, X))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake("This is the SVM's hinge loss: at W=0 it gives C-1. The softmax loss is -log of the true class's probability.")
def hinge(W, X, y, reg):
    scores = X @ W
    margins = scores - at_labels(scores, y)[:, None] + 1
    active = (margins > 0) & (one_hot(W, y) == 0)
    dz = active - one_hot(W, y) * active.sum(axis=1, keepdims=True)
    return assemble(W, X, y, reg, loss=np.sum(margins * active) / len(X), dz=dz)


@mistake(
    "You divide the exponentials by their maximum or leave them undivided, so they do not sum to 1. Divide by their "
    "sum: axis=1, keepdims=True."
)
def not_normalized(W, X, y, reg):
    return assemble(W, X, y, reg, p=np.exp(shifted_scores(W, X)))


@mistake("You divide the exponentials by their mean, so each row sums to C. Divide by their sum.")
def normalized_by_mean(W, X, y, reg):
    return assemble(W, X, y, reg, p=probabilities(W, X) * W.shape[1])


@mistake(
    "You divide by the sum of the exponentials from before the last class, or without one of the classes. Softmax sums "
    "over all C classes: range(C) runs from 0 to C-1."
)
def last_class_not_summed(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / exps[:, :-1].sum(axis=1, keepdims=True))


@mistake("The sum of exponentials leaves out the first class: the loop over classes starts at 1. Classes are 0 to C-1.")
def first_class_not_summed(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / exps[:, 1:].sum(axis=1, keepdims=True))


@mistake(
    "The sum of exponentials is not set back to 0 for each example, so it keeps growing. Start it inside the loop over "
    "the examples."
)
def sum_not_reset(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / np.cumsum(exps.sum(axis=1))[:, None])


@mistake(
    "The sum of exponentials is too large by 1, as if it started at 1 instead of 0, so the probabilities of a row do "
    "not sum to 1."
)
def sum_starts_at_one(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / (1 + exps.sum(axis=1, keepdims=True)))


@mistake(
    "Equal scores count only once in your sum of exponentials (a set keeps one of each). Sum over all C classes, equal "
    "or not."
)
def equal_scores_once(W, X, y, reg):
    shifted = shifted_scores(W, X)
    sums = np.array([[np.exp(np.unique(row)).sum()] for row in shifted])
    return assemble(W, X, y, reg, p=np.exp(shifted) / sums)


@mistake(
    "Equal scores count only once in the loss's sum of exponentials (a set keeps one of each). Sum over all C classes, "
    "equal or not."
)
def equal_scores_once_in_loss(W, X, y, reg):
    shifted = shifted_scores(W, X)
    sums = np.array([np.exp(np.unique(row)).sum() for row in shifted])
    return assemble(W, X, y, reg, loss=np.mean(np.log(sums) - at_labels(shifted, y)))


# The loss


@mistake(
    "Where the true class scores far below the others your loss is infinite (math.log raises), as a rule because its "
    "probability underflows to 0. log(sum(exp(shifted))) - shifted[y], with each row shifted by its maximum, stays "
    "finite."
)
def log_of_underflow(W, X, y, reg):
    return assemble(W, X, y, reg, p=probabilities(W, X))


@mistake(
    "An epsilon or a clipping hides underflow in your loss, but it puts a ceiling on it. Compute the log-probability "
    "without: shifted[y] - log(sum(exp(shifted)))."
)
def epsilon_in_log(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.log(at_labels(probabilities(W, X), y) + 1e-8).mean())


@mistake("Your loss is negative: the log of a probability is never above 0. Put the minus in front of it.")
def loss_sign(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-data_loss(W, X, y))


@mistake("You averaged the probability itself and forgot the log: at W=0 your loss is 1/C, and it should be log(C).")
def log_forgotten(W, X, y, reg):
    return assemble(W, X, y, reg, loss=at_labels(probabilities(W, X), y).mean())


@mistake("You averaged minus the probability and forgot the log: at W=0 your loss is -1/C, and it should be log(C).")
def log_forgotten_after_minus(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-at_labels(probabilities(W, X), y).mean())


@mistake("Your loss is in other units: the cross-entropy takes the natural logarithm, np.log, not np.log2.")
def loss_in_bits(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / np.log(2))


@mistake("Your loss is in other units: the cross-entropy takes the natural logarithm, np.log, not np.log10.")
def loss_in_decades(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / np.log(10))


@mistake(
    "You take p[:, y], which is an (N, N) matrix: every label against every row. The true class of each row is "
    "p[np.arange(N), y]."
)
def loss_of_all_labels(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.sum(log_probabilities(W, X)[:, y]) / len(X))


@mistake("You add up -log p over all classes. Only the true class enters the cross-entropy: p[np.arange(N), y].")
def loss_over_all_classes(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.sum(log_probabilities(W, X)) / len(X))


@mistake(
    "You average -log p over every entry, all classes included. Only the true class enters the cross-entropy, and "
    "the sum is divided by N."
)
def loss_mean_over_all_entries(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.mean(log_probabilities(W, X)))


@mistake(
    "Your loss is nan, as the log of a negative number is. Do you reuse p, which already has the -1, when you take "
    "the log? Compute the loss first."
)
def loss_after_subtraction(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.log(at_labels(probabilities(W, X) - one_hot(W, y), y)).mean())


@mistake(
    "Your loss is only minus the true class's score. The normalizer is missing: add log(sum(exp(scores))) for every "
    "example."
)
def normalizer_missing(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-at_labels(X @ W, y).mean())


@mistake(
    "You leave the true class out of the sum of exponentials, as the SVM loss does. Softmax sums over all classes."
)
def true_class_left_out(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    others = np.sum(exps * (1 - one_hot(W, y)), axis=1, keepdims=True)
    return assemble(W, X, y, reg, p=exps / others)


@mistake("Only the last example's loss is left: inside the loop you assign the loss anew. Add to it with +=.")
def loss_of_last_example(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-log_probabilities(W, X)[-1, y[-1]] / len(X))


@mistake(
    "You take the log after the mean: the log of the mean probability. The loss is the mean of the logs: "
    "-np.mean(np.log(p[np.arange(N), y]))."
)
def log_of_mean(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.log(at_labels(probabilities(W, X), y).mean()))


@mistake("You take the log of the summed probabilities. The loss is the mean of each example's -log p: log first.")
def log_of_sum(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.log(at_labels(probabilities(W, X), y).sum()))


@mistake("You average 1 - p of the true class and forgot the log: the loss of an example is -log p.")
def one_minus_probability(W, X, y, reg):
    return assemble(W, X, y, reg, loss=1 - at_labels(probabilities(W, X), y).mean())


@mistake("You take the log twice: log(p) is the log-probability already, so average -log p of the true class.")
def log_twice(W, X, y, reg):
    return assemble(W, X, y, reg, loss=np.log(-at_labels(log_probabilities(W, X), y)).mean())


@mistake(
    "This is the binary cross-entropy, with -log(1 - p) of the wrong classes added. The softmax loss is -log p of the "
    "true class alone."
)
def binary_cross_entropy(W, X, y, reg):
    p, hot = probabilities(W, X), one_hot(W, y)
    return assemble(W, X, y, reg, loss=-np.sum(np.where(hot == 1, np.log(p), np.log(1 - p))) / len(X))


@mistake("Your loss is -log(1 - p) of the true class. It is -log p: small when the true class is probable.")
def log_of_complement(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.log(1 - at_labels(probabilities(W, X), y)).mean())


@mistake("Your loss is the squared error of the probabilities. The cross-entropy is -log p of the true class.")
def squared_error(W, X, y, reg):
    return assemble(W, X, y, reg, loss=np.sum((probabilities(W, X) - one_hot(W, y)) ** 2) / len(X))


@mistake("Your loss is the entropy of the probabilities, -sum(p*log p). It has to look at the label: -log p[y].")
def entropy(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.sum(probabilities(W, X) * log_probabilities(W, X)) / len(X))


@mistake("You weight -log p by p itself, as in an entropy. Each example's loss is -log p of its true class.")
def weighted_by_probability(W, X, y, reg):
    p = at_labels(probabilities(W, X), y)
    return assemble(W, X, y, reg, loss=-np.mean(p * np.log(p)))


@mistake(
    "Your loss is that of the most probable class: -log p of it, or log(sum(exp(shifted))) alone. Take the true "
    "class's: -log p[np.arange(N), y]."
)
def loss_of_best_class(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-log_probabilities(W, X).max(axis=1).mean())


@mistake("You add the true class's score to log(sum(exp(scores))); subtract it.")
def true_score_added(W, X, y, reg):
    shifted = shifted_scores(W, X)
    return assemble(W, X, y, reg, loss=np.mean(np.log(np.exp(shifted).sum(axis=1)) + at_labels(shifted, y)))


@mistake("You forgot the log of the normalizer: it is log(sum(exp(scores))) minus the true class's score.")
def log_of_normalizer_forgotten(W, X, y, reg):
    shifted = shifted_scores(W, X)
    return assemble(W, X, y, reg, loss=np.mean(np.exp(shifted).sum(axis=1) - at_labels(shifted, y)))


@mistake("Your loss is only log(sum(exp(scores))). Subtract the true class's score from it.")
def true_score_missing(W, X, y, reg):
    return assemble(W, X, y, reg, loss=np.logaddexp.reduce(X @ W, axis=1).mean())


@mistake("You divide the true class's score by log(sum(exp(scores))). It is a difference: subtract the one.")
def score_divided_by_log_sum(W, X, y, reg):
    shifted = shifted_scores(W, X)
    return assemble(W, X, y, reg, loss=-np.mean(at_labels(shifted, y) / np.log(np.exp(shifted).sum(axis=1))))


@mistake("The loss is added once for every class: that line stands inside the loop over classes. Move it out.")
def loss_added_per_class(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * W.shape[1])


@mistake("The loss is divided by N in every pass of the loop. Divide once, after the loop.")
def loss_divided_in_loop(W, X, y, reg):
    loss = 0.0
    for one in -at_labels(log_probabilities(W, X), y):
        loss = (loss + one) / len(X)
    return assemble(W, X, y, reg, loss=loss)


@mistake("The last example is missing in the loss: range(N - 1) ends one too early. range(N) runs from 0 to N-1.")
def loss_without_last_example(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-at_labels(log_probabilities(W, X), y)[:-1].sum() / len(X))


@mistake("You take the largest loss of the batch. The loss is the mean over the examples.")
def largest_loss(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-at_labels(log_probabilities(W, X), y).min())


@mistake("The sum of exponentials in your loss is too large by 1, as if it started at 1 instead of 0.")
def loss_sum_starts_at_one(W, X, y, reg):
    shifted = shifted_scores(W, X)
    return assemble(W, X, y, reg, loss=np.mean(np.log(1 + np.exp(shifted).sum(axis=1)) - at_labels(shifted, y)))


@mistake(
    "Only log(sum(exp(scores))) is averaged, the true classes' scores are summed: / binds before -. Put the difference "
    "in parentheses, then divide by N."
)
def true_scores_not_averaged(W, X, y, reg):
    shifted = shifted_scores(W, X)
    loss = np.log(np.exp(shifted).sum(axis=1)).mean() - at_labels(shifted, y).sum()
    return assemble(W, X, y, reg, loss=loss)


@mistake(
    "Only the true classes' scores are averaged, log(sum(exp(scores))) is summed: / binds before -. Put the difference "
    "in parentheses, then divide by N."
)
def log_sums_not_averaged(W, X, y, reg):
    shifted = shifted_scores(W, X)
    loss = np.log(np.exp(shifted).sum(axis=1)).sum() - at_labels(shifted, y).mean()
    return assemble(W, X, y, reg, loss=loss)


@mistake(
    "The row's maximum is subtracted once more from log(sum(exp(shifted))): with unshifted scores it is added back."
)
def maximum_subtracted_again(W, X, y, reg):
    scores = X @ W
    log_sum = np.log(np.exp(shifted_scores(W, X)).sum(axis=1)) - scores.max(axis=1)
    return assemble(W, X, y, reg, loss=np.mean(log_sum - at_labels(scores, y)))


@mistake("The row's maximum is added back to log(sum(exp(shifted))), but the true class's score is still shifted.")
def maximum_added_to_shifted(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + (X @ W).max(axis=1).mean())


@mistake("The loss is rounded down to a whole number: // is the floor division. Divide with /.")
def loss_rounded_down(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * len(X) // len(X))


@mistake("Your loss is the median of the examples' losses. The loss of a batch is their mean.")
def median_loss(W, X, y, reg):
    return assemble(W, X, y, reg, loss=np.median(-at_labels(log_probabilities(W, X), y)))


@mistake(
    "The true class's score is replaced by its exponential: exp was taken in place, or of a second name for the same "
    "array. Keep the scores: exps = np.exp(scores)."
)
def exponential_for_score(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, loss=np.mean(np.log(exps.sum(axis=1)) - at_labels(exps, y)))


@mistake(
    "Only the true classes' scores are averaged, log(sum(exp(scores))) is summed: / binds before -. Put their "
    "difference in parentheses, then divide by N."
)
def unshifted_log_sums_not_averaged(W, X, y, reg):
    scores = X @ W
    loss = np.logaddexp.reduce(scores, axis=1).sum() - at_labels(scores, y).mean()
    return assemble(W, X, y, reg, loss=loss)


@mistake(
    "Only log(sum(exp(scores))) is averaged, the true classes' scores are summed: / binds before -. Put their "
    "difference in parentheses, then divide by N."
)
def unshifted_true_scores_not_averaged(W, X, y, reg):
    scores = X @ W
    loss = np.logaddexp.reduce(scores, axis=1).mean() - at_labels(scores, y).sum()
    return assemble(W, X, y, reg, loss=loss)


# The gradient


@mistake(
    "The data part of dW has the opposite sign, so that following -dW raises your loss. It is dz = p - y, not y - p."
)
def gradient_sign(W, X, y, reg):
    return assemble(W, X, y, reg, dz=one_hot(W, y) - probabilities(W, X))


@mistake("Your dW pushes the scores of all classes down, the true one too. Subtract 1 at the true class: dz = p - y.")
def minus_one_forgotten(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X))


@mistake(
    "Only the true class gets a gradient in your dW. The wrong classes move too, each by p_j * x: softmax couples "
    "the classes, so its Jacobian is not diagonal, and dz = p - y."
)
def only_true_class_moves(W, X, y, reg):
    return assemble(W, X, y, reg, dz=(probabilities(W, X) - 1) * one_hot(W, y))


@mistake("The true class gets nothing in your dW. It moves too, by (p_y - 1) * x.")
def only_wrong_classes_move(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X) * (1 - one_hot(W, y)))


@mistake(
    "p*(1 - p) is only the diagonal of the softmax derivative, and with the cross-entropy it is not needed at all: "
    "the whole chain collapses to dz = p - y."
)
def diagonal_jacobian(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=(p - one_hot(W, y)) * p * (1 - p))


@mistake("You applied the softmax derivative twice: p - y already contains it, so do not multiply by p again.")
def multiplied_by_p_again(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=(p - one_hot(W, y)) * p)


@mistake(
    "You already added p_y * x for the true class in the loop, so subtract x once more and that is all; you "
    "subtract (1 - p_y) * x and so correct the true class twice."
)
def true_class_corrected_twice(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=p - (1 - p) * one_hot(W, y))


@mistake(
    "dW uses the exponentials of the scores. Divide them by the row sum before you use them in dW: the gradient is "
    "made of probabilities."
)
def exponentials_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dz=np.exp(shifted_scores(W, X)) - one_hot(W, y))


@mistake("dW uses the scores themselves in place of the probabilities: dz = p - y.")
def scores_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dz=X @ W - one_hot(W, y))


@mistake("You subtract 1 from every class. Only the true class of each row gets it: p[np.arange(N), y] -= 1.")
def minus_one_everywhere(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X) - 1)


@mistake(
    "Indexing with [:, y], as in p[:, y] -= 1, changes whole columns. You need one entry per row: p[np.arange(N), y] "
    "-= 1."
)
def minus_one_in_columns(W, X, y, reg):
    dz = probabilities(W, X)
    dz[:, y] -= 1
    return assemble(W, X, y, reg, dz=dz)


@mistake("p[y] -= 1 picks rows by label. You need one entry per row: p[np.arange(N), y] -= 1.")
def minus_one_in_rows(W, X, y, reg):
    dz = probabilities(W, X)
    dz[y] -= 1
    return assemble(W, X, y, reg, dz=dz)


@mistake("Column 0 of your data gradient is always zero: the loop over classes starts at 1. Classes are 0 to C-1.")
def first_class_skipped(W, X, y, reg):
    dW = data_gradient(W, X, y)
    dW[:, 0] = 0
    return assemble(W, X, y, reg, dW=dW)


@mistake(
    "The last column of your data gradient is always zero: the loop over classes ends one too early. range(C) "
    "already runs to C-1."
)
def last_class_skipped(W, X, y, reg):
    dW = data_gradient(W, X, y)
    dW[:, -1] = 0
    return assemble(W, X, y, reg, dW=dW)


@mistake("Only the last example is left in dW: inside the loop you assign dW[:, j] anew. Add to it with +=.")
def gradient_of_last_example(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X[-1:], y[-1:]) / len(X))


@mistake(
    "dW has the right shape and scrambled content: reshape re-reads the memory, it does not swap axes. Use .T: dW = "
    "X.T @ dz."
)
def gradient_reshaped(W, X, y, reg):
    dW = data_gradient(W, X, y)
    return assemble(W, X, y, reg, dW=dW.T.reshape(dW.shape))


@mistake(
    "dW has the right shape and scrambled content: X.reshape(D, N) re-reads the memory, it does not swap axes. Use "
    "X.T: dW = X.T @ dz."
)
def inputs_reshaped(W, X, y, reg):
    dz = probabilities(W, X) - one_hot(W, y)
    return assemble(W, X, y, reg, dW=X.reshape(X.shape[::-1]) @ dz / len(X))


@mistake("dW never sees the probabilities: you only subtract x at the true class. Add p_j * x for every class.")
def probabilities_missing_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dz=-one_hot(W, y))


@mistake(
    "You subtract x at the true class once for every class: that line stands inside the loop over classes. Move it "
    "out, or ask for j == y[i]."
)
def true_class_subtracted_per_class(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X) - W.shape[1] * one_hot(W, y))


@mistake(
    "You compare the class with the number of the example (j == i). The 1 is subtracted where the class is the label: "
    "j == y[i]."
)
def class_compared_with_example(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X) - np.eye(*(len(X), W.shape[1])))


@mistake("You compare the class with a whole count, j == y, or subtract 1 at class 0. It is j == y[i].")
def one_at_first_class(W, X, y, reg):
    dz = probabilities(W, X)
    dz[:, 0] -= 1
    return assemble(W, X, y, reg, dz=dz)


@mistake("You subtract 1 at the most probable class. It belongs at the true one: p[np.arange(N), y] -= 1.")
def one_at_best_class(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=p - (p == p.max(axis=1, keepdims=True)))


@mistake("You subtract 1 where the class is y - 1: labels are 0 to C-1 and index columns as they are.")
def one_at_previous_class(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X) - one_hot(W, y - 1))


@mistake("You add 1 at the true class. The derivative of -log p there is p - 1: subtract it.")
def one_added(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X) + one_hot(W, y))


@mistake(
    "The wrong classes have the wrong sign in dW: every class gets p_j * x, and only the true one a further -x. You "
    "subtract p_j * x."
)
def wrong_classes_negative(W, X, y, reg):
    p, hot = probabilities(W, X), one_hot(W, y)
    return assemble(W, X, y, reg, dz=np.where(hot == 1, p - 1, -p))


@mistake("The true class has the wrong sign in dW: it gets (p_y - 1) * x, not (1 - p_y) * x.")
def true_class_positive(W, X, y, reg):
    p, hot = probabilities(W, X), one_hot(W, y)
    return assemble(W, X, y, reg, dz=np.where(hot == 1, 1 - p, p))


@mistake(
    "Every class is moved by the true class's probability in dW. Class j moves by its own: p_j * x, and the true class "
    "by (p_y - 1) * x."
)
def true_probability_everywhere(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=at_labels(p, y)[:, None] - one_hot(W, y))


@mistake("p*(1 - p) is the derivative of a softmax output by its own score; the loss's derivative is dz = p - y.")
def derivative_of_softmax(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=p * (1 - p))


@mistake("You stop at the derivative by p, -y/p. The chain goes on through the softmax, and all of it is dz = p - y.")
def derivative_by_probabilities(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=-one_hot(W, y) / p)


@mistake("You divide p - y by p. The softmax's derivative has cancelled that already: dz = p - y.")
def divided_by_probability(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=(p - one_hot(W, y)) / p)


@mistake("dW uses the log-probabilities in place of the probabilities: dz = p - y.")
def log_probabilities_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dz=log_probabilities(W, X) - one_hot(W, y))


@mistake("dW uses the shifted scores in place of the probabilities: dz = p - y.")
def shifted_scores_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dz=shifted_scores(W, X) - one_hot(W, y))


@mistake(
    "dW[:, y] -= X.T counts only the last example of each class, because repeated indices are written once. Subtract "
    "the one-hot matrix before the product: p[np.arange(N), y] -= 1, then X.T @ p."
)
def repeated_labels_once(W, X, y, reg):
    dW = X.T @ probabilities(W, X)
    dW[:, y] -= X.T
    return assemble(W, X, y, reg, dW=dW / len(X))


@mistake("dW uses the summed inputs in place of each example's own: class j gets the sum of p_ij * X[i].")
def summed_inputs(W, X, y, reg):
    dz = probabilities(W, X) - one_hot(W, y)
    return assemble(W, X, y, reg, dW=np.outer(X.sum(axis=0), dz.sum(axis=0)) / len(X))


@mistake("dW adds up p - y and forgets the inputs: scores = X @ W, so the chain rule brings X: dW = X.T @ (p - y) / N.")
def inputs_forgotten(W, X, y, reg):
    dz = probabilities(W, X) - one_hot(W, y)
    return assemble(W, X, y, reg, dW=np.ones_like(X).T @ dz / len(X))


@mistake("The last example is missing in dW: range(N - 1) ends one too early. range(N) runs from 0 to N-1.")
def gradient_without_last_example(W, X, y, reg):
    dz = probabilities(W, X) - one_hot(W, y)
    dz[-1] = 0
    return assemble(W, X, y, reg, dz=dz)


@mistake("Only the first example is in dW: the loop ends after one pass, or something is returned inside it.")
def gradient_of_first_example(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X[:1], y[:1]) / len(X))


@mistake("dW is divided by N in every pass of the loop. Divide once, after the loop.")
def gradient_divided_in_loop(W, X, y, reg):
    dW, dz = np.zeros_like(W), probabilities(W, X) - one_hot(W, y)
    for x, dz_row in zip(X, dz, strict=True):
        dW = (dW + np.outer(x, dz_row)) / len(X)
    return assemble(W, X, y, reg, dW=dW)


@mistake("The loop assigns dW[:, y[i]] for the true class and so throws away what was added before. Use -=.")
def true_class_assigned(W, X, y, reg):
    dW = np.zeros_like(W)
    for x, label, row in zip(X, y, probabilities(W, X), strict=True):
        dW += np.outer(x, row)
        dW[:, label] = (row[label] - 1) * x
    return assemble(W, X, y, reg, dW=dW / len(X))


@mistake(
    "The 1 at the true class is not divided by N in dW: it is subtracted after the division, or / binds before -. "
    "Subtract first, then divide."
)
def one_subtracted_after_average(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X) - len(X) * one_hot(W, y))


@mistake("You set the true class's entry to -1; it should become p - 1. Use p[np.arange(N), y] -= 1.")
def true_class_set(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=np.where(one_hot(W, y) == 1, -1, p))


@mistake(
    "Only misclassified examples get a gradient, as with a perceptron. With the softmax loss every example moves the "
    "weights: dz = p - y for all of them."
)
def only_misclassified_move(W, X, y, reg):
    p = probabilities(W, X)
    missed = p.argmax(axis=1) != y
    return assemble(W, X, y, reg, dz=(p - one_hot(W, y)) * missed[:, None])


@mistake("dW uses the last example's probabilities for every example: compute p anew inside the loop that uses it.")
def last_probabilities_everywhere(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X)[-1] - one_hot(W, y))


@mistake(
    "Only the one-hot part of dW is averaged: / binds before -. Put X.T @ p - X.T @ y in parentheses, then divide by N."
)
def probabilities_not_averaged(W, X, y, reg):
    return assemble(W, X, y, reg, dz=len(X) * probabilities(W, X) - one_hot(W, y))


@mistake("The probabilities are rounded to 0 and 1 in dW. Use them as they are: dz = p - y.")
def hard_assignment(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=1.0 * (p == p.max(axis=1, keepdims=True)) - one_hot(W, y))


@mistake(
    "Where classes have equal scores dW goes wrong, as when a class is looked up by its value (list.index gives the "
    "first match) or values are kept in a set. Count the classes with range or enumerate."
)
def column_by_value(W, X, y, reg):
    dz = np.zeros((len(X), W.shape[1]))
    for row, p in zip(dz, probabilities(W, X), strict=True):
        for value in p:
            row[np.flatnonzero(p == value)[0]] += value
    return assemble(W, X, y, reg, dz=dz - one_hot(W, y))


# The averages


@mistake(
    "Your loss is exactly N times too big: divide the sum over the batch by N. (If you do, look for an (N, 1) array "
    "less an (N,) one: numpy makes that (N, N).)"
)
def loss_not_averaged(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * len(X))


@mistake(
    "Your gradient is N times too big: the 1/N in the loss multiplies every term of its derivative too, so divide "
    "dW by N."
)
def gradient_not_averaged(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) * len(X))


@mistake(
    "Loss and gradient are both sums over the batch; the assignment asks for means. Divide both by N: duplicating the"
    " batch must not change the loss."
)
def neither_averaged(W, X, y, reg):
    n = len(X)
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * n, dW=data_gradient(W, X, y) * n)


@mistake("The loss is divided by N twice: once, by np.mean or by N, is enough.")
def loss_averaged_twice(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / len(X))


@mistake("dW is divided by N twice: once is enough.")
def gradient_averaged_twice(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) / len(X))


@mistake("The loss is divided by N*C, a mean over all entries. Divide by N only.")
def loss_averaged_over_classes(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / W.shape[1])


@mistake("dW is divided by N*C, a mean over all entries. Divide by N only.")
def gradient_averaged_over_classes(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) / W.shape[1])


@mistake("You divide by the number of classes. The mean is over the examples: divide by N = X.shape[0].")
def divided_by_classes(W, X, y, reg):
    ratio = len(X) / W.shape[1]
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * ratio, dW=data_gradient(W, X, y) * ratio)


@mistake("You divide by X.shape[1], the number of features. The mean is over the examples: N = X.shape[0].")
def divided_by_features(W, X, y, reg):
    ratio = len(X) / X.shape[1]
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * ratio, dW=data_gradient(W, X, y) * ratio)


@mistake("You divide by N - 1. The mean over the batch divides by N.")
def divided_by_one_less(W, X, y, reg):
    ratio = len(X) / max(len(X) - 1, 1e-300)
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * ratio, dW=data_gradient(W, X, y) * ratio)


@mistake("Both are divided by N twice: once, by np.mean or by N, is enough.")
def both_averaged_twice(W, X, y, reg):
    n = len(X)
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / n, dW=data_gradient(W, X, y) / n)


@mistake("You divide by the number of all entries, N*C. The mean is over the examples: divide by N.")
def both_averaged_over_classes(W, X, y, reg):
    C = W.shape[1]
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / C, dW=data_gradient(W, X, y) / C)


# The penalty


@mistake("Your loss does not depend on reg. It needs the penalty, 0.5*reg*sum(W*W).")
def penalty_missing_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0)


@mistake("The penalty's derivative, reg*W, is missing from dW.")
def penalty_missing_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=0)


@mistake(
    "Neither loss nor dW depends on reg, which a gradient check cannot see. The loss needs the penalty, "
    "0.5*reg*sum(W*W), and dW its derivative, reg*W."
)
def penalty_missing(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0, in_gradient=0)


@mistake(
    "Your penalty is twice ours, though its gradient fits it: this course uses the factor 0.5, so 0.5*reg*sum(W*W) "
    "in the loss and reg*W in dW. (The Stanford notes leave the 0.5 out.)"
)
def penalty_without_half(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=1, in_gradient=2)


@mistake(
    "The factor 0.5 is missing in the loss's penalty: 0.5*reg*sum(W*W). The derivative of reg*sum(W*W) would be "
    "2*reg*W."
)
def half_missing_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=1)


@mistake(
    "The penalty in dW is twice what it should be: the 0.5 in the loss is there to cancel the 2, so dW gets reg*W."
)
def two_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=2)


@mistake(
    "The penalty in dW is half of what it should be. A 0.5 belongs only in the loss: there the square's derivative "
    "brings a 2 that cancels it, so dW gets reg*W."
)
def half_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=0.5)


@mistake(
    "You add one number, reg*np.sum(W), to every entry of dW. The penalty's derivative is a matrix: entry by entry "
    "reg*W."
)
def sum_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg * np.sum(W), in_gradient=0)


@mistake("You add reg itself to every entry of dW. The penalty's derivative is a matrix: entry by entry reg*W.")
def reg_alone_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg, in_gradient=0)


@mistake("The penalty is subtracted in dW. In the loss it is added, so its derivative is added too: dW += reg*W.")
def penalty_subtracted_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=-1)


@mistake("Your loss contains the penalty even at reg=0: the factor reg is forgotten. Use 0.5*reg*sum(W*W).")
def reg_forgotten_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * np.sum(W * W), in_loss=0)


@mistake("Your dW contains the penalty even at reg=0: the factor reg is forgotten. Use reg*W.")
def reg_forgotten_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + W, in_gradient=0)


@mistake("You add the penalty once for every example. It belongs outside the loop, once, after the division by N.")
def penalty_per_example(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 * len(X), in_gradient=len(X))


@mistake("You add the penalty to the loss once for every example. It belongs outside the loop, once.")
def penalty_per_example_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 * len(X))


@mistake("You add reg*W to dW once for every example. It belongs outside the loop, once.")
def penalty_per_example_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=len(X))


@mistake("You add reg*W to dW once for every class. It belongs outside both loops, once.")
def penalty_per_class_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=W.shape[1])


@mistake(
    "You divide the penalty by N too, in loss and gradient. Only the data part is a mean: divide first, then add "
    "the penalty."
)
def penalty_averaged(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 / len(X), in_gradient=1 / len(X))


@mistake("You divide the penalty in the loss by N too. Divide the data loss first, then add the penalty.")
def penalty_averaged_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 / len(X))


@mistake("You divide reg*W in dW by N too. Divide the data gradient first, then add reg*W.")
def penalty_averaged_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=1 / len(X))


@mistake(
    "You leave the last row of W, the bias, out of the penalty. A sensible idea, but the specification regularises "
    "all of W, including the bias row."
)
def bias_not_penalized(W, X, y, reg):
    loss = data_loss(W, X, y) + 0.5 * reg * np.sum(W[:-1] ** 2)
    dW = data_gradient(W, X, y)
    dW[:-1] += reg * W[:-1]
    return loss, dW


@mistake(
    "The penalty in your loss is the norm of W, not squared. It is the sum of squares, np.sum(W*W), without the "
    "square root."
)
def norm_not_squared(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.linalg.norm(W), in_loss=0)


@mistake("The penalty in your loss is the sum of W. It is the sum of squares, np.sum(W*W).")
def weights_not_squared(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.sum(W), in_loss=0)


@mistake("The penalty in your loss squares after summing, (sum(W))**2. Square each entry first: np.sum(W*W).")
def squared_after_sum(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.sum(W) ** 2, in_loss=0)


@mistake("The penalty in your loss is the mean of the squares. It is their sum: np.sum(W*W), not np.mean.")
def penalty_mean(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 / W.size)


@mistake(
    "Your penalty is the sum of absolute values (L1). The assignment asks for the sum of squares: 0.5*reg*sum(W*W), "
    "with reg*W in dW."
)
def absolute_values(W, X, y, reg):
    loss, dW = data_loss(W, X, y), data_gradient(W, X, y)
    return loss + reg * np.sum(np.abs(W)), dW + reg * np.sign(W)


@mistake(
    "At reg = 0 your dW is all zeros: dW = reg*W throws away what was added up, or dW is multiplied by the penalty. "
    "Use dW += reg*W."
)
def penalty_replaces_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=np.zeros_like(W))


@mistake(
    "At reg = 0 your loss is 0: the data loss is missing, or the penalty replaces it (= for +=) or multiplies it. Use"
    " loss += 0.5*reg*sum(W*W)."
)
def penalty_replaces_loss(W, X, y, reg):
    return assemble(W, X, y, reg, loss=0.0)


@mistake("The penalty is subtracted in the loss. It is added: large weights are to cost something.")
def penalty_subtracted_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=-0.5)


@mistake("The penalty in your loss is over X. It is over the weights: 0.5*reg*sum(W*W).")
def inputs_penalized(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.sum(X * X), in_loss=0)


@mistake("The penalty in your loss is the sum over the matrix product W @ W.T. Multiply entry by entry: np.sum(W*W).")
def matrix_product_summed(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.sum(W @ W.T), in_loss=0)


@mistake("The penalty in your loss is the sum over the matrix product W.T @ W. Multiply entry by entry: np.sum(W*W).")
def other_matrix_product_summed(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.sum(W.T @ W), in_loss=0)


@mistake("reg stands inside the square, (reg*W)**2, so it is squared too. It is 0.5*reg*sum(W*W).")
def reg_squared_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 * reg)


@mistake("You multiply by reg twice in dW. The penalty's derivative is reg*W.")
def reg_squared_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=reg)


@mistake("You add reg itself, without W, to the loss: it is + 0.5*reg*sum(W*W).")
def reg_alone_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + reg, in_loss=0)


@mistake("You add half of reg, without W, to the loss: it is + 0.5*reg*sum(W*W).")
def half_reg_alone_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg, in_loss=0)


@mistake("The penalty in your loss is L1, the sum of absolute values. It is the sum of squares: 0.5*reg*sum(W*W).")
def absolute_values_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + reg * np.sum(np.abs(W)), in_loss=0)


@mistake("dW gets reg*sign(W), the derivative of an L1 penalty. That of 0.5*reg*sum(W*W) is reg*W.")
def sign_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg * np.sign(W), in_gradient=0)


@mistake("dW gets the penalty's squares, reg*W*W, undifferentiated. Its derivative is reg*W.")
def squares_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg * W * W, in_gradient=0)


@mistake("You add the penalty itself, one number, to every entry of dW. Add its derivative, entry by entry reg*W.")
def penalty_itself_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + 0.5 * reg * np.sum(W * W), in_gradient=0)


@mistake("dW gets reg times the absolute values of W, so negative weights are pushed away from 0. It is reg*W.")
def absolute_weights_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg * np.abs(W), in_gradient=0)


@mistake("dW gets the sums of W over an axis. The penalty's derivative has an entry for each weight: reg*W.")
def row_sums_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg * W.sum(axis=0), in_gradient=0)


@mistake("dW gets the sums of W over the classes. The penalty's derivative has an entry for each weight: reg*W.")
def column_sums_in_gradient(W, X, y, reg):
    summed = reg * W.sum(axis=1, keepdims=True)
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + summed, in_gradient=0)


@mistake("dW gets the mean of W. The penalty's derivative has an entry for each weight: reg*W.")
def mean_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg * W.mean(), in_gradient=0)


@mistake("dW gets W divided by its norm, the derivative of the norm. That of the sum of squares is reg*W.")
def norm_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg * W / np.linalg.norm(W), in_gradient=0)


@mistake("The last row of W, the bias, is left out of the penalty in the loss. The specification penalizes all of W.")
def bias_not_penalized_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.sum(W[:-1] ** 2), in_loss=0)


@mistake("The last row of W, the bias, is left out of the penalty in dW. The specification penalizes all of W.")
def bias_not_penalized_in_gradient(W, X, y, reg):
    dW = data_gradient(W, X, y)
    dW[:-1] += reg * W[:-1]
    return assemble(W, X, y, reg, dW=dW, in_gradient=0)


@mistake(
    "You leave the first row of W out of the penalty. A bias may be spared elsewhere, but the specification penalizes "
    "all of W."
)
def first_row_not_penalized(W, X, y, reg):
    loss = data_loss(W, X, y) + 0.5 * reg * np.sum(W[1:] ** 2)
    dW = data_gradient(W, X, y)
    dW[1:] += reg * W[1:]
    return loss, dW


@mistake(
    "You multiply the data loss by reg too. reg belongs to the penalty alone: the data loss plus 0.5*reg*sum(W*W)."
)
def reg_on_everything_in_loss(W, X, y, reg):
    return reg * (data_loss(W, X, y) + 0.5 * np.sum(W * W)), assemble(W, X, y, reg)[1]


@mistake(
    "np.linalg.norm(W, 2) is the largest singular value of a matrix. The penalty is the sum of squares, np.sum(W*W)."
)
def spectral_norm(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.linalg.norm(W, 2) ** 2, in_loss=0)


@mistake("The penalty in your loss is the square of the largest weight. It is the sum of all squares, np.sum(W*W).")
def largest_square(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.max(W * W), in_loss=0)


@mistake(
    "reg*W is added to the last column of dW alone, as with a loop variable that is left over. Add it to all of dW, "
    "after the loops."
)
def penalty_on_last_column(W, X, y, reg):
    dW = data_gradient(W, X, y)
    dW[:, -1] += reg * W[:, -1]
    return assemble(W, X, y, reg, dW=dW, in_gradient=0)


@mistake("Your penalty is half of what it should be, in loss and gradient: 0.5*reg*sum(W*W), and reg*W in dW.")
def both_penalties_halved(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.25, in_gradient=0.5)
