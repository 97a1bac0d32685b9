"""Wrong solutions: each is the textbook one with one mistake, written as a student would write it.

A row is the student's name, words that the diagnosis must contain, the changes (old, new) to the naive
function and those to the vectorized one. No changes: this function stays right and deserves full marks.
"""

from right import NAIVE_LOOPS, TEXTBOOK
from student import SampleStudent, answers, edited, replaced

# Lines of the right solutions that many mistakes touch.
LOOP = "    for i in range(num_train):\n"
NAIVE_SHIFT = "        scores -= np.max(scores)\n"
LOG_SUM = "        log_sum = np.log(np.sum(np.exp(scores)))\n"
ADD_LOSS = "        loss += log_sum - scores[y[i]]\n"
ADD_CLASS = "            dW[:, j] += p * X[i]\n"
ADD_TRUE = "        dW[:, y[i]] -= X[i]\n"
AVERAGE_LOSS = "    loss /= num_train\n"
AVERAGE_DW = "    dW /= num_train\n"
PENALTY = "    loss += 0.5 * reg * np.sum(W * W)\n"
PENALTY_DW = "    dW += reg * W\n"
RETURN = "    return loss, dW"

SHIFT = "    scores -= np.max(scores, axis=1, keepdims=True)\n"
SUMS = "    sums = np.sum(exps, axis=1, keepdims=True)\n"
LOSS = "    loss = np.sum(np.log(sums[:, 0]) - scores[rows, y]) / num_train\n"
P = "    p = exps / sums\n"
MINUS_ONE = "    p[rows, y] -= 1\n"
DW = "    dW = X.T.dot(p) / num_train\n"

# A loss made of probabilities, as most students write it: needed where a mistake is about p itself.
LOSS_OF_P = "    p = exps / sums\n    loss = -np.sum(np.log(p[rows, y])) / num_train\n"
NAIVE_LOSS_OF_P = "        loss -= np.log(np.exp(scores[y[i]] - log_sum))\n"
UNSHIFTED_P = (
    (
        NAIVE_SHIFT + LOG_SUM + ADD_LOSS,
        "        probs = np.exp(scores) / np.sum(np.exp(scores))\n        loss -= np.log(probs[y[i]])\n",
    ),
    ("p = np.exp(scores[j] - log_sum)", "p = probs[j]"),
)


def _in_loss(new):
    return (PENALTY, new)


def _in_both_functions(*changes):
    """Return the changes twice: for the naive and for the vectorized function."""
    return changes, changes


RETURNED = (
    ("returns-nothing", "without a return", *_in_both_functions((RETURN, "    result = (loss, dW)"))),
    ("returns-only-loss", "only the loss", *_in_both_functions((RETURN, "    return loss"))),
    ("returns-dw-first", "wrong order", *_in_both_functions((RETURN, "    return dW, loss"))),
    (
        "gradient-left-zero",
        "not started",
        ((ADD_CLASS, "            pass\n"), (ADD_TRUE, ""), (PENALTY_DW, "")),
        ((DW, "    dW = np.zeros_like(W)\n"), (PENALTY_DW, "")),
    ),
    (
        "loss-left-zero",
        "loss is always 0",
        ((ADD_LOSS, ""), (PENALTY, "")),
        ((LOSS, "    loss = 0.0\n"), (PENALTY, "")),
    ),
    (
        "loss-per-example",
        "one loss per example",
        (
            ("    loss = 0.0\n", "    loss = np.zeros(X.shape[0])\n"),
            (ADD_LOSS, "        loss[i] = log_sum - scores[y[i]]\n"),
            (AVERAGE_LOSS, ""),
        ),
        ((LOSS, "    loss = np.log(sums[:, 0]) - scores[rows, y]\n"),),
    ),
    (
        "gradient-transposed",
        "shape of W",
        ((RETURN, "    return loss, dW.T"),),
        ((DW, "    dW = p.T.dot(X) / num_train\n"), (PENALTY_DW, "    dW += reg * W.T\n")),
    ),
    (
        "gradient-of-scores",
        "derivative by the scores",
        (),
        ((DW, "    dW = p / num_train\n"), (PENALTY_DW, "")),
    ),
    (
        "changes-x",
        "changes X",
        ((RETURN, "    X /= num_train\n    return loss, dW"),),
        ((DW, "    X /= num_train\n    dW = X.T.dot(p)\n"),),
    ),
    (
        "changes-w",
        "same array",
        (),
        ((PENALTY + PENALTY_DW, PENALTY + "    data = dW\n    dW = W\n    dW *= reg\n    dW += data\n"),),
    ),
    (
        "changes-y",
        "changes the caller's labels",
        (),
        (
            (
                SHIFT,
                SHIFT + "    order = np.argsort(y)[::-1]\n    X, scores = X[order], scores[order]\n"
                "    y[:] = y[order]\n",
            ),
        ),
    ),
)

