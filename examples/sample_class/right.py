"""Right solutions in many styles: each deserves every point, whatever one thinks of the style."""

from student import NAIVE, VECTORIZED, Edit, SampleStudent, added, answer_cell, answers, edited, replaced

NAIVE_LOOPS = """
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        log_sum = np.log(np.sum(np.exp(scores)))
        loss += log_sum - scores[y[i]]
        for j in range(num_classes):
            p = np.exp(scores[j] - log_sum)
            dW[:, j] += p * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += 0.5 * reg * np.sum(W * W)
    dW += reg * W
    return loss, dW
"""

TEXTBOOK = """
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    rows = np.arange(num_train)
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    exps = np.exp(scores)
    sums = np.sum(exps, axis=1, keepdims=True)
    loss = np.sum(np.log(sums[:, 0]) - scores[rows, y]) / num_train
    p = exps / sums
    p[rows, y] -= 1
    dW = X.T.dot(p) / num_train
    loss += 0.5 * reg * np.sum(W * W)
    dW += reg * W
    return loss, dW
"""

THREE_LOOPS = """
def softmax_loss_naive(W, X, y, reg):
    N, D = X.shape
    C = W.shape[1]
    loss = 0.0
    dW = np.zeros(W.shape)
    for i in range(N):
        scores = []
        for c in range(C):
            s = 0.0
            for d in range(D):
                s += X[i, d] * W[d, c]
            scores.append(s)
        top = max(scores)
        total = 0.0
        for s in scores:
            total += np.exp(s - top)
        loss += np.log(total) - (scores[y[i]] - top)
        for c in range(C):
            p = np.exp(scores[c] - top) / total
            if c == y[i]:
                p -= 1
            for d in range(D):
                dW[d, c] += p * X[i, d]
    loss = loss / N + 0.5 * reg * np.sum(W ** 2)
    dW = dW / N + reg * W
    return loss, dW
"""

ENUMERATED = """
def softmax_loss_naive(W, X, y, reg):
    losses, dW = [], reg * W
    for x, label in zip(X, y):
        z = x @ W
        z = z - z.max()
        losses.append(np.log(sum(np.exp(v) for v in z)) - z[label])
        p = np.exp(z) / sum(np.exp(v) for v in z)
        for c, pc in enumerate(p):
            dW[:, c] += (pc - (1 if c == label else 0)) * x / len(y)
    return sum(losses) / len(losses) + reg / 2 * (W ** 2).sum(), dW
"""

NEGATIVE_INPUT = """
def softmax_loss_naive(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(X.shape[0]):
        f = X[i].dot(W)
        f -= f.max()
        total = np.exp(f).sum()
        loss += -f[y[i]] + np.log(total)
        for j in range(W.shape[1]):
            dW[:, j] += np.exp(f[j]) / total * X[i]
        dW[:, y[i]] += -X[i]
    return loss / X.shape[0] + 0.5 * reg * np.sum(W * W), dW / X.shape[0] + reg * W
"""

NAIVE_WITHOUT_LOOPS = TEXTBOOK.replace("softmax_loss_vectorized", "softmax_loss_naive")

ONE_HOT = """
def softmax_loss_vectorized(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    Y = np.eye(C)[y]
    Z = X @ W
    Z = Z - Z.max(axis=1, keepdims=True)
    log_P = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
    loss = -np.sum(Y * log_P) / N + 0.5 * reg * np.sum(W * W)
    dW = X.T @ (np.exp(log_P) - Y) / N + reg * W
    return loss, dW
"""

EINSUM = """
def softmax_loss_vectorized(W, X, y, reg):
    Z = np.einsum("nd,dc->nc", X, W)
    Z = Z - np.einsum("n,c->nc", Z.max(1), np.ones(W.shape[1]))
    lse = np.log(np.einsum("nc->n", np.exp(Z)))
    loss = np.mean(lse - Z[range(len(y)), y]) + 0.5 * reg * np.einsum("dc,dc->", W, W)
    G = np.exp(Z - lse.reshape(-1, 1))
    G[range(len(y)), y] -= 1
    return loss, np.einsum("nd,nc->dc", X, G) / len(y) + reg * W
"""

LOGSUMEXP_NESTED = """
def softmax_loss_vectorized(W, X, y, reg):
    def logsumexp(a):
        top = a.max(axis=1, keepdims=True)
        return top + np.log(np.exp(a - top).sum(axis=1, keepdims=True))

    scores = X.dot(W)
    log_p = scores - logsumexp(scores)
    n = len(X)
    loss = -log_p[np.arange(n), y].mean()
    dscores = np.exp(log_p)
    dscores[np.arange(n), y] -= 1
    return loss + 0.5 * reg * (W ** 2).sum(), X.T.dot(dscores / n) + reg * W
"""

