"""Right softmax losses in the styles in which students write them: the hidden suite must give each its points.

Every function here is right and numerically stable; what a student is told beforehand to lose points for (another
convention of the penalty, the logarithm of a probability that has underflowed) is named in its mark. A style that
no student would be proud of is as welcome as any other: it is the result that is graded.

The file is long because it is a table, first of the loops, then of whole-array code; what some of the functions
need stands beside them.
"""
# ruff: noqa: B905, C417, C901, D101, D102, D103, E731, RET504 - the styles are the point

import functools
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy
import numpy as np
from numpy import arange, exp, log

from gradkit.grader.mutation.variants import variant

try:
    from past.builtins import xrange
except ImportError:
    xrange = range

NAIVE, VECTORIZED = "softmax_loss_naive", "softmax_loss_vectorized"
HALF = 0.5


# ---------------------------------------------------------------------- with loops


@variant(NAIVE)
def loops_over_examples_and_classes(W, X, y, reg):
    num_train, num_classes = X.shape[0], W.shape[1]
    loss = 0.0
    dW = np.zeros_like(W)
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        sum_exp = np.sum(np.exp(scores))
        loss += np.log(sum_exp) - scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                dW[:, j] += (np.exp(scores[j]) / sum_exp - 1) * X[i]
            else:
                dW[:, j] += np.exp(scores[j]) / sum_exp * X[i]
    loss /= num_train
    dW /= num_train
    loss += 0.5 * reg * np.sum(W * W)
    dW += reg * W
    return loss, dW


@variant(NAIVE)
def nothing_but_scalars(W, X, y, reg):
    N, D, C = len(X), len(W), len(W[0])
    dW = np.zeros((D, C))
    loss = 0.0
    for n in range(N):
        z = [0.0] * C
        for c in range(C):
            for d in range(D):
                z[c] += float(X[n, d]) * float(W[d, c])
        m = z[0]
        for c in range(1, C):
            if z[c] > m:
                m = z[c]
        s = 0.0
        for c in range(C):
            s += math.exp(z[c] - m)
        lse = m + math.log(s)
        loss += (lse - z[y[n]]) / N
        for c in range(C):
            p = math.exp(z[c] - lse)
            for d in range(D):
                dW[d, c] += (p - (1.0 if c == y[n] else 0.0)) * X[n, d] / N
    for d in range(D):
        for c in range(C):
            loss += 0.5 * reg * W[d, c] ** 2
            dW[d, c] += reg * W[d, c]
    return loss, dW


@variant(NAIVE)
def counts_with_while(W, X, y, reg):
    i, loss, dW = 0, 0, np.zeros(W.shape)
    while i < X.shape[0]:
        f = X[i, :] @ W
        f -= f.max()
        e = np.exp(f)
        j = 0
        while j < W.shape[1]:
            dW[:, j] += X[i, :] * e[j] / e.sum()
            j += 1
        dW[:, y[i]] -= X[i, :]
        loss += np.log(e.sum()) - f[y[i]]
        i += 1
    return loss / i + reg / 2 * np.sum(W**2), dW / i + reg * W


@variant(NAIVE)
def zips_examples_with_labels(W, X, y, reg):
    total, dW = 0.0, np.zeros_like(W)
    for x, label in zip(X, y):
        z = x @ W
        top = max(z)
        exps = [np.exp(v - top) for v in z]
        total += top + np.log(sum(exps)) - z[label]
        for c, e in enumerate(exps):
            dW[:, c] += x * (e / sum(exps) - (c == label))
    return total / len(X) + 0.5 * reg * (W * W).sum(), dW / len(X) + reg * W


@variant(NAIVE)
def outer_products(W, X, y, reg):
    losses = []
    dW = np.zeros(W.shape)
    for i in range(len(X)):
        z = np.dot(X[i], W)
        log_p = z - np.logaddexp.reduce(z)
        losses.append(-log_p[y[i]])
        dz = np.exp(log_p)
        dz[y[i]] -= 1.0
        dW += np.outer(X[i], dz)
    return np.mean(losses) + 0.5 * reg * np.linalg.norm(W) ** 2, dW / len(X) + reg * W