SIZES_AND_LABELS = (
    (
        "layout-of-2015",
        "2015",
        (
            (
                "    num_train = X.shape[0]\n    num_classes = W.shape[1]\n",
                "    num_train = X.shape[1]\n    num_classes = W.shape[0]\n",
            ),
            ("X[i].dot(W)", "W.dot(X[:, i])"),
            (ADD_CLASS, "            dW[j] += p * X[:, i]\n"),
            (ADD_TRUE, "        dW[y[i]] -= X[:, i]\n"),
        ),
        (
            ("X.shape[0]", "X.shape[1]"),
            ("X.dot(W)", "W.dot(X)"),
            ("np.max(scores, axis=1, keepdims=True)", "np.max(scores, axis=0)"),
            (SUMS, "    sums = np.sum(exps, axis=0)\n"),
            ("np.log(sums[:, 0]) - scores[rows, y]", "np.log(sums) - scores[y, rows]"),
            (MINUS_ONE, "    p[y, rows] -= 1\n"),
            (DW, "    dW = p.dot(X.T) / num_train\n"),
        ),
    ),
    ("squeeze", "one example lost its axis", (), (("X.dot(W)", "np.squeeze(X.dot(W))"),)),
    (
        "last-example-left-out",
        "last example never counts",
        (("range(num_train)", "range(num_train - 1)"),),
        (),
    ),
    (
        "five-hundred-examples",
        "500",
        (
            ("num_train = X.shape[0]", "num_train = X.shape[0]\n    batch = 500"),
            (AVERAGE_LOSS, "    loss /= batch\n"),
            (AVERAGE_DW, "    dW /= batch\n"),
        ),
        ((") / num_train\n    p =", ") / 500\n    p ="), (DW, "    dW = X.T.dot(p) / 500\n")),
    ),
    (
        "ten-classes",
        "ten classes",
        (("num_classes = W.shape[1]", "num_classes = 10"),),
        ((MINUS_ONE, "    p -= np.eye(10)[y]\n"),),
    ),
    (
        "labels-from-one",
        "shifted by one",
        (
            (LOOP, LOOP + "        label = y[i] - 1\n"),
            ("- scores[y[i]]", "- scores[label]"),
            (ADD_TRUE, "        dW[:, label] -= X[i]\n"),
        ),
        ((SHIFT, SHIFT + "    y = y - 1\n"),),
    ),
    (
        "labels-as-int8",
        "wrap around",
        ((LOOP, "    y = np.array(y, dtype=np.int8)\n" + LOOP),),
        ((SHIFT, SHIFT + "    y = np.asarray(y).astype('int8')\n"),),
    ),
    ("one-hot-by-examples", "per class", (), ((MINUS_ONE, "    p -= np.eye(len(y))[y]\n"),)),
    ("one-hot-by-largest-label", "last class", (), ((MINUS_ONE, "    p -= np.eye(np.max(y) + 1)[y]\n"),)),
    (
        "true-class-by-score",
        "Index by label",
        ((ADD_CLASS, "            dW[:, j] += (p - (scores[j] == scores[y[i]])) * X[i]\n"), (ADD_TRUE, "")),
        ((MINUS_ONE, "    p[scores == scores[rows, y][:, None]] -= 1\n"),),
    ),
)