NEWAXIS = replaced(
    TEXTBOOK,
    ("scores -= np.max(scores, axis=1, keepdims=True)", "scores -= np.max(scores, axis=1)[:, np.newaxis]"),
    ("sums = np.sum(exps, axis=1, keepdims=True)", "sums = np.sum(exps, axis=1)[:, None]"),
)

TAKE_ALONG_AXIS = """
def softmax_loss_vectorized(W, X, y, reg):
    y = np.asarray(y)[:, None]
    Z = np.matmul(X, W)
    Z -= np.amax(Z, axis=1, keepdims=True)
    S = np.exp(Z).sum(axis=1, keepdims=True)
    loss = (np.log(S) - np.take_along_axis(Z, y, axis=1)).mean()
    P = np.exp(Z) / S
    np.put_along_axis(P, y, np.take_along_axis(P, y, axis=1) - 1, axis=1)
    return float(loss + 0.5 * reg * np.square(W).sum()), np.matmul(X.T, P) / X.shape[0] + reg * W
"""

ADD_AT = replaced(TEXTBOOK, ("    p[rows, y] -= 1\n", "    np.add.at(p, (rows, y), -1)\n"))

LOG_SOFTMAX_USER = """
def softmax_loss_vectorized(W, X, y, reg):
    log_p = log_softmax(X @ W)
    n = len(log_p)
    loss = -log_p[np.arange(n), y].sum() / n + 0.5 * reg * np.sum(W * W)
    dz = np.exp(log_p)
    dz[np.arange(n), y] -= 1
    return loss, X.T @ dz / n + reg * W
"""

LOG_SOFTMAX = """
def log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
"""

CLASS_HELPER = """
class Softmax:
    def __init__(self, W, reg):
        self.W, self.reg = W, reg

    def forward(self, X, y):
        self.X, self.y = X, y
        z = X @ self.W
        z = z - z.max(axis=1, keepdims=True)
        self.log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        data = -self.log_p[np.arange(len(X)), y].mean()
        return data + 0.5 * self.reg * np.sum(self.W ** 2)

    def backward(self):
        dz = np.exp(self.log_p)
        dz[np.arange(len(self.X)), self.y] -= 1
        return self.X.T @ dz / len(self.X) + self.reg * self.W


def softmax_loss_vectorized(W, X, y, reg):
    model = Softmax(W, reg)
    loss = model.forward(X, y)
    return loss, model.backward()
"""

DATACLASS_HELPER = (
    """
from dataclasses import dataclass

@dataclass
class Pass:
    log_p: np.ndarray

    @property
    def p(self):
        return np.exp(self.log_p)
"""
    + LOG_SOFTMAX
    + replaced(
        LOG_SOFTMAX_USER,
        ("    log_p = log_softmax(X @ W)\n", "    step = Pass(log_softmax(X @ W))\n    log_p = step.log_p\n"),
        ("np.exp(log_p)", "step.p"),
    )
)

LAMBDAS = """
shift = lambda z: z - z.max(axis=1, keepdims=True)
penalty = lambda W, reg: (0.5 * reg * np.sum(W * W), reg * W)

def softmax_loss_vectorized(W, X, y, reg):
    z = shift(X @ W)
    total = np.exp(z).sum(axis=1)
    dz = np.exp(z) / total[:, None]
    dz[np.arange(len(y)), y] -= 1
    loss_reg, dW_reg = penalty(W, reg)
    return np.mean(np.log(total) - z[np.arange(len(y)), y]) + loss_reg, X.T @ dz / len(y) + dW_reg
"""

DECORATOR = """
import functools

def counted(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)
    wrapper.calls = 0
    return wrapper
"""

TYPE_HINTS = replaced(
    TEXTBOOK,
    (
        "def softmax_loss_vectorized(W, X, y, reg):",
        "def softmax_loss_vectorized(\n    W: np.ndarray, X: np.ndarray, y: np.ndarray, reg: float\n"
        ") -> tuple[float, np.ndarray]:",
    ),
    ("    num_train = X", "    num_train: int = X"),
)

NESTED = """
def softmax_loss_vectorized(W, X, y, reg):
    n = X.shape[0]

    def scores():
        s = X.dot(W)
        return s - s.max(1, keepdims=True)

    def log_probabilities():
        s = scores()
        def normalizer():
            return np.log(np.exp(s).sum(1, keepdims=True))
        return s - normalizer()

    log_p = log_probabilities()
    hot = np.zeros_like(log_p)
    hot[np.arange(n), y] = 1
    return (-(hot * log_p).sum() / n + reg * np.sum(W * W) / 2, X.T.dot(np.exp(log_p) - hot) / n + reg * W)
"""

FORTRAN_ORDER = replaced(
    TEXTBOOK, ("    dW = X.T.dot(p) / num_train\n", "    dW = np.asfortranarray(p.T.dot(X).T / num_train)\n")
)

ZERO_D_LOSS = replaced(TEXTBOOK, ("    return loss, dW", "    return np.array(loss), dW"))
NUMPY_LOSS = replaced(NAIVE_LOOPS, ("    return loss, dW", "    return np.float64(loss), dW"))

