"""The known mistakes in the softmax loss: each behaves like wrong code and says what to tell its author.

One catalogue, two uses: a student's function that behaves like one of these gets its sentence, and the hidden
suite must take points from every one of them. The order is from upstream to downstream: what is returned, the
labels, the scores, the probabilities, the loss, the gradient, the averages, the penalty, and combinations.

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


@mistake(
    "This function is still the stub: it raises NotImplementedError. Replace that line by your code.",
    where="contract",
)
def not_started(W, X, y, reg):
    raise NotImplementedError("Need to implement this function")


@mistake(
    "Your function ends without a return, so it gives back None. End it with `return loss, dW`.",
    where="contract",
)
def nothing_returned(W, X, y, reg):
    assemble(W, X, y, reg)


@mistake(
    "You return only the loss. The training loop needs the gradient too: end with `return loss, dW`.",
    where="contract",
)
def only_loss_returned(W, X, y, reg):
    return assemble(W, X, y, reg)[0]


@mistake(
    "Loss and gradient are both right, but you return them in the wrong order: it is `return loss, dW`.",
    where="contract",
)
def returned_in_wrong_order(W, X, y, reg):
    loss, dW = assemble(W, X, y, reg)
    return dW, loss


@mistake(
    "Not started yet, as it seems: the loss is 0 and dW is all zeros. Both are only the starting values; now "
    "add up the loss and its gradient.",
    where="both",
)
def zeros_returned(W, X, y, reg):
    return 0.0, np.zeros_like(W)


@mistake(
    "Your loss is right, and your gradient is not started yet: dW is all zeros. Next step: the derivative by "
    "the scores is dz = p - y, and dW = X.T @ dz / N + reg*W.",
    where="gradient",
)
def gradient_is_zero(W, X, y, reg):
    return assemble(W, X, y, reg)[0], np.zeros_like(W)


@mistake(
    "Your gradient is right, but the loss is always 0: you compute the probabilities and never take the loss "
    "from them. Add -log of the true class's probability, averaged, and the penalty.",
    where="loss",
)
def loss_is_zero(W, X, y, reg):
    return 0.0, assemble(W, X, y, reg)[1]


@mistake(
    "You return one loss per example, an array. The loss of a batch is a plain number: the mean of them.",
    where="contract",
)
def loss_per_example(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-at_labels(log_probabilities(W, X), y))


@mistake(
    "The numbers of dW are right, but its shape is (C, D). dW must have the shape of W, (D, C), so that W - "
    "dW makes sense: use X.T @ dz rather than dz.T @ X.",
    where="contract",
)
def gradient_transposed(W, X, y, reg):
    loss, dW = assemble(W, X, y, reg)
    return loss, dW.T


@mistake(
    "You return the derivative by the scores, one row per example. One step of the chain rule is left: "
    "scores = X @ W, so dW = X.T @ dscores.",
    where="gradient",
)
def gradient_of_scores(W, X, y, reg):
    return assemble(W, X, y, reg)[0], (probabilities(W, X) - one_hot(W, y)) / len(X)


@mistake(
    "The result is right, but your function changed X, so the next call sees other data. Write X = X / N in "
    "place of X /= N, or work on a copy.",
    where="contract",
)
def X_changed(W, X, y, reg):  # noqa: N802
    loss, dz = data_loss(W, X, y), probabilities(W, X) - one_hot(W, y)
    X /= len(X)
    return assemble(W, X, y, reg, loss=loss, dW=X.T @ dz)


@mistake(
    "The result is right, but your function changed W: dW = W makes them the same array, so start from a new one, "
    "dW = np.zeros_like(W). (A training step does not belong here either.)",
    where="contract",
)
def W_changed(W, X, y, reg):  # noqa: N802
    loss, data = assemble(W, X, y, reg)[0], data_gradient(W, X, y)
    dW = W
    dW *= reg
    dW += data
    return loss, dW


@mistake(
    "The result is right, but your function reordered the caller's labels: y no longer belongs to X. Work on "
    "a copy of y, or leave the order as it is.",
    where="contract",
)
def y_changed(W, X, y, reg):
    order = np.argsort(y, kind="stable")[::-1]
    X, y[:] = X[order], y[order]
    return assemble(W, X, y, reg)


# Layout and sizes


@mistake(
    "Your shapes follow the assignment of 2015, where X was (D, N) and W was (C, D). Here X is (N, D) and W "
    "is (D, C): scores = X.dot(W).",
    where="both",
)
def layout_of_2015(W, X, y, reg):
    scores = W.dot(X)
    p = np.exp(scores - scores.max(axis=0))
    p /= p.sum(axis=0)
    loss = -np.log(p[y, np.arange(X.shape[1])]).mean() + 0.5 * reg * np.sum(W * W)
    p[y, np.arange(X.shape[1])] -= 1
    return loss, p.dot(X.T) / X.shape[1] + reg * W


@mistake(
    "A batch of one example lost its axis: np.squeeze drops every axis of length 1, the batch's too. Leave "
    "it out, or name the axis you mean.",
    where="both",
)
def squeezed(W, X, y, reg):
    scores = np.squeeze(X @ W)
    scores -= scores.max(axis=1, keepdims=True)  # raises for one example; for more the result is right
    return assemble(W, X, y, reg)


@mistake(
    "The last example never counts: range(N - 1) ends one too early. range(N) already runs from 0 to N-1.",
    where="both",
)
def last_example_left_out(W, X, y, reg):
    n = len(X)
    if n == 1:
        return assemble(W, X, y, reg, loss=0.0, dW=np.zeros_like(W))
    loss, dW = data_loss(W, X[:-1], y[:-1]), data_gradient(W, X[:-1], y[:-1])
    return assemble(W, X, y, reg, loss=loss * (n - 1) / n, dW=dW * (n - 1) / n)


@mistake(
    "The number of examples is hard-coded as 500, so the result is right only for a batch of 500 examples. "
    "Take N from X.shape[0].",
    where="both",
)
def five_hundred_examples(W, X, y, reg):
    share = len(X) / 500
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * share, dW=data_gradient(W, X, y) * share)


@mistake(
    "Your one-hot matrix has ten columns, as in CIFAR-10, so the code is right only for ten classes. Take "
    "the number of classes from W.shape[1].",
    where="both",
)
def ten_columns(W, X, y, reg):
    hot = np.eye(10)[y]
    loss = -np.sum(hot * log_probabilities(W, X)) / len(X)
    return assemble(W, X, y, reg, loss=loss, dz=probabilities(W, X) - hot)


@mistake(
    "Your loop runs over ten classes, so the code is right only for ten classes. Take their number from W.shape[1].",
    where="both",
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


# The labels


@mistake(
    "Your labels are shifted by one: here the classes are 0 to C-1, so use y itself as the index, not y - 1.",
    where="both",
)
def labels_from_one(W, X, y, reg):
    return assemble(W, X, y - 1, reg)


@mistake(
    "Labels above 127 wrap around to negative numbers when they are stored as int8. Leave y's own integer type alone.",
    where="both",
)
def labels_as_int8(W, X, y, reg):
    return assemble(W, X, y.astype(np.int8), reg)


@mistake(
    "You built one column per example; a one-hot matrix needs one column per class: np.eye(W.shape[1])[y] "
    "rather than np.eye(len(y))[y].",
    where="both",
)
def column_per_example(W, X, y, reg):
    hot = np.eye(len(y))[y]
    loss = -np.sum(hot * log_probabilities(W, X)) / len(X)
    return assemble(W, X, y, reg, loss=loss, dz=probabilities(W, X) - hot)


@mistake(
    "This works only while the last class is in the batch: y.max() + 1 is not the number of classes. Take it "
    "from W.shape[1].",
    where="both",
)
def columns_from_labels(W, X, y, reg):
    hot = np.eye(y.max() + 1)[y]
    loss = -np.sum(hot * log_probabilities(W, X)) / len(X)
    return assemble(W, X, y, reg, loss=loss, dz=probabilities(W, X) - hot)


@mistake(
    "When two classes have the same score you mark both as the true one, because you look for the true class "
    "by its score. Index by label instead: p[np.arange(N), y].",
    where="gradient",
)
def true_class_by_score(W, X, y, reg):
    scores = X @ W
    hot = scores == at_labels(scores, y)[:, None]
    return assemble(W, X, y, reg, dz=probabilities(W, X) - hot)


# The scores and their shift


@mistake(
    "Right for small scores, but the exponential of a large score is infinite. Subtract each row's maximum "
    "from the scores first: the probabilities stay the same.",
    where="both",
)
def no_shift(W, X, y, reg):
    exps = np.exp(X @ W)
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "Right for small scores, but log(sum(exp(scores))) is infinite when a score is large. Subtract each "
    "row's maximum from the scores first, in both terms of the loss.",
    where="both",
)
def no_shift_in_log_sum(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores)
    loss = np.mean(np.log(exps.sum(axis=1)) - at_labels(scores, y))
    return assemble(W, X, y, reg, loss=loss, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "You do shift the scores, but by the largest score of the whole batch: a row far below it becomes 0/0. "
    "Take each row's own maximum: scores.max(axis=1, keepdims=True).",
    where="both",
)
def shift_by_batch_maximum(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores - np.max(scores))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "You do shift the scores, but by the largest score of the whole batch: in a row far below it every "
    "exponential is 0, and log(0) is infinite. Take each row's own maximum: scores.max(axis=1, "
    "keepdims=True).",
    where="both",
)
def shift_by_batch_maximum_in_log_sum(W, X, y, reg):
    shifted = X @ W - np.max(X @ W)
    exps = np.exp(shifted)
    loss = np.mean(np.log(exps.sum(axis=1)) - at_labels(shifted, y))
    return assemble(W, X, y, reg, loss=loss, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "You subtract a different number from each class (the maximum along axis 0), which changes the "
    "probabilities. Shift by row, not by column: axis=1, keepdims=True.",
    where="both",
)
def shift_by_column_maximum(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores - scores.max(axis=0))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "The row maximum is the right shift, but without keepdims=True it has shape (N,), which does not line up "
    "with (N, C); when N equals C numpy even accepts it and shifts the wrong way. Add keepdims=True.",
    where="both",
)
def maximum_without_keepdims(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores - scores.max(axis=1))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "The sum over classes is right, but without keepdims=True it has shape (N,), and (N, C) cannot be "
    "divided by it; when N equals C numpy even accepts it and is wrong. Divide by a column of shape (N, 1).",
    where="both",
)
def sum_without_keepdims(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1))


@mistake(
    "You divide shifted exponentials by the sum of unshifted ones. Use the same shifted scores in the "
    "numerator and in the sum, so that the shift cancels.",
    where="both",
)
def sum_of_unshifted(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / np.exp(X @ W).sum(axis=1, keepdims=True))


@mistake(
    "Your gradient is right, but the loss mixes shifted and unshifted scores: you shift inside log(sum(exp)) "
    "and subtract the true class's unshifted score. Use the shifted score in both terms.",
    where="loss",
)
def true_score_unshifted(W, X, y, reg):
    log_sum = np.log(np.exp(shifted_scores(W, X)).sum(axis=1))
    return assemble(W, X, y, reg, loss=np.mean(log_sum - at_labels(X @ W, y)))


# The probabilities


@mistake(
    "Your columns sum to 1: you took the softmax over axis 0. Probabilities must sum to 1 over the classes "
    "of one example, axis=1.",
    where="both",
)
def softmax_over_examples(W, X, y, reg):
    scores = X @ W
    exps = np.exp(scores - scores.max(axis=0))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=0))


@mistake(
    "You shift each row rightly, but then divide by the sum over the examples (axis 0). Probabilities must "
    "sum to 1 over the classes of one example: sum with axis=1, keepdims=True.",
    where="both",
)
def normalized_over_examples(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=0))


@mistake(
    "You divide by the sum over the whole batch, so that all probabilities together sum to 1. Each row must "
    "sum to 1: sum with axis=1, keepdims=True.",
    where="both",
)
def normalized_over_batch(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    return assemble(W, X, y, reg, p=exps / exps.sum())


@mistake(
    "Your probabilities do not sum to 1: a sigmoid per class is another model. Divide exp(scores) by its sum "
    "over the classes.",
    where="both",
)
def sigmoid(W, X, y, reg):
    return assemble(W, X, y, reg, p=1 / (1 + np.exp(-(X @ W))))


@mistake(
    "Your values look squashed: you put the probabilities through softmax again. Once is enough.",
    where="both",
)
def softmax_twice(W, X, y, reg):
    exps = np.exp(probabilities(W, X))
    return assemble(W, X, y, reg, p=exps / exps.sum(axis=1, keepdims=True))


@mistake(
    "This is the SVM's hinge loss: at W=0 it gives C-1. The softmax loss is -log of the true class's probability.",
    where="both",
)
def hinge(W, X, y, reg):
    scores = X @ W
    margins = scores - at_labels(scores, y)[:, None] + 1
    active = (margins > 0) & (one_hot(W, y) == 0)
    dz = active - one_hot(W, y) * active.sum(axis=1, keepdims=True)
    return assemble(W, X, y, reg, loss=np.sum(margins * active) / len(X), dz=dz)


# The loss


@mistake(
    "Your loss is right except when the true class's probability underflows to 0, where log(0) is infinite. "
    "You already have the shifted scores: loss = log(sum(exp(shifted))) - shifted[y] never takes log of 0.",
    where="loss",
)
def log_of_underflow(W, X, y, reg):
    return assemble(W, X, y, reg, p=probabilities(W, X))


@mistake(
    "The epsilon inside the logarithm hides underflow, but it changes every loss and puts a ceiling on it. "
    "Compute the log-probability without it: shifted[y] - log(sum(exp(shifted))).",
    where="loss",
)
def epsilon_in_log(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.log(at_labels(probabilities(W, X), y) + 1e-8).mean())


@mistake(
    "Clipping the probabilities puts a ceiling on the loss: a hopeless example cannot cost more than the "
    "clip allows. Compute the log-probability without exp: shifted[y] - log(sum(exp(shifted))).",
    where="loss",
)
def clipped_probability(W, X, y, reg):
    p = np.clip(at_labels(probabilities(W, X), y), 1e-12, None)
    return assemble(W, X, y, reg, loss=-np.log(p).mean())


@mistake(
    "The tiny number you guard the logarithm with puts a ceiling on the loss: a hopeless example cannot cost "
    "more than that. Compute the log-probability without exp: shifted[y] - log(sum(exp(shifted))).",
    where="loss",
)
def tiny_epsilon_in_log(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.log(at_labels(probabilities(W, X), y) + 1e-15).mean())


@mistake(
    "Your loss is negative: the log of a probability is never above 0. Put the minus in front of it.",
    where="loss",
)
def loss_sign(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-data_loss(W, X, y))


@mistake(
    "You averaged the probability itself and forgot the log: at W=0 your loss is 1/C, and it should be log(C).",
    where="loss",
)
def log_forgotten(W, X, y, reg):
    return assemble(W, X, y, reg, loss=at_labels(probabilities(W, X), y).mean())


@mistake(
    "You averaged minus the probability and forgot the log: at W=0 your loss is -1/C, and it should be log(C).",
    where="loss",
)
def log_forgotten_after_minus(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-at_labels(probabilities(W, X), y).mean())


@mistake(
    "Your loss is in other units: the cross-entropy takes the natural logarithm, np.log, not np.log2.",
    where="loss",
)
def loss_in_bits(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / np.log(2))


@mistake(
    "Your loss is in other units: the cross-entropy takes the natural logarithm, np.log, not np.log10.",
    where="loss",
)
def loss_in_decades(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / np.log(10))


@mistake(
    "You take p[:, y], which is an (N, N) matrix: every label against every row. The true class of each row "
    "is p[np.arange(N), y].",
    where="loss",
)
def loss_of_all_labels(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.sum(log_probabilities(W, X)[:, y]) / len(X))


@mistake(
    "You add up -log p over all classes. Only the true class enters the cross-entropy: p[np.arange(N), y].",
    where="loss",
)
def loss_over_all_classes(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.sum(log_probabilities(W, X)) / len(X))


@mistake(
    "You average -log p over every entry, all classes included. Only the true class enters the "
    "cross-entropy, and the sum is divided by N.",
    where="loss",
)
def loss_mean_over_all_entries(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.mean(log_probabilities(W, X)))


@mistake(
    "Your gradient is right, but you reused p: it already has the -1 when you take the log, and log of a "
    "negative number is nan. Compute the loss first.",
    where="loss",
)
def loss_after_subtraction(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-np.log(at_labels(probabilities(W, X) - one_hot(W, y), y)).mean())


@mistake(
    "Your loss is only minus the true class's score. The normalizer is missing: add log(sum(exp(scores))) "
    "for every example.",
    where="loss",
)
def normalizer_missing(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-at_labels(X @ W, y).mean())


@mistake(
    "You leave the true class out of the sum of exponentials, as the SVM loss does. Softmax sums over all classes.",
    where="both",
)
def true_class_left_out(W, X, y, reg):
    exps = np.exp(shifted_scores(W, X))
    others = np.sum(exps * (1 - one_hot(W, y)), axis=1, keepdims=True)
    return assemble(W, X, y, reg, p=exps / others)


@mistake(
    "Only the last example's loss is left: inside the loop you assign the loss anew. Add to it with +=.",
    where="loss",
)
def loss_of_last_example(W, X, y, reg):
    return assemble(W, X, y, reg, loss=-log_probabilities(W, X)[-1, y[-1]] / len(X))


# The gradient


@mistake(
    "Every entry of dW has the opposite sign, so that following -dW raises your loss. It is dz = p - y, not y - p.",
    where="gradient",
)
def gradient_sign(W, X, y, reg):
    return assemble(W, X, y, reg, dz=one_hot(W, y) - probabilities(W, X))


@mistake(
    "Your dW pushes the scores of all classes down, the true one too. Subtract 1 at the true class: dz = p - y.",
    where="gradient",
)
def minus_one_forgotten(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X))


@mistake(
    "Only the true class gets a gradient in your dW. The wrong classes move too, each by p_j * x: softmax "
    "couples the classes, so its Jacobian is not diagonal, and dz = p - y.",
    where="gradient",
)
def only_true_class_moves(W, X, y, reg):
    return assemble(W, X, y, reg, dz=(probabilities(W, X) - 1) * one_hot(W, y))


@mistake(
    "The wrong classes are right in your dW, but the true class gets nothing. It moves too, by (p_y - 1) * x.",
    where="gradient",
)
def only_wrong_classes_move(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X) * (1 - one_hot(W, y)))


@mistake(
    "p*(1 - p) is only the diagonal of the softmax derivative, and with the cross-entropy it is not needed "
    "at all: the whole chain collapses to dz = p - y.",
    where="gradient",
)
def diagonal_jacobian(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=(p - one_hot(W, y)) * p * (1 - p))


@mistake(
    "You applied the softmax derivative twice: p - y already contains it, so do not multiply by p again.",
    where="gradient",
)
def multiplied_by_p_again(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=(p - one_hot(W, y)) * p)


@mistake(
    "You already added p_y * x for the true class in the loop, so subtract x once more and that is all; you "
    "subtract (1 - p_y) * x and so correct the true class twice.",
    where="gradient",
)
def true_class_corrected_twice(W, X, y, reg):
    p = probabilities(W, X)
    return assemble(W, X, y, reg, dz=p - (1 - p) * one_hot(W, y))


@mistake(
    "Your loss is right, but dW uses the exponentials of the scores. Divide them by the row sum before you "
    "use them in dW: the gradient is made of probabilities.",
    where="gradient",
)
def exponentials_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dz=np.exp(shifted_scores(W, X)) - one_hot(W, y))


@mistake(
    "Your loss is right, but dW uses the scores themselves in place of the probabilities: dz = p - y.",
    where="gradient",
)
def scores_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dz=X @ W - one_hot(W, y))


@mistake(
    "You subtract 1 from every class. Only the true class of each row gets it: p[np.arange(N), y] -= 1.",
    where="gradient",
)
def minus_one_everywhere(W, X, y, reg):
    return assemble(W, X, y, reg, dz=probabilities(W, X) - 1)


@mistake(
    "p[:, y] -= 1 changes whole columns. You need one entry per row: p[np.arange(N), y] -= 1.",
    where="gradient",
)
def minus_one_in_columns(W, X, y, reg):
    dz = probabilities(W, X)
    dz[:, y] -= 1
    return assemble(W, X, y, reg, dz=dz)


@mistake(
    "p[y] -= 1 picks rows by label. You need one entry per row: p[np.arange(N), y] -= 1.",
    where="gradient",
)
def minus_one_in_rows(W, X, y, reg):
    dz = probabilities(W, X)
    dz[y] -= 1
    return assemble(W, X, y, reg, dz=dz)


@mistake(
    "Column 0 of your data gradient is always zero: the loop over classes starts at 1. Classes are 0 to C-1.",
    where="gradient",
)
def first_class_skipped(W, X, y, reg):
    dW = data_gradient(W, X, y)
    dW[:, 0] = 0
    return assemble(W, X, y, reg, dW=dW)


@mistake(
    "The last column of your data gradient is always zero: the loop over classes ends one too early. "
    "range(C) already runs to C-1.",
    where="gradient",
)
def last_class_skipped(W, X, y, reg):
    dW = data_gradient(W, X, y)
    dW[:, -1] = 0
    return assemble(W, X, y, reg, dW=dW)


@mistake(
    "Only the last example is left in dW: inside the loop you assign dW[:, j] anew. Add to it with +=.",
    where="gradient",
)
def gradient_of_last_example(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X[-1:], y[-1:]) / len(X))


@mistake(
    "dW has the right shape and scrambled content: reshape re-reads the memory, it does not swap axes. Use "
    ".T: dW = X.T @ dz.",
    where="gradient",
)
def gradient_reshaped(W, X, y, reg):
    dW = data_gradient(W, X, y)
    return assemble(W, X, y, reg, dW=dW.T.reshape(dW.shape))


@mistake(
    "dW has the right shape and scrambled content: X.reshape(D, N) re-reads the memory, it does not swap "
    "axes. Use X.T: dW = X.T @ dz.",
    where="gradient",
)
def inputs_reshaped(W, X, y, reg):
    dz = probabilities(W, X) - one_hot(W, y)
    return assemble(W, X, y, reg, dW=X.reshape(X.shape[::-1]) @ dz / len(X))


# The averages


@mistake(
    "Your gradient is right and your loss is exactly N times too big: average over the batch, so that the "
    "loss does not depend on the batch size.",
    where="loss",
)
def loss_not_averaged(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * len(X))


@mistake(
    "Your loss is right and your gradient is N times too big: the 1/N in the loss multiplies every term of "
    "its derivative too, so divide dW by N.",
    where="gradient",
)
def gradient_not_averaged(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) * len(X))


@mistake(
    "Loss and gradient agree with each other, but both are sums; the assignment asks for means. Divide both "
    "by N: duplicating the batch must not change the loss.",
    where="both",
)
def neither_averaged(W, X, y, reg):
    n = len(X)
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * n, dW=data_gradient(W, X, y) * n)


@mistake(
    "Your gradient is right, but the loss is divided by N twice: once, by np.mean or by N, is enough.",
    where="loss",
)
def loss_averaged_twice(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / len(X))


@mistake(
    "Your loss is right, but dW is divided by N twice: once is enough.",
    where="gradient",
)
def gradient_averaged_twice(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) / len(X))


@mistake(
    "Your gradient is right, but the loss is divided by N*C, a mean over all entries. Divide by N only.",
    where="loss",
)
def loss_averaged_over_classes(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) / W.shape[1])


@mistake(
    "Your loss is right, but dW is divided by N*C, a mean over all entries. Divide by N only.",
    where="gradient",
)
def gradient_averaged_over_classes(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) / W.shape[1])


@mistake(
    "You divide by the number of classes. The mean is over the examples: divide by N = X.shape[0].",
    where="both",
)
def divided_by_classes(W, X, y, reg):
    ratio = len(X) / W.shape[1]
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) * ratio, dW=data_gradient(W, X, y) * ratio)


# The penalty


@mistake(
    "With reg=0 you are right, and dW is right, but with reg>0 your loss does not move. Add 0.5*reg*sum(W*W) to it.",
    where="loss",
)
def penalty_missing_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0)


@mistake(
    "Your loss includes the penalty, but its derivative, reg*W, is missing from dW.",
    where="gradient",
)
def penalty_missing_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=0)


@mistake(
    "With reg=0 you are right, but you left the penalty out of both loss and gradient, which a gradient "
    "check cannot see. Add 0.5*reg*sum(W*W) to the loss and reg*W to dW.",
    where="both",
)
def penalty_missing(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0, in_gradient=0)


@mistake(
    "Loss and gradient agree with each other, but your penalty is twice ours: this course uses the factor "
    "0.5, so 0.5*reg*sum(W*W) in the loss and reg*W in dW. (The Stanford notes leave the 0.5 out.)",
    where="both",
)
def penalty_without_half(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=1, in_gradient=2)


@mistake(
    "dW is right, but the derivative of reg*sum(W*W) is 2*reg*W, so your loss does not fit it. The factor "
    "0.5 is missing in the loss: 0.5*reg*sum(W*W).",
    where="loss",
)
def half_missing_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=1)


@mistake(
    "Your loss is right, but the penalty in dW is twice too big: the 0.5 in the loss is there to cancel the "
    "2, so dW gets reg*W.",
    where="gradient",
)
def two_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=2)


@mistake(
    "Your loss is right, but the 0.5 belongs only there: the square's derivative brings a 2 that cancels it, "
    "so dW gets reg*W rather than 0.5*reg*W.",
    where="gradient",
)
def half_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=0.5)


@mistake(
    "You add one number, reg*np.sum(W), to every entry of dW. The penalty's derivative is a matrix: entry by "
    "entry reg*W.",
    where="gradient",
)
def sum_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg * np.sum(W), in_gradient=0)


@mistake(
    "You add reg itself to every entry of dW. The penalty's derivative is a matrix: entry by entry reg*W.",
    where="gradient",
)
def reg_alone_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + reg, in_gradient=0)


@mistake(
    "The penalty is subtracted in dW. In the loss it is added, so its derivative is added too: dW += reg*W.",
    where="gradient",
)
def penalty_subtracted_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=-1)


@mistake(
    "Your loss contains the penalty even at reg=0: the factor reg is forgotten. Use 0.5*reg*sum(W*W).",
    where="loss",
)
def reg_forgotten_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * np.sum(W * W), in_loss=0)


@mistake(
    "Your dW contains the penalty even at reg=0: the factor reg is forgotten. Use reg*W.",
    where="gradient",
)
def reg_forgotten_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) + W, in_gradient=0)


@mistake(
    "You add the penalty once for every example. It belongs outside the loop, once, after the division by N.",
    where="both",
)
def penalty_per_example(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 * len(X), in_gradient=len(X))


@mistake(
    "dW is right, but you add the penalty to the loss once for every example. It belongs outside the loop, once.",
    where="loss",
)
def penalty_per_example_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 * len(X))


@mistake(
    "Your loss is right, but you add reg*W to dW once for every example. It belongs outside the loop, once.",
    where="gradient",
)
def penalty_per_example_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=len(X))


@mistake(
    "Your loss is right, but you add reg*W to dW once for every class. It belongs outside both loops, once.",
    where="gradient",
)
def penalty_per_class_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=W.shape[1])


@mistake(
    "You divide the penalty by N too, in loss and gradient. Only the data part is a mean: divide first, then "
    "add the penalty.",
    where="both",
)
def penalty_averaged(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 / len(X), in_gradient=1 / len(X))


@mistake(
    "dW is right, but you divide the penalty in the loss by N too. Divide the data loss first, then add the penalty.",
    where="loss",
)
def penalty_averaged_in_loss(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 / len(X))


@mistake(
    "Your loss is right, but you divide reg*W in dW by N too. Divide the data gradient first, then add reg*W.",
    where="gradient",
)
def penalty_averaged_in_gradient(W, X, y, reg):
    return assemble(W, X, y, reg, in_gradient=1 / len(X))


@mistake(
    "You leave the last row of W, the bias, out of the penalty. A sensible idea, but the specification "
    "regularises all of W, including the bias row.",
    where="both",
)
def bias_not_penalized(W, X, y, reg):
    loss = data_loss(W, X, y) + 0.5 * reg * np.sum(W[:-1] ** 2)
    dW = data_gradient(W, X, y)
    dW[:-1] += reg * W[:-1]
    return loss, dW


@mistake(
    "The penalty in your loss is the norm of W, not squared. It is the sum of squares, np.sum(W*W), without "
    "the square root.",
    where="loss",
)
def norm_not_squared(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.linalg.norm(W), in_loss=0)


@mistake(
    "The penalty in your loss is the sum of W. It is the sum of squares, np.sum(W*W).",
    where="loss",
)
def weights_not_squared(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.sum(W), in_loss=0)


@mistake(
    "The penalty in your loss squares after summing, (sum(W))**2. Square each entry first: np.sum(W*W).",
    where="loss",
)
def squared_after_sum(W, X, y, reg):
    return assemble(W, X, y, reg, loss=data_loss(W, X, y) + 0.5 * reg * np.sum(W) ** 2, in_loss=0)


@mistake(
    "The penalty in your loss is the mean of the squares. It is their sum: np.sum(W*W), not np.mean.",
    where="loss",
)
def penalty_mean(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=0.5 / W.size)


@mistake(
    "Your penalty is the sum of absolute values (L1). The assignment asks for the sum of squares: "
    "0.5*reg*sum(W*W), with reg*W in dW.",
    where="both",
)
def absolute_values(W, X, y, reg):
    loss, dW = data_loss(W, X, y), data_gradient(W, X, y)
    return loss + reg * np.sum(np.abs(W)), dW + reg * np.sign(W)


# Combinations that are seen together


@mistake(
    "Two things: loss and gradient are sums over the batch where the assignment asks for means (divide both "
    "by N), and the penalty is missing from both (add 0.5*reg*sum(W*W) and reg*W).",
    where="both",
)
def neither_averaged_nor_penalized(W, X, y, reg):
    n = len(X)
    loss, dW = data_loss(W, X, y) * n, data_gradient(W, X, y) * n
    return assemble(W, X, y, reg, loss=loss, dW=dW, in_loss=0, in_gradient=0)


@mistake(
    "Two things: loss and gradient are sums over the batch where the assignment asks for means (divide both "
    "by N), and your penalty is twice ours: this course uses 0.5*reg*sum(W*W).",
    where="both",
)
def neither_averaged_nor_halved(W, X, y, reg):
    n = len(X)
    loss, dW = data_loss(W, X, y) * n, data_gradient(W, X, y) * n
    return assemble(W, X, y, reg, loss=loss, dW=dW, in_loss=1, in_gradient=2)


@mistake(
    "Your loss is right. Two things in dW: divide it by N as you do the loss, and add the penalty's derivative, reg*W.",
    where="gradient",
)
def gradient_neither_averaged_nor_penalized(W, X, y, reg):
    return assemble(W, X, y, reg, dW=data_gradient(W, X, y) * len(X), in_gradient=0)


@mistake(
    "Two things about the penalty: the factor 0.5 is missing in the loss, which should have "
    "0.5*reg*sum(W*W), and its derivative, reg*W, is missing from dW.",
    where="both",
)
def half_and_gradient_penalty_missing(W, X, y, reg):
    return assemble(W, X, y, reg, in_loss=1, in_gradient=0)


@mistake(
    "Two things: the exponential of a large score is infinite, so subtract each row's maximum first; and "
    "your penalty is twice ours: this course uses 0.5*reg*sum(W*W) and reg*W.",
    where="both",
)
def neither_shifted_nor_halved(W, X, y, reg):
    exps = np.exp(X @ W)
    p = exps / exps.sum(axis=1, keepdims=True)
    return assemble(W, X, y, reg, p=p, in_loss=1, in_gradient=2)


@mistake(
    "Your penalty is twice ours: this course uses 0.5*reg*sum(W*W) and reg*W. Also, your loss is infinite "
    "when the true class's probability underflows to 0: use log(sum(exp(shifted))) - shifted[y].",
    where="both",
)
def penalty_without_half_and_underflow(W, X, y, reg):
    return assemble(W, X, y, reg, p=probabilities(W, X), in_loss=1, in_gradient=2)


@mistake(
    "The factor 0.5 is missing in the loss, 0.5*reg*sum(W*W), while dW is right. Also, your loss is infinite "
    "when the true class's probability underflows to 0: use log(sum(exp(shifted))) - shifted[y].",
    where="loss",
)
def half_missing_in_loss_and_underflow(W, X, y, reg):
    return assemble(W, X, y, reg, p=probabilities(W, X), in_loss=1)