SCORES_AND_PROBABILITIES = (
    ("no-shift", "each row's maximum", ((NAIVE_SHIFT, ""),), ((SHIFT, ""),)),
    ("shift-by-batch-maximum", "whole batch", (), ((SHIFT, "    scores -= np.max(scores)\n"),)),
    ("shift-by-column-maximum", "Shift by row", (), ((SHIFT, "    scores -= np.max(scores, axis=0)\n"),)),
    ("maximum-without-keepdims", "keepdims", (), ((SHIFT, "    scores -= np.max(scores, axis=1)\n"),)),
    (
        "sum-without-keepdims",
        "keepdims",
        (),
        ((SUMS, "    sums = np.sum(exps, axis=1)\n"), ("np.log(sums[:, 0])", "np.log(sums)")),
    ),
    (
        "unshifted-true-score",
        "unshifted",
        (
            (NAIVE_SHIFT, "        correct = scores[y[i]]\n        scores = scores - np.max(scores)\n"),
            ("- scores[y[i]]", "- correct"),
        ),
        (
            (
                SHIFT,
                "    correct = scores[rows, y]\n    scores = scores - np.max(scores, axis=1, keepdims=True)\n",
            ),
            ("- scores[rows, y]", "- correct"),
        ),
    ),
    (
        "softmax-over-examples",
        "sum to 1",
        (),
        (
            (SHIFT, "    scores -= np.max(scores, axis=0)\n"),
            (SUMS, "    sums = np.sum(exps, axis=0)\n"),
            (LOSS + P, LOSS_OF_P),
        ),
    ),
    ("sum-over-whole-batch", "whole batch", (), ((SUMS, "    sums = np.sum(exps)\n"), (LOSS + P, LOSS_OF_P))),
    (
        "sigmoid",
        "sigmoid",
        (
            (
                NAIVE_SHIFT + LOG_SUM + ADD_LOSS,
                "        probs = 1 / (1 + np.exp(-scores))\n        loss -= np.log(probs[y[i]])\n",
            ),
            ("p = np.exp(scores[j] - log_sum)", "p = probs[j]"),
        ),
        (
            (SHIFT, ""),
            (
                "    exps = np.exp(scores)\n" + SUMS + LOSS + P,
                "    p = 1 / (1 + np.exp(-scores))\n    loss = -np.sum(np.log(p[rows, y])) / num_train\n",
            ),
        ),
    ),
    (
        "softmax-twice",
        "squashed",
        (),
        (
            (
                LOSS + P,
                "    p = exps / sums\n    p = np.exp(p) / np.sum(np.exp(p), axis=1, "
                "keepdims=True)\n    loss = -np.sum(np.log(p[rows, y])) / num_train\n",
            ),
        ),
    ),
    (
        "hinge",
        "hinge",
        (
            (NAIVE_SHIFT + LOG_SUM + ADD_LOSS, ""),
            (
                "            p = np.exp(scores[j] - log_sum)\n" + ADD_CLASS + ADD_TRUE,
                "            margin = scores[j] - scores[y[i]] + 1\n"
                "            if j != y[i] and margin > 0:\n"
                "                loss += margin\n"
                "                dW[:, j] += X[i]\n"
                "                dW[:, y[i]] -= X[i]\n",
            ),
        ),
        (),
    ),
)