PRINTS = replaced(
    NAIVE_LOOPS,
    ("        scores -= np.max", "        print('example', i, 'scores', scores)\n        scores -= np.max"),
    ("    return loss, dW", "    print(f'{loss=}')\n    return loss, dW"),
)

EXTRA_ARGUMENT = replaced(
    TEXTBOOK,
    ("(W, X, y, reg):", "(W, X, y, reg=0.0, verbose=False, **options):"),
    ("    return loss, dW", "    if verbose:\n        print(loss)\n    return loss, dW"),
)

XRANGE = "from past.builtins import xrange\n" + NAIVE_LOOPS.replace(" range(", " xrange(")
PLOTTING = "import matplotlib.pyplot as plt\nfrom random import shuffle\n" + NAIVE_LOOPS
FUTURE = "from __future__ import annotations\n" + TYPE_HINTS
SCIPY = "from scipy.special import logsumexp\n" + TEXTBOOK
CONSTANT = replaced(TEXTBOOK, ("0.5 * reg", "HALF * reg"))
DECORATED = "@counted" + TEXTBOOK
UNICODE = TEXTBOOK.replace("sums", "Σ").replace("num_train", "größe").replace("scores", "ζ")
OWN_NAMES = replaced(
    NAIVE_LOOPS.replace("num_train", "len").replace("log_sum", "sum"),
    (
        "    loss = 0.0\n",
        '    """My loss.\n\n    >>> softmax_loss_naive  # TODO nothing any more\n    """\n    loss = 0.0\n',
    ),
)


def old_line_ends(notebook: dict) -> None:
    """Give every line of the answers the line ends of Windows."""
    for question in (NAIVE, VECTORIZED):
        cell = answer_cell(notebook, question)
        cell["source"] = [line.replace("\n", "\r\n") for line in cell["source"]]


def source_as_text(notebook: dict) -> None:
    """Keep every source as one text, which the notebook format allows too."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])


def _student(name: str, naive: str = NAIVE_LOOPS, vectorized: str = TEXTBOOK, *edits: Edit) -> SampleStudent:
    return SampleStudent(f"right-{name}", "right", edited(answers(naive, vectorized), *edits))


STUDENTS = (
    _student("textbook"),
    _student("plain-loops", THREE_LOOPS),
    _student("enumerate-and-zip", ENUMERATED),
    _student("negative-input", NEGATIVE_INPUT),
    _student("naive-without-loops", NAIVE_WITHOUT_LOOPS),
    _student("one-hot", vectorized=ONE_HOT),
    _student("einsum", vectorized=EINSUM),
    _student("logsumexp-by-hand", vectorized=LOGSUMEXP_NESTED),
    _student("newaxis", vectorized=NEWAXIS),
    _student("take-along-axis", vectorized=TAKE_ALONG_AXIS),
    _student("add-at", vectorized=ADD_AT),
    _student("helper-in-cell-before", NAIVE_LOOPS, LOG_SOFTMAX_USER, added(LOG_SOFTMAX, before=NAIVE)),
    _student("helper-in-cell-after", NAIVE_LOOPS, LOG_SOFTMAX_USER, added(LOG_SOFTMAX, after=VECTORIZED)),
    _student("helper-in-same-cell", vectorized=LOG_SOFTMAX + LOG_SOFTMAX_USER),
    _student("class-helper", vectorized=CLASS_HELPER),
    _student("dataclass-helper", vectorized=DATACLASS_HELPER),
    _student("lambda-helper", vectorized=LAMBDAS),
    _student("decorator-helper", NAIVE_LOOPS, DECORATED, added(DECORATOR, before=VECTORIZED)),
    _student("nested-functions", vectorized=NESTED),
    _student("constant-in-another-cell", NAIVE_LOOPS, CONSTANT, added("HALF = 0.5", before=NAIVE)),
    _student("type-hints", vectorized=TYPE_HINTS),
    _student("future-annotations", vectorized=FUTURE),
    _student("fortran-order", vectorized=FORTRAN_ORDER),
    _student("numpy-scalar-loss", NUMPY_LOSS, ZERO_D_LOSS),
    _student("prints-inside", PRINTS),
    _student("unused-plotting-import", PLOTTING),
    _student("unused-scipy-import", vectorized=SCIPY),
    _student("past-xrange", XRANGE),
    _student("extra-argument", vectorized=EXTRA_ARGUMENT),
    _student("shadowed-builtins", OWN_NAMES),
    _student("unicode-names", vectorized=UNICODE),
    _student("windows-line-ends", NAIVE_LOOPS, TEXTBOOK, old_line_ends),
    _student("source-as-text", NAIVE_LOOPS, TEXTBOOK, source_as_text),
    _student("two-tabs", NAIVE_LOOPS.replace("    ", "\t"), TEXTBOOK.replace("    ", "\t")),
)