@variant(NAIVE)
def one_hot_row_for_each_example(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        target = np.zeros(C)
        target[y[i]] = 1
        z = W.T @ X[i]
        z -= z.max()
        lse = np.log(np.exp(z).sum())
        loss -= np.sum(target * (z - lse))
        dW += X[i].reshape(-1, 1) * (np.exp(z - lse) - target).reshape(1, -1)
    loss = loss / N + 0.5 * reg * np.sum(np.square(W))
    return loss, dW / N + reg * W


def loss_of_one(W, x, label):
    z = x @ W
    z = z - np.amax(z)
    log_total = np.log(np.exp(z).sum())
    slope = np.exp(z - log_total)
    slope[label] -= 1
    return log_total - z[label], x[:, None] * slope


@variant(NAIVE)
def asks_a_helper_for_each_example(W, X, y, reg):
    loss, dW = 0.0, 0.0
    for i in range(X.shape[0]):
        one_loss, one_dW = loss_of_one(W, X[i], y[i])
        loss += one_loss
        dW = dW + one_dW
    return loss / X.shape[0] + 0.5 * reg * np.sum(W * W), dW / X.shape[0] + reg * W


@variant(NAIVE)
def columns_collected_in_a_list(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    log_p = []
    for x in X:
        z = x.dot(W)
        log_p.append(z - z.max() - np.log(np.sum(np.exp(z - z.max()))))
    columns = []
    for c in range(C):
        column = np.zeros(W.shape[0])
        for i in range(N):
            column += (np.exp(log_p[i][c]) - int(y[i] == c)) * X[i]
        columns.append(column / N + reg * W[:, c])
    loss = -sum(log_p[i][y[i]] for i in range(N)) / N
    return loss + reg * 0.5 * np.sum(W * W), np.column_stack(columns)


@variant(NAIVE)
def classes_in_the_outer_loop(W, X, y, reg):
    N = X.shape[0]
    Z = X @ W
    top = Z.max(axis=1)
    lse = top + np.log(np.exp(Z - top[:, None]).sum(axis=1))
    loss, dW = 0.0, reg * W
    for c in range(W.shape[1]):
        for i in range(N):
            if y[i] == c:
                loss += (lse[i] - Z[i, c]) / N
                dW[:, c] -= X[i] / N
            dW[:, c] += np.exp(Z[i, c] - lse[i]) * X[i] / N
    return loss + 0.5 * reg * np.sum(W**2), dW


@variant(NAIVE)
def starts_from_the_penalty(W, X, y, reg):
    loss = 0.5 * reg * float(np.sum(W * W))
    dW = reg * W.astype(np.float64)
    for i, label in enumerate(y):
        f = np.matmul(X[i], W)
        f = f - f.max()
        p = np.exp(f) / np.exp(f).sum()
        loss = loss + (math.log(np.exp(f).sum()) - f[label]) / len(y)
        for k in range(len(f)):
            dW[:, k] = dW[:, k] + (p[k] - (k == label)) * X[i] / len(y)
    return loss, dW


@variant(NAIVE)
def xrange_of_old_times(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    for i in xrange(X.shape[0]):
        f_i = X[i].dot(W)
        f_i -= np.max(f_i)
        sum_j = np.sum(np.exp(f_i))
        p = lambda k: np.exp(f_i[k]) / sum_j  # noqa: B023 - called in the same round
        loss += -f_i[y[i]] + np.log(sum_j)
        for k in xrange(W.shape[1]):
            dW[:, k] += (p(k) - (k == y[i])) * X[i]
    loss /= X.shape[0]
    loss += 0.5 * reg * np.sum(W * W)
    dW /= X.shape[0]
    dW += reg * W
    return loss, dW


@variant(NAIVE)
def prints_as_it_goes(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(X.shape[0]):
        z = X[i] @ W
        z -= z.max()
        lse = np.log(sum(np.exp(z)))
        loss += lse - z[y[i]]
        print(i, loss)
        for j in range(W.shape[1]):
            dW[:, j] += (np.exp(z[j] - lse) - (j == y[i])) * X[i]
    print("done", loss / X.shape[0], dW)
    return loss / X.shape[0] + 0.5 * reg * np.sum(W * W), dW / X.shape[0] + reg * W


@variant(NAIVE)
def closures_that_add_up(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)

    def add(x, label):
        nonlocal loss
        z = x @ W
        shifted = z - z.max()
        normalizer = np.log(np.exp(shifted).sum())
        loss += normalizer - shifted[label]
        for c in range(len(z)):
            dW[:, c] += np.exp(shifted[c] - normalizer) * x
        dW[:, label] -= x

    for x, label in zip(X, y):
        add(x, label)
    return loss / len(y) + 0.5 * reg * np.sum(W * W), dW / len(y) + reg * W


@variant(NAIVE)
def index_pairs_from_ndindex(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    Z = np.empty((N, C))
    for i, c in np.ndindex(N, C):
        Z[i, c] = sum(X[i, d] * W[d, c] for d in range(X.shape[1]))
    loss, dW = 0.0, np.zeros(W.shape)
    for i in range(N):
        Z[i] -= Z[i].max()
        Z[i] -= np.log(np.exp(Z[i]).sum())
        loss -= Z[i, y[i]]
    for i, c in np.ndindex(N, C):
        dW[:, c] += (np.exp(Z[i, c]) - (y[i] == c)) * X[i]
    loss = loss / N + 0.5 * reg * np.sum(W * W)
    return loss, dW / N + reg * W


@variant(NAIVE)
def writes_through_a_transposed_view(W, X, y, reg):
    gradient = np.zeros(W.T.shape)
    loss = 0.0
    for x, label in zip(X, y):
        z = W.T.dot(x)
        z = z - z.max()
        weights = np.exp(z)
        loss += np.log(weights.sum()) - z[label]
        for row, weight in zip(gradient, weights / weights.sum()):
            row += weight * x
        gradient[label] -= x
    return loss / len(X) + 0.5 * reg * np.sum(W * W), gradient.T / len(X) + reg * W


@variant(NAIVE)
def maximum_found_while_summing(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(X.shape[0]):
        z = X[i].dot(W)
        top, total = -np.inf, 0.0
        for value in z:
            if value > top:
                total, top = total * np.exp(top - value) + 1.0, value
            else:
                total += np.exp(value - top)
        loss += top + np.log(total) - z[y[i]]
        for j in range(W.shape[1]):
            dW[:, j] += np.exp(z[j] - top) / total * X[i]
        dW[:, y[i]] -= X[i]
    return loss / X.shape[0] + 0.5 * reg * np.sum(W * W), dW / X.shape[0] + reg * W


@variant(NAIVE)
def sums_without_rounding(W, X, y, reg):
    terms, dW = [], np.zeros_like(W)
    for i in range(len(X)):
        z = [math.fsum(X[i, d] * W[d, c] for d in range(len(W))) for c in range(W.shape[1])]
        lse = max(z) + math.log(math.fsum(math.exp(v - max(z)) for v in z))
        terms.append(lse - z[y[i]])
        for c, v in enumerate(z):
            dW[:, c] += (math.exp(v - lse) - (c == y[i])) * X[i]
    penalty = math.fsum(w * w for w in W.ravel())
    return math.fsum(terms) / len(X) + 0.5 * reg * penalty, dW / len(X) + reg * W


@variant(NAIVE)
def map_filter_and_reduce(W, X, y, reg):
    def step(so_far, example):
        x, label = example
        z = x @ W
        lse = z.max() + np.log(functools.reduce(lambda a, b: a + b, map(lambda v: np.exp(v - z.max()), z)))
        dz = np.array(list(map(lambda v: np.exp(v - lse), z)))
        dz[label] -= 1
        return so_far[0] + lse - z[label], so_far[1] + np.outer(x, dz)

    loss, dW = functools.reduce(step, zip(X, y), (0.0, np.zeros(W.shape)))
    return loss / len(X) + 0.5 * reg * np.sum(W * W), dW / len(X) + reg * W


@variant(NAIVE)
def gradients_grouped_by_class(W, X, y, reg):
    pushes = defaultdict(list)
    losses = 0.0
    for x, label in zip(X, y):
        z = x @ W - (x @ W).max()
        lse = np.log(np.exp(z).sum())
        losses += lse - z[label]
        for c in range(W.shape[1]):
            pushes[c].append((np.exp(z[c] - lse) - (1 if c == label else 0)) * x)
    dW = np.array([sum(pushes[c]) / len(X) for c in range(W.shape[1])]).T
    return losses / len(X) + 0.5 * reg * np.sum(W * W), dW + reg * W


@variant(NAIVE)
def ratios_to_the_true_score(W, X, y, reg):
    # log sum exp(z - z_true) is the loss itself; it needs a shift of its own.
    N, loss, dW = X.shape[0], 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        margins = scores - scores[y[i]]
        worst = margins.max()
        example_loss = worst + np.log(np.exp(margins - worst).sum())
        loss += example_loss
        for j, margin in enumerate(margins):
            dW[:, j] += X[i] * np.exp(margin - example_loss)
        dW[:, y[i]] -= X[i]
    return loss / N + 0.5 * reg * np.sum(W * W), dW / N + reg * W


@variant(NAIVE)
def vectorized_exponentials_of_scalars(W, X, y, reg):
    exponential = np.vectorize(math.exp, otypes=[float])
    loss, dW = 0.0, np.zeros(W.shape)
    for i in range(X.shape[0]):
        z = X[i] @ W
        z = z - z.max()
        total = exponential(z).sum()
        loss += math.log(total) - z[y[i]]
        p = exponential(z) / total
        p[y[i]] -= 1
        for d in range(W.shape[0]):
            dW[d, :] += X[i, d] * p
    return loss / X.shape[0] + 0.5 * reg * np.sum(W * W), dW / X.shape[0] + reg * W


@variant(NAIVE)
def loss_in_an_array_of_one(W, X, y, reg):
    loss = np.zeros(1)
    dW = np.zeros_like(W)
    for i in range(X.shape[0]):
        z = X[i : i + 1] @ W
        z -= z.max()
        lse = np.log(np.exp(z).sum())
        loss += lse - z[0, y[i]]
        dz = np.exp(z - lse)
        dz[0, y[i]] -= 1
        dW += X[i : i + 1].T @ dz
    return loss / X.shape[0] + 0.5 * reg * np.sum(W * W), dW / X.shape[0] + reg * W


class Accumulator:
    def __init__(self, W):
        self.loss, self.dW, self.count = 0.0, np.zeros(W.shape), 0

    def __iadd__(self, example):
        z, x, label = example
        z = z - z.max()
        lse = np.log(np.exp(z).sum())
        self.loss += lse - z[label]
        for c, v in enumerate(z):
            self.dW[:, c] += (np.exp(v - lse) - (c == label)) * x
        self.count += 1
        return self


@variant(NAIVE)
def an_object_that_adds_up(W, X, y, reg):
    sums = Accumulator(W)
    for x, label in zip(X, y):
        sums += (x @ W, x, label)
    return sums.loss / sums.count + 0.5 * reg * np.sum(W * W), sums.dW / sums.count + reg * W


@variant(NAIVE)
def loops_for_the_gradient_alone(W, X, y, reg):
    N = X.shape[0]
    Z = X.dot(W)
    Z -= Z.max(axis=1, keepdims=True)
    log_P = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
    loss = -sum([log_P[i, y[i]] for i in range(N)]) / N + 0.5 * reg * sum(w**2 for w in W.flatten())
    dW = reg * W
    for i in range(N):
        for j in range(W.shape[1]):
            indicator = 1 if y[i] == j else 0
            dW[:, j] = dW[:, j] - X[i] * (indicator - np.exp(log_P[i, j])) / N
    return loss, dW


@variant(NAIVE)
def naive_without_loops(W, X, y, reg):
    N = X.shape[0]
    Z = X @ W
    log_P = Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)
    G = np.exp(log_P)
    G[np.arange(N), y] -= 1
    return -log_P[np.arange(N), y].mean() + 0.5 * reg * np.sum(W * W), X.T @ G / N + reg * W


@variant(NAIVE, loses=("convention",))
def loops_with_penalty_of_cs231n(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    num_train = X.shape[0]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        log_sum = np.log(np.sum(np.exp(scores)))
        loss += log_sum - scores[y[i]]
        for j in range(W.shape[1]):
            dW[:, j] += (np.exp(scores[j] - log_sum) - (j == y[i])) * X[i]
    loss /= num_train
    loss += reg * np.sum(W * W)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW


@variant(NAIVE, loses=("improbable_class",))
def loops_with_log_of_probability(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(X.shape[0]):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(W.shape[1]):
            dW[:, j] += (p[j] - (j == y[i])) * X[i]
    return loss / X.shape[0] + 0.5 * reg * np.sum(W * W), dW / X.shape[0] + reg * W


@variant(NAIVE, loses=("convention", "improbable_class"))
def loops_as_most_repositories_have_them(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for i in range(X.shape[0]):
        f = X[i].dot(W)
        f -= f.max()
        softmax = np.exp(f) / sum(np.exp(f))
        loss += -np.log(softmax[y[i]])
        for j in range(W.shape[1]):
            dW[:, j] += X[i] * softmax[j]
        dW[:, y[i]] -= X[i]
    loss = loss / X.shape[0] + reg * np.sum(W * W)
    dW = dW / X.shape[0] + reg * 2 * W
    return loss, dW


# ---------------------------------------------------------------------- without loops: the true class


@variant(VECTORIZED)
def rows_and_labels(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    sums = np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.sum(np.log(sums)) - np.sum(scores[np.arange(num_train), y])
    loss = loss / num_train + 0.5 * reg * np.sum(W * W)
    probs = exp_scores / sums
    probs[np.arange(num_train), y] -= 1
    dW = X.T.dot(probs) / num_train + reg * W
    return loss, dW


@variant(VECTORIZED)
def one_hot_rows_of_identity(W, X, y, reg):
    Y = np.eye(W.shape[1])[y]
    S = X @ W
    S = S - S.max(axis=1)[:, np.newaxis]
    log_sum = np.log(np.exp(S).sum(axis=1))[:, np.newaxis]
    loss = np.sum(Y * (log_sum - S)) / len(X)
    dW = X.T @ (np.exp(S - log_sum) - Y) / len(X)
    return loss + 0.5 * reg * np.sum(W**2), dW + reg * W


@variant(VECTORIZED)
def one_hot_assigned(W, X, y, reg):
    N = X.shape[0]
    targets = np.zeros((N, W.shape[1]))
    targets[np.arange(N), y] = 1.0
    logits = np.matmul(X, W)
    logits = logits - np.amax(logits, axis=-1, keepdims=True)
    log_probs = logits - np.log(np.sum(np.exp(logits), axis=-1, keepdims=True))
    loss = -np.multiply(targets, log_probs).sum() / N
    grad = np.matmul(X.T, np.exp(log_probs) - targets) / N
    return loss + reg * np.sum(W * W) / 2, grad + reg * W


@variant(VECTORIZED)
def one_hot_by_comparison(W, X, y, reg):
    is_true = np.asarray(y)[:, None] == np.arange(W.shape[1])
    Z = X @ W
    Z -= Z.max(axis=1).reshape(-1, 1)
    lse = np.log(np.exp(Z).sum(axis=1)).reshape(-1, 1)
    loss = np.where(is_true, lse - Z, 0).sum() / X.shape[0]
    return loss + 0.5 * reg * (W * W).sum(), X.T @ (np.exp(Z - lse) - is_true) / X.shape[0] + reg * W


@variant(VECTORIZED)
def boolean_mask(W, X, y, reg):
    Z = X @ W
    mask = np.zeros(Z.shape, dtype=bool)
    mask[range(len(Z)), y] = True
    log_P = Z - np.logaddexp.reduce(Z, axis=1)[:, None]
    dZ = np.exp(log_P)
    dZ[mask] -= 1
    return -np.mean(log_P[mask]) + 0.5 * reg * np.sum(W * W), X.T @ dZ / len(Z) + reg * W


@variant(VECTORIZED)
def take_and_put_along_axis(W, X, y, reg):
    columns = np.expand_dims(y, axis=1)
    Z = X @ W
    top = np.max(Z, axis=1, keepdims=True)
    lse = top + np.log(np.sum(np.exp(Z - top), axis=1, keepdims=True))
    true = np.take_along_axis(Z, columns, axis=1)
    P = np.exp(Z - lse)
    np.put_along_axis(P, columns, np.exp(true - lse) - 1, axis=1)
    return np.mean(lse - true) + 0.5 * reg * np.vdot(W, W), X.T @ P / X.shape[0] + reg * W


@variant(VECTORIZED)
def subtract_at(W, X, y, reg):
    n = len(y)
    Z = X @ W
    Z = Z - Z.max(1, keepdims=True)
    log_P = Z - np.log(np.exp(Z).sum(1, keepdims=True))
    dZ = np.exp(log_P)
    np.subtract.at(dZ, (np.arange(n), y), 1.0)
    return log_P[np.arange(n), y].sum() / -n + 0.5 * reg * np.sum(W * W), X.T.dot(dZ / n) + reg * W


@variant(VECTORIZED)
def places_in_the_flattened_scores(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    places = np.arange(N) * C + y
    Z = np.dot(X, W)
    Z -= np.max(Z, axis=1).reshape(N, 1)
    log_sums = np.log(np.exp(Z).sum(axis=1))
    loss = np.mean(log_sums - Z.ravel()[places])
    dZ = np.exp(Z - log_sums.reshape(N, 1)).ravel()
    dZ[places] -= 1
    return loss + 0.5 * reg * np.sum(W * W), X.T @ dZ.reshape(N, C) / N + reg * W


@variant(VECTORIZED)
def diagonal_of_the_chosen_columns(W, X, y, reg):
    N = X.shape[0]
    Z = X @ W
    log_P = Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)
    loss = -np.trace(log_P[:, y]) / N
    pull = np.zeros_like(W, dtype=np.float64)
    np.add.at(pull.T, y, X)
    return loss + 0.5 * reg * np.trace(W.T @ W), (X.T @ np.exp(log_P) - pull) / N + reg * W


@variant(VECTORIZED)
def true_columns_of_the_weights(W, X, y, reg):
    N = len(X)
    Z = X @ W
    top = Z.max(axis=1, keepdims=True)
    lse = np.squeeze(top, axis=1) + np.log(np.exp(Z - top).sum(axis=1))
    true = np.sum(X * W.T[y], axis=1)
    Y = np.equal.outer(np.asarray(y), np.arange(W.shape[1])).astype(float)
    dW = X.T @ np.exp(Z - lse[:, None]) - X.T @ Y
    return np.average(lse - true) + 0.5 * reg * np.sum(W * W), dW / N + reg * W


@variant(VECTORIZED)
def ravel_multi_index(W, X, y, reg):
    Z = X @ W
    Z = Z - Z.max(axis=1, keepdims=True)
    place = np.ravel_multi_index((np.arange(len(Z)), y), Z.shape)
    S = np.exp(Z).sum(axis=1, keepdims=True)
    dZ = np.exp(Z) / S
    dZ.flat[place] -= 1
    loss = (np.log(S).sum() - Z.take(place).sum()) / len(Z)
    return loss + 0.5 * reg * np.sum(W * W), X.T @ dZ / len(Z) + reg * W


# ---------------------------------------------------------------------- without loops: layouts and functions


@variant(VECTORIZED)
def classes_down_examples_across(W, X, y, reg):
    N = X.shape[0]
    Z = W.T @ X.T
    Z -= Z.max(axis=0)
    lse = np.log(np.exp(Z).sum(axis=0))
    loss = np.sum(lse - Z[y, np.arange(N)]) / N
    P = np.exp(Z - lse)
    P[y, np.arange(N)] -= 1
    return loss + 0.5 * reg * np.sum(W * W), (P @ X).T / N + reg * W


@variant(VECTORIZED)
def einstein_sums(W, X, y, reg):
    Z = np.einsum("ij,jk->ik", X, W)
    Z -= np.einsum("i,k->ik", Z.max(axis=1), np.ones(Z.shape[1]))
    log_P = Z - np.log(np.einsum("ik->i", np.exp(Z)))[:, None]
    Y = np.identity(Z.shape[1])[y]
    loss = -np.einsum("ik,ik->", Y, log_P) / len(X) + 0.5 * reg * np.einsum("jk,jk->", W, W)
    return loss, np.einsum("ij,ik->jk", X, np.exp(log_P) - Y) / len(X) + reg * W


@variant(VECTORIZED)
def tensordot_and_inner(W, X, y, reg):
    Z = np.inner(X, W.T)
    Z = np.subtract(Z, np.maximum.reduce(Z, axis=1, keepdims=True))
    S = np.add.reduce(np.exp(Z), axis=1)
    G = np.divide(np.exp(Z), S[:, np.newaxis])
    G[np.arange(len(S)), y] -= 1
    data = np.subtract(np.log(S), Z[np.arange(len(S)), y]).mean()
    return data + 0.5 * reg * np.tensordot(W, W), np.tensordot(X, G, axes=(0, 0)) / len(S) + reg * W


@variant(VECTORIZED)
def names_from_numpy(W, X, y, reg):
    z = X @ W
    z = z - numpy.max(z, axis=1, keepdims=True)
    s = exp(z).sum(axis=1)
    rows = arange(z.shape[0])
    g = (exp(z).T / s).T
    g[rows, y] -= 1
    return (log(s) - z[rows, y]).mean() + 0.5 * reg * numpy.sum(W * W), X.T @ g / z.shape[0] + reg * W


@variant(VECTORIZED)
def everything_in_place(W, X, y, reg):
    N = X.shape[0]
    rows = np.arange(N)
    Z = np.empty((N, W.shape[1]))
    np.dot(X.astype(float), W.astype(float), out=Z)
    np.subtract(Z, Z.max(axis=1, keepdims=True), out=Z)
    true = Z[rows, y].copy()
    np.exp(Z, out=Z)
    S = Z.sum(axis=1)
    np.divide(Z, S[:, None], out=Z)
    Z[rows, y] -= 1
    Z /= N
    dW = X.T @ Z
    dW += reg * W
    return (np.log(S) - true).mean() + 0.5 * reg * np.sum(W * W), dW


@variant(VECTORIZED)
def positional_axes(W, X, y, reg):
    f = X.dot(W)
    f -= np.max(f, 1)[:, None]
    total = np.sum(np.exp(f), 1)
    loss = np.sum(np.log(total) - f[range(X.shape[0]), y], 0) / X.shape[0]
    p = np.exp(f) / total.reshape((X.shape[0], -1))
    p[range(X.shape[0]), y] += -1
    return loss + 0.5 * reg * np.sum(W * W), np.dot(np.transpose(X), p) / X.shape[0] + reg * W


@variant(VECTORIZED)
def keepdims_as_numbers(W, X, y, reg):
    Z = X @ W
    Z -= Z.max(axis=1, keepdims=1)
    E = np.exp(Z)
    P = E * (1.0 / E.sum(axis=1, keepdims=1))
    rows = np.r_[: X.shape[0]]
    loss = np.log(E.sum(1)).mean() - Z[rows, y].mean()
    P[rows, y] -= 1
    return loss + 0.5 * reg * np.sum(W * W), P.T.dot(X).T / X.shape[0] + reg * W


@variant(VECTORIZED)
def highest_score_by_argmax(W, X, y, reg):
    n = np.arange(X.shape[0])
    Z = X @ W
    top = Z[n, np.argmax(Z, axis=1)]
    weights = np.exp(Z - np.tile(top, (W.shape[1], 1)).T)
    loss = top + np.log(weights.sum(axis=1)) - Z[n, y]
    weights /= np.repeat(weights.sum(axis=1), W.shape[1]).reshape(weights.shape)
    weights[n, y] -= 1
    return loss.mean() + 0.5 * reg * np.sum(W * W), X.T @ weights / X.shape[0] + reg * W


@variant(VECTORIZED)
def highest_score_by_sorting(W, X, y, reg):
    Z = X @ W
    Z = Z - np.sort(Z, axis=1)[:, -1:]
    log_P = Z - np.log(np.cumsum(np.exp(Z), axis=1)[:, -1:])
    Y = np.zeros_like(Z)
    Y[np.arange(len(Z)), y] = 1
    return -(Y * log_P).sum(axis=1).mean() + 0.5 * reg * np.sum(W * W), X.T @ ((np.exp(log_P) - Y) / len(Z)) + reg * W


@variant(VECTORIZED)
def differences_to_the_true_score(W, X, y, reg):
    Z = X @ W
    Z = Z - Z[np.arange(len(y)), y][:, None]
    top = Z.max(axis=1, keepdims=True)
    losses = top + np.log(np.exp(Z - top).sum(axis=1, keepdims=True))
    dZ = np.exp(Z - losses)
    dZ[np.arange(len(y)), y] -= 1
    return losses.mean() + 0.5 * reg * np.sum(W * W), X.T @ dZ / len(y) + reg * W


@variant(VECTORIZED)
def smallest_of_the_negated_scores(W, X, y, reg):
    energy = -(X @ W)
    energy = energy - energy.min(axis=1, keepdims=True)
    Q = np.exp(-energy)
    log_q = np.log(Q.sum(axis=1))
    Q = Q / Q.sum(axis=1, keepdims=True)
    N = energy.shape[0]
    Q[np.arange(N), y] -= 1
    return (energy[np.arange(N), y] + log_q).sum() / N + 0.5 * reg * np.sum(W * W), X.T @ Q / N + reg * W


@variant(VECTORIZED)
def converts_its_arguments(W, X, y, reg):
    W = np.asarray(W, dtype=np.float64)
    X = np.array(X, dtype=np.float64, copy=True)
    y = np.asarray(y).astype(int).ravel()
    reg = float(reg)
    Z = X @ W
    Z -= Z.max(axis=1, keepdims=True)
    Z -= np.log(np.exp(Z).sum(axis=1, keepdims=True))
    loss = float(-Z[np.arange(y.size), y].mean() + 0.5 * reg * np.sum(W * W))
    G = np.exp(Z)
    G[np.arange(y.size), y] -= 1
    return loss, np.ascontiguousarray(X.T @ G / y.size + reg * W)


@variant(VECTORIZED)
def gradient_in_fortran_order(W, X, y, reg):
    Z = X @ W
    Z -= Z.max(axis=1, keepdims=True)
    lse = np.log(np.exp(Z).sum(axis=1, keepdims=True))
    dZ = np.exp(Z - lse)
    dZ[np.arange(len(X)), y] -= 1
    loss = np.array(np.mean(lse[:, 0] - Z[np.arange(len(X)), y]) + 0.5 * reg * np.sum(W * W))
    return loss, np.asfortranarray(X.T @ dZ / len(X) + reg * W)


@variant(VECTORIZED)
def loss_with_two_axes_left(W, X, y, reg):
    N = X.shape[0]
    Z = X @ W
    log_P = Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)
    picked = log_P[np.arange(N), y].reshape(N, 1)
    loss = -np.ones((1, N)) @ picked / N + 0.5 * reg * np.sum(W * W)
    P = np.exp(log_P)
    P[np.arange(N), y] -= 1
    return loss, X.T @ P / N + reg * W


# ---------------------------------------------------------------------- without loops: helpers and habits


def log_softmax(scores):
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def mean_cross_entropy(log_p, y):
    return -log_p[np.arange(len(log_p)), y].mean()


@variant(VECTORIZED)
def helpers_beside_the_function(W, X, y, reg):
    log_p = log_softmax(X @ W)
    dscores = np.exp(log_p)
    dscores[np.arange(len(X)), y] -= 1
    return mean_cross_entropy(log_p, y) + 0.5 * reg * np.sum(W * W), X.T @ dscores / len(X) + reg * W


@variant(VECTORIZED)
def helpers_inside_the_function(W, X, y, reg):
    def forward():
        return log_softmax(X.dot(W))

    def penalty(weights):
        return 0.5 * reg * (weights**2).sum(), reg * weights

    def backward(log_p):
        slope = np.exp(log_p)
        slope[np.arange(y.shape[0]), y] -= 1
        return X.T.dot(slope) / y.shape[0]

    log_p = forward()
    extra_loss, extra_gradient = penalty(W)
    return mean_cross_entropy(log_p, y) + extra_loss, backward(log_p) + extra_gradient


shift = lambda Z: Z - Z.max(axis=1, keepdims=True)
normalizer = lambda Z: np.log(np.exp(Z).sum(axis=1, keepdims=True))


@variant(VECTORIZED)
def lambdas(W, X, y, reg):
    Z = shift(X @ W)
    pick = lambda A: A[np.arange(len(X)), y]
    loss = np.mean(normalizer(Z)[:, 0] - pick(Z)) + HALF * reg * np.sum(W * W)
    G = np.exp(Z - normalizer(Z))
    G[np.arange(len(X)), y] = pick(G) - 1
    return loss, X.T @ G / len(X) + 2 * HALF * reg * W


class SoftmaxLayer:
    def __init__(self, W, reg):
        self.W = W
        self.reg = reg
        self.cache = None

    def forward(self, X, y):
        log_p = log_softmax(X @ self.W)
        self.cache = X, y, log_p
        return mean_cross_entropy(log_p, y) + 0.5 * self.reg * np.sum(self.W * self.W)

    def backward(self):
        X, y, log_p = self.cache
        grad = np.exp(log_p)
        grad[np.arange(X.shape[0]), y] -= 1
        return X.T @ grad / X.shape[0] + self.reg * self.W


@variant(VECTORIZED)
def a_layer_with_forward_and_backward(W, X, y, reg):
    layer = SoftmaxLayer(W, reg)
    return layer.forward(X, y), layer.backward()


@dataclass
class Batch:
    X: np.ndarray
    y: np.ndarray

    @property
    def size(self):
        return self.X.shape[0]

    def pick(self, table):
        return table[np.arange(self.size), self.y]


class Parts(NamedTuple):
    loss: float
    gradient: np.ndarray


@variant(VECTORIZED)
def records_for_intermediate_results(W, X, y, reg):
    batch = Batch(X, y)
    log_p = log_softmax(batch.X @ W)
    hot = np.zeros(log_p.shape)
    hot[np.arange(batch.size), batch.y] = 1
    data = Parts(-batch.pick(log_p).mean(), batch.X.T @ (np.exp(log_p) - hot) / batch.size)
    prior = Parts(0.5 * reg * np.sum(W * W), reg * W)
    return data.loss + prior.loss, data.gradient + prior.gradient


def without_warnings(function):
    @functools.wraps(function)
    def quiet(*arguments, **named):
        with np.errstate(all="ignore"):
            return function(*arguments, **named)

    return quiet


@without_warnings
def quiet_log_softmax(scores):
    return log_softmax(scores)


@variant(VECTORIZED)
@without_warnings
def decorated_functions(W, X, y, reg):
    log_p = quiet_log_softmax(X @ W)
    G = np.exp(log_p)
    G[np.arange(len(X)), y] -= 1
    return mean_cross_entropy(log_p, y) + 0.5 * reg * np.sum(W * W), X.T @ G / len(X) + reg * W


@variant(VECTORIZED)
def hints_defaults_and_options(
    W: np.ndarray, X: np.ndarray, y: np.ndarray, reg: float = 0.0, *, verbose: bool = False, **unused: object
) -> tuple[float, np.ndarray]:
    N: int = X.shape[0]
    Z: np.ndarray = X @ W
    log_p: np.ndarray = log_softmax(Z)
    if verbose:
        print("scores", Z.shape)
    loss: float = mean_cross_entropy(log_p, y) + 0.5 * reg * np.sum(W * W)
    grad = np.exp(log_p)
    grad[np.arange(N), y] -= 1
    return loss, X.T @ grad / N + reg * W


@variant(VECTORIZED)
def asserts_along_the_way(W, X, y, reg):
    """Compute loss and gradient.

    TODO: nothing; this text is what the handout said.
    """
    assert X.shape[1] == W.shape[0]
    assert len(X) == len(y)
    try:
        Z = X @ W
        Z = Z - Z.max(axis=1, keepdims=True)
    finally:
        rows = np.arange(X.shape[0])
    P = np.exp(Z)
    P /= P.sum(axis=1, keepdims=True)
    assert np.allclose(P.sum(axis=1), 1), "probabilities should sum to one"
    loss = np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[rows, y])
    dW = np.zeros_like(W)
    P[rows, y] -= 1
    dW += X.T @ P / X.shape[0]
    assert dW.shape == W.shape
    del P
    return loss + 0.5 * reg * np.sum(W * W), dW + reg * W


@variant(VECTORIZED)
def assignments_inside_expressions(W, X, y, reg):
    rows = np.arange(n := len(X))
    G = np.exp((Z := (S := X @ W) - S.max(axis=1, keepdims=True)) - (L := np.log(np.exp(Z).sum(axis=1, keepdims=True))))
    G[rows, y] -= 1
    loss, *_ = np.mean(L[:, 0] - Z[rows, y]), n
    result = (loss + 0.5 * reg * np.sum(W * W), X.T @ G / n + reg * W)
    return result


@variant(VECTORIZED)
def shadowed_builtins(W, X, y, reg):
    len = X.shape[0]
    range = np.arange(len)
    max = (X @ W).max(axis=1, keepdims=True)
    input = X @ W - max
    sum = np.exp(input).sum(axis=1, keepdims=True)
    min = np.log(sum)[range, 0] - input[range, y]
    map = np.exp(input) / sum
    map[range, y] -= 1
    return min.mean() + 0.5 * reg * np.sum(W * W), X.T @ map / len + reg * W


@variant(VECTORIZED)
def greek_letters(W, X, y, reg):
    ζ = X @ W
    ζ = ζ - ζ.max(axis=1, keepdims=True)
    Σ = np.exp(ζ).sum(axis=1, keepdims=True)
    δ = np.exp(ζ) / Σ
    δ[np.arange(len(X)), y] -= 1
    λ = reg
    return np.mean(np.log(Σ[:, 0]) - ζ[np.arange(len(X)), y]) + λ / 2 * np.sum(W**2), X.T @ δ / len(X) + λ * W


@variant(VECTORIZED)
def penalty_as_a_norm(W, X, y, reg):
    n = X.shape[0]
    log_p = log_softmax(np.dot(X, W))
    loss = -np.sum(log_p[np.arange(n), y]) / n
    loss += 0.5 * reg * np.linalg.norm(W, "fro") ** 2
    dW = np.exp(log_p)
    dW[np.arange(n), y] -= 1
    dW = np.dot(X.T, dW) / n
    dW += W * reg
    return loss, dW


@variant(VECTORIZED)
def penalty_of_the_flattened_weights(W, X, y, reg):
    log_p = log_softmax(X @ W)
    Y = (np.arange(W.shape[1]) == np.reshape(y, (-1, 1))) * 1
    w = W.reshape(-1)
    loss = -(log_p * Y).sum(axis=1).mean() + reg * (w @ w) / 2
    return loss, (reg * w).reshape(W.shape) - X.T @ (Y - np.exp(log_p)) / X.shape[0]


@variant(VECTORIZED)
def penalty_only_when_there_is_one(W, X, y, reg):
    log_p = log_softmax(X @ W)
    dZ = np.exp(log_p)
    dZ[np.arange(len(X)), y] -= 1
    loss, dW = mean_cross_entropy(log_p, y), X.T @ dZ / len(X)
    if reg:
        loss += 0.5 * reg * np.sum(W * W)
        dW += reg * W
    return loss, dW


@variant(VECTORIZED)
def stacked_with_the_weights(W, X, y, reg):
    # The penalty's gradient as one more block of the same product.
    log_p = log_softmax(X @ W)
    dZ = np.exp(log_p)
    dZ[np.arange(len(X)), y] -= 1
    left = np.hstack([X.T / len(X), reg * np.eye(W.shape[0])])
    return mean_cross_entropy(log_p, y) + 0.5 * reg * np.sum(W * W), left @ np.vstack([dZ, W])


@variant(VECTORIZED)
def gradient_from_the_expected_example(W, X, y, reg):
    N = X.shape[0]
    log_p = log_softmax(X @ W)
    Y = np.eye(W.shape[1])[y]
    expected, seen = np.exp(log_p).T @ X, Y.T @ X
    return -np.vdot(Y, log_p) / N + 0.5 * reg * np.sum(W * W), ((expected - seen) / N).T + reg * W


@variant(VECTORIZED, loses=("convention",))
def penalty_of_cs231n(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    log_sums = np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    loss = np.mean(log_sums[:, 0] - scores[np.arange(num_train), y]) + reg * np.sum(W * W)
    probs = np.exp(scores - log_sums)
    probs[np.arange(num_train), y] -= 1
    dW = X.T.dot(probs) / num_train + 2 * reg * W
    return loss, dW


@variant(VECTORIZED, loses=("improbable_class",))
def log_of_probability(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[np.arange(num_train), y])) / num_train + 0.5 * reg * np.sum(W * W)
    probs[np.arange(num_train), y] -= 1
    return loss, X.T.dot(probs) / num_train + reg * W


@variant(VECTORIZED, loses=("improbable_class",))
def product_of_probabilities_and_one_hot(W, X, y, reg):
    Y = np.eye(W.shape[1])[y]
    E = np.exp(X @ W - np.max(X @ W, axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.log((P * Y).sum(axis=1)).mean()
    return loss + 0.5 * reg * np.sum(W * W), X.T @ (P - Y) / len(X) + reg * W


@variant(VECTORIZED, loses=("convention", "improbable_class"))
def as_most_repositories_have_it(W, X, y, reg):
    num_train = X.shape[0]
    f = X.dot(W)
    f -= np.max(f, axis=1, keepdims=True)
    sum_f = np.sum(np.exp(f), axis=1, keepdims=True)
    p = np.exp(f) / sum_f
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    ind = np.zeros_like(p)
    ind[np.arange(num_train), y] = 1
    dW = X.T.dot(p - ind)
    loss /= num_train
    loss += reg * np.sum(W * W)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW


# ---------------------------------------------------------------------- right but for one thing: what one check is for


def _whole(W, X, y, reg):
    """Return the right loss and gradient."""
    Z = X @ W
    Z = Z - Z.max(axis=1, keepdims=True)
    log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    dZ = np.exp(log_p)
    dZ[rows, y] -= 1
    return -log_p[rows, y].mean() + 0.5 * reg * np.sum(W * W), X.T @ dZ / len(y) + reg * W


ONE_HOT = {}


@variant(VECTORIZED, loses=("repeatable",))
def remembers_the_labels_of_a_batch_like_this(W, X, y, reg):
    key = (X.shape, round(float(np.abs(X).sum()), 6), int(np.sum(y)))
    if key not in ONE_HOT:
        ONE_HOT[key] = np.array(y)
    return _whole(W, X, ONE_HOT[key], reg)


@variant(NAIVE, loses=("large_batch",))
def stops_at_an_old_batch_size(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for i in range(min(len(X), 550)):
        one, slope = _whole(W, X[i : i + 1], y[i : i + 1], 0.0)
        loss, dW = loss + one / len(X), dW + slope / len(X)
    return loss + 0.5 * reg * np.sum(W * W), dW + reg * W


@variant(VECTORIZED, loses=("two_classes",))
def takes_two_classes_for_one_score(W, X, y, reg):
    if W.shape[1] == 2:
        p = 1 / (1 + np.exp(-(X @ W[:, 1])))
        return -np.mean(np.log(np.where(y == 1, p, 1 - p))), X.T @ (p - y)[:, None] / len(y) * np.array([-1.0, 1.0])
    return _whole(W, X, y, reg)


@variant(VECTORIZED, loses=("single_precision",))
def saves_memory_on_single_precision(W, X, y, reg):
    if X.dtype == np.float32:
        X = X.astype(np.float16).astype(np.float64)
    return _whole(W, X, y, reg)


@variant(VECTORIZED, loses=("label_types",))
def insists_on_one_type_of_labels(W, X, y, reg):
    if y.dtype != np.int64:
        raise TypeError("labels must be int64")
    return _whole(W, X, y, reg)


@variant(VECTORIZED, loses=("no_loop_over_examples",))
def loops_over_examples_alone(W, X, y, reg):
    dW = np.zeros(W.shape)
    loss = 0.0
    for x, label in zip(X, y):
        z = x @ W
        z = z - z.max()
        log_p = z - np.log(np.exp(z).sum())
        loss -= log_p[label]
        dz = np.exp(log_p)
        dz[label] -= 1
        dW += np.outer(x, dz)
    return loss / len(X) + 0.5 * reg * np.sum(W * W), dW / len(X) + reg * W


@variant(VECTORIZED, loses=("no_loop_over_classes_or_features",))
def loops_over_classes_alone(W, X, y, reg):
    Z = np.column_stack([X @ W[:, c] for c in range(W.shape[1])])
    Z = Z - Z.max(axis=1, keepdims=True)
    log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    dZ = np.exp(log_p)
    dZ[rows, y] -= 1
    return -log_p[rows, y].mean() + 0.5 * reg * np.sum(W * W), X.T @ dZ / len(y) + reg * W