THE_LOSS = (
    ("log-of-probability", "underflows", ((ADD_LOSS, NAIVE_LOSS_OF_P),), ((LOSS + P, LOSS_OF_P),)),
    (
        "epsilon-in-log",
        "epsilon",
        ((ADD_LOSS, "        loss -= np.log(np.exp(scores[y[i]] - log_sum) + 1e-8)\n"),),
        ((LOSS + P, LOSS_OF_P.replace("p[rows, y]", "p[rows, y] + 1e-8")),),
    ),
    (
        "clipped-probability",
        "clipping",
        ((ADD_LOSS, "        loss -= np.log(max(np.exp(scores[y[i]] - log_sum), 1e-12))\n"),),
        ((LOSS + P, LOSS_OF_P.replace("p[rows, y]", "np.clip(p[rows, y], 1e-12, 1.0)")),),
    ),
    (
        "loss-sign",
        "negative",
        (("loss += log_sum - scores[y[i]]", "loss += scores[y[i]] - log_sum"),),
        (("np.log(sums[:, 0]) - scores[rows, y]", "scores[rows, y] - np.log(sums[:, 0])"),),
    ),
    (
        "log-forgotten",
        "forgot the log",
        ((ADD_LOSS, "        loss += np.exp(scores[y[i]] - log_sum)\n"),),
        ((LOSS + P, "    p = exps / sums\n    loss = np.sum(p[rows, y]) / num_train\n"),),
    ),
    (
        "loss-in-bits",
        "natural logarithm",
        ((AVERAGE_LOSS, "    loss /= num_train * np.log(2)\n"),),
        ((LOSS + P, LOSS_OF_P.replace("np.log(p", "np.log2(p")),),
    ),
    (
        "loss-of-all-labels",
        "every label against every row",
        (),
        ((LOSS + P, LOSS_OF_P.replace("p[rows, y]", "p[:, y]")),),
    ),
    (
        "loss-over-all-classes",
        "Only the true class",
        ((ADD_LOSS, "        loss += np.sum(log_sum - scores)\n"),),
        ((LOSS + P, LOSS_OF_P.replace("p[rows, y]", "p")),),
    ),
    (
        "loss-after-subtraction",
        "Compute the loss first",
        (),
        ((LOSS, ""), (MINUS_ONE, MINUS_ONE + "    loss = -np.sum(np.log(p[rows, y])) / num_train\n")),
    ),
    (
        "normalizer-missing",
        "normalizer",
        ((ADD_LOSS, "        loss += -scores[y[i]]\n"), (NAIVE_SHIFT, "")),
        ((SHIFT, ""), (LOSS, "    loss = np.sum(-scores[rows, y]) / num_train\n")),
    ),
    ("loss-of-last-example", "+=", ((ADD_LOSS, "        loss = log_sum - scores[y[i]]\n"),), ()),
)

THE_GRADIENT = (
    (
        "gradient-sign",
        "opposite sign",
        (("+= p * X[i]", "-= p * X[i]"), (ADD_TRUE, "        dW[:, y[i]] += X[i]\n")),
        ((DW, "    dW = -X.T.dot(p) / num_train\n"),),
    ),
    ("minus-one-forgotten", "Subtract 1", ((ADD_TRUE, ""),), ((MINUS_ONE, ""),)),
    (
        "only-true-class-moves",
        "wrong classes move too",
        (
            (ADD_CLASS, "            if j == y[i]:\n                dW[:, j] += (p - 1) * X[i]\n"),
            (ADD_TRUE, ""),
        ),
        ((MINUS_ONE, "    hot = np.zeros_like(p)\n    hot[rows, y] = 1\n    p = (p - 1) * hot\n"),),
    ),
    (
        "only-wrong-classes-move",
        "true class gets nothing",
        ((ADD_CLASS, "            if j == y[i]:\n                continue\n" + ADD_CLASS), (ADD_TRUE, "")),
        ((MINUS_ONE, "    p[rows, y] = 0\n"),),
    ),
    (
        "diagonal-jacobian",
        "only the diagonal",
        (),
        ((MINUS_ONE, "    diagonal = p * (1 - p)\n    p[rows, y] -= 1\n    p = p * diagonal\n"),),
    ),
    (
        "multiplied-by-p-again",
        "twice",
        ((ADD_CLASS, "            dW[:, j] += p * (p - (j == y[i])) * X[i]\n"), (ADD_TRUE, "")),
        ((MINUS_ONE, "    q = p.copy()\n    p[rows, y] -= 1\n    p *= q\n"),),
    ),
    (
        "true-class-corrected-twice",
        "subtract x once",
        ((ADD_TRUE, "        dW[:, y[i]] -= (1 - np.exp(scores[y[i]] - log_sum)) * X[i]\n"),),
        (),
    ),
    (
        "exponentials-in-gradient",
        "row sum",
        (("p = np.exp(scores[j] - log_sum)", "p = np.exp(scores[j])"),),
        ((P, "    p = exps\n"),),
    ),
    ("minus-one-in-columns", "whole columns", (), ((MINUS_ONE, "    p[:, y] -= 1\n"),)),
    ("minus-one-in-rows", "rows by label", (), ((MINUS_ONE, "    p[y] -= 1\n"),)),
    (
        "first-class-skipped",
        "Column 0",
        (
            ("for j in range(num_classes)", "for j in range(1, num_classes)"),
            (ADD_CLASS, "            dW[:, j] += (p - (j == y[i])) * X[i]\n"),
            (ADD_TRUE, ""),
        ),
        (),
    ),
    (
        "gradient-of-last-example",
        "+=",
        ((ADD_CLASS, "            dW[:, j] = (p - (j == y[i])) * X[i]\n"), (ADD_TRUE, "")),
        (),
    ),
    ("gradient-reshaped", "scrambled", (), ((DW, "    dW = p.T.dot(X).reshape(W.shape) / num_train\n"),)),
    ("inputs-reshaped", "scrambled", (), ((DW, "    dW = X.reshape(X.shape[1], -1).dot(p) / num_train\n"),)),
)

AVERAGES = (
    (
        "loss-not-averaged",
        "divide the sum over the batch by N",
        ((AVERAGE_LOSS, ""),),
        ((") / num_train\n    p", ")\n    p"),),
    ),
    ("gradient-not-averaged", "divide dW by N", ((AVERAGE_DW, ""),), ((DW, "    dW = X.T.dot(p)\n"),)),
    (
        "neither-averaged",
        "asks for means",
        ((AVERAGE_LOSS + AVERAGE_DW, ""),),
        ((") / num_train\n    p", ")\n    p"), (DW, "    dW = X.T.dot(p)\n")),
    ),
    (
        "gradient-averaged-twice",
        "divided by N twice",
        ((AVERAGE_DW, AVERAGE_DW + AVERAGE_DW),),
        ((MINUS_ONE, MINUS_ONE + "    p /= num_train\n"),),
    ),
    (
        "loss-averaged-over-classes",
        "divided by N*C",
        ((AVERAGE_LOSS, "    loss /= num_train * num_classes\n"),),
        (
            (
                LOSS + P,
                "    p = exps / sums\n    hot = np.eye(W.shape[1])[y]\n"
                "    loss = np.mean(hot * (np.log(sums) - scores))\n",
            ),
        ),
    ),
    (
        "gradient-averaged-over-classes",
        "divided by N*C",
        ((AVERAGE_DW, "    dW /= num_train * num_classes\n"),),
        ((DW, "    dW = X.T.dot(p) / p.size\n"),),
    ),
    (
        "divided-by-classes",
        "number of classes",
        ((AVERAGE_LOSS, "    loss /= num_classes\n"), (AVERAGE_DW, "    dW /= num_classes\n")),
        ((") / num_train\n    p", ") / W.shape[1]\n    p"), (DW, "    dW = X.T.dot(p) / W.shape[1]\n")),
    ),
)

THE_PENALTY = (
    ("penalty-missing-in-loss", "Your loss does not depend on reg", *_in_both_functions((PENALTY, ""))),
    ("penalty-missing-in-gradient", "missing from dW", *_in_both_functions((PENALTY_DW, ""))),
    ("penalty-missing", "Neither loss nor dW depends on reg", *_in_both_functions((PENALTY + PENALTY_DW, ""))),
    (
        "penalty-without-half",
        "twice ours",
        *_in_both_functions(_in_loss("    loss += reg * np.sum(W * W)\n"), (PENALTY_DW, "    dW += 2 * reg * W\n")),
    ),
    (
        "half-missing-in-loss",
        "factor 0.5",
        *_in_both_functions(_in_loss("    loss += reg * np.sum(W * W)\n")),
    ),
    ("two-in-gradient", "twice what it should be", *_in_both_functions((PENALTY_DW, "    dW += 2 * reg * W\n"))),
    (
        "half-in-gradient",
        "belongs only in the loss",
        *_in_both_functions((PENALTY_DW, "    dW += 0.5 * reg * W\n")),
    ),
    ("sum-in-gradient", "entry by entry", *_in_both_functions((PENALTY_DW, "    dW += reg * np.sum(W)\n"))),
    ("reg-alone-in-gradient", "entry by entry", *_in_both_functions((PENALTY_DW, "    dW += reg\n"))),
    ("penalty-subtracted", "subtracted", *_in_both_functions((PENALTY_DW, "    dW -= reg * W\n"))),
    (
        "reg-forgotten-in-loss",
        "even at reg=0",
        *_in_both_functions(_in_loss("    loss += 0.5 * np.sum(W * W)\n")),
    ),
    ("reg-forgotten-in-gradient", "even at reg=0", *_in_both_functions((PENALTY_DW, "    dW += W\n"))),
    (
        "penalty-per-example",
        "once for every example",
        (
            (PENALTY + PENALTY_DW, ""),
            (
                AVERAGE_LOSS,
                AVERAGE_LOSS + "    for i in range(num_train):\n"
                "        loss += 0.5 * reg * np.sum(W * W)\n        dW += reg * W\n",
            ),
            (AVERAGE_DW, ""),
            (ADD_CLASS, "            dW[:, j] += p * X[i] / num_train\n"),
            (ADD_TRUE, "        dW[:, y[i]] -= X[i] / num_train\n"),
        ),
        (),
    ),
    (
        "penalty-per-class-in-gradient",
        "once for every class",
        ((PENALTY_DW, ""), (ADD_CLASS, ADD_CLASS + "            dW += reg * W\n")),
        (),
    ),
    (
        "penalty-averaged",
        "divide the penalty by N too",
        (
            (
                AVERAGE_LOSS + AVERAGE_DW + PENALTY + PENALTY_DW,
                PENALTY + PENALTY_DW + AVERAGE_LOSS + AVERAGE_DW,
            ),
        ),
        (
            (") / num_train\n    p", ")\n    p"),
            (DW, "    dW = X.T.dot(p)\n"),
            (RETURN, "    return loss / num_train, dW / num_train"),
        ),
    ),
    (
        "penalty-averaged-in-loss",
        "penalty in the loss by N too",
        ((AVERAGE_LOSS, ""), (PENALTY, PENALTY + AVERAGE_LOSS)),
        ((") / num_train\n    p", ")\n    p"), (PENALTY, PENALTY + AVERAGE_LOSS)),
    ),
    (
        "bias-not-penalized",
        "bias row",
        *_in_both_functions(
            _in_loss("    loss += 0.5 * reg * np.sum(W[:-1] ** 2)\n"),
            (PENALTY_DW, "    dW[:-1] += reg * W[:-1]\n"),
        ),
    ),
    (
        "norm-not-squared",
        "not squared",
        *_in_both_functions(_in_loss("    loss += 0.5 * reg * np.linalg.norm(W)\n")),
    ),
    (
        "weights-not-squared",
        "sum of squares",
        *_in_both_functions(_in_loss("    loss += 0.5 * reg * np.sum(W)\n")),
    ),
    ("penalty-mean", "np.mean", *_in_both_functions(_in_loss("    loss += 0.5 * reg * np.mean(W * W)\n"))),
    (
        "absolute-values",
        "L1",
        *_in_both_functions(
            _in_loss("    loss += reg * np.sum(np.abs(W))\n"), (PENALTY_DW, "    dW += reg * np.sign(W)\n")
        ),
    ),
)

COMBINATIONS = (
    (
        "sums-and-no-penalty",
        "Neither loss nor dW depends on reg",
        ((AVERAGE_LOSS + AVERAGE_DW + PENALTY + PENALTY_DW, ""),),
        ((") / num_train\n    p", ")\n    p"), (DW, "    dW = X.T.dot(p)\n"), (PENALTY + PENALTY_DW, "")),
    ),
    (
        "gradient-unaveraged-and-unpenalized",
        "The penalty's derivative, reg*W, is missing",
        ((AVERAGE_DW, ""), (PENALTY_DW, "")),
        ((DW, "    dW = X.T.dot(p)\n"), (PENALTY_DW, "")),
    ),
    (
        "no-shift-and-penalty-without-half",
        "each row's maximum",
        (
            *UNSHIFTED_P,
            _in_loss("    loss += reg * np.sum(W * W)\n"),
            (PENALTY_DW, "    dW += 2 * reg * W\n"),
        ),
        (
            (SHIFT, ""),
            (LOSS + P, LOSS_OF_P),
            _in_loss("    loss += reg * np.sum(W * W)\n"),
            (PENALTY_DW, "    dW += 2 * reg * W\n"),
        ),
    ),
    (
        "underflow-and-penalty-without-half",
        "twice ours",
        (
            (ADD_LOSS, NAIVE_LOSS_OF_P),
            _in_loss("    loss += reg * np.sum(W * W)\n"),
            (PENALTY_DW, "    dW += 2 * reg * W\n"),
        ),
        (
            (LOSS + P, LOSS_OF_P),
            _in_loss("    loss += reg * np.sum(W * W)\n"),
            (PENALTY_DW, "    dW += 2 * reg * W\n"),
        ),
    ),
    (
        "underflow-and-half-missing-in-loss",
        "factor 0.5",
        ((ADD_LOSS, NAIVE_LOSS_OF_P), _in_loss("    loss += reg * np.sum(W * W)\n")),
        ((LOSS + P, LOSS_OF_P), _in_loss("    loss += reg * np.sum(W * W)\n")),
    ),
    # No single entry of the catalogue behaves like these: two are named.
    (
        "underflow-and-loss-not-averaged",
        "divide the sum over the batch by N",
        ((ADD_LOSS, NAIVE_LOSS_OF_P), (AVERAGE_LOSS, "")),
        ((LOSS + P, LOSS_OF_P.replace(" / num_train", "")),),
    ),
    (
        "underflow-and-minus-one-forgotten",
        "Subtract 1",
        ((ADD_LOSS, NAIVE_LOSS_OF_P), (ADD_TRUE, "")),
        ((LOSS + P, LOSS_OF_P), (MINUS_ONE, "")),
    ),
    (
        "no-shift-and-penalty-missing",
        "Neither loss nor dW depends on reg",
        ((NAIVE_SHIFT, ""), (PENALTY + PENALTY_DW, "")),
        ((SHIFT, ""), (LOSS + P, LOSS_OF_P), (PENALTY + PENALTY_DW, "")),
    ),
)

# Mistakes that are not about what one call returns; the suite has words of its own for most of them.
CONDUCT = (
    (
        "loop-in-vectorized",
        "loop",
        (),
        ((MINUS_ONE, "    for i in range(num_train):\n        p[i, y[i]] -= 1\n"),),
    ),
    (
        "comprehension-in-vectorized",
        "loop",
        (),
        (
            (
                LOSS,
                "    losses = [np.log(sums[i, 0]) - scores[i, y[i]] for i in range(num_train)]\n"
                "    loss = sum(losses) / num_train\n",
            ),
        ),
    ),
    (
        "remembers-earlier-calls",
        "",
        (
            (
                "def softmax_loss_naive(W, X, y, reg):\n",
                "def softmax_loss_naive(W, X, y, reg, history=[]):\n",
            ),
            (RETURN, "    history.append(loss)\n    return sum(history) / len(history), dW"),
        ),
        (),
    ),
    (
        "random-part-of-the-batch",
        "",
        (),
        (
            (
                "    num_train = X.shape[0]\n",
                "    part = np.random.choice(len(X), len(X))\n"
                "    X, y = X[part], np.asarray(y)[part]\n"
                "    num_train = X.shape[0]\n",
            ),
        ),
    ),
    ("np-float-of-old-numpy", "np.float", (("    loss = 0.0\n", "    loss = np.float(0)\n"),), ()),
    (
        "shuffles-inside",
        "random",
        (),
        (
            (
                "    num_train = X.shape[0]\n",
                "    order = np.random.permutation(len(X))\n    X, y = X[order], np.asarray(y)[order]\n"
                "    num_train = X.shape[0]\n",
            ),
        ),
    ),
    ("undefined-helper", "", (), ((P, "    p = softmax(scores)\n"),)),
)

TABLE = (
    *RETURNED,
    *SIZES_AND_LABELS,
    *SCORES_AND_PROBABILITIES,
    *THE_LOSS,
    *THE_GRADIENT,
    *AVERAGES,
    *THE_PENALTY,
    *COMBINATIONS,
    *CONDUCT,
)


def _student(name, words, naive, vectorized):
    return SampleStudent(
        name=f"wrong-{name}",
        kind="wrong",
        write=edited(answers(replaced(NAIVE_LOOPS, *naive), replaced(TEXTBOOK, *vectorized))),
        naive="part" if naive else "full",
        vectorized="part" if vectorized else "full",
        names=words,
    )


STUDENTS = tuple(_student(*row) for row in TABLE)
