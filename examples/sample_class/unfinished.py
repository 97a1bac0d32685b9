"""Unfinished and oddly kept notebooks: what deadlines leave behind, and what goes wrong easily in Jupyter."""

from right import LOG_SOFTMAX_USER, NAIVE_LOOPS, TEXTBOOK
from student import (
    NAIVE,
    VECTORIZED,
    Deserved,
    Edit,
    SampleStudent,
    added,
    answer_cell,
    answers,
    edited,
    lines,
    new_cell,
    replaced,
)

SIGNATURE = "def softmax_loss_naive(W, X, y, reg):\n"
START_VALUES = SIGNATURE + "    loss = 0.0\n    dW = np.zeros_like(W)\n"
HALF_WRITTEN = START_VALUES + (
    "    for i in range(X.shape[0]):\n        scores = X[i].dot(W)\n"
    "        for j in range(W.shape[1]):\n            pass\n    return loss, dW\n"
)
PROSE = START_VALUES + "    first compute the scores, then exp and divide???\n    return loss, dW\n"
STOPS_IN_A_LOOP = START_VALUES + "    for i in range(X.shape[0]):\n        # TODO: the rest of it\n"
WRONG_LATER = replaced(NAIVE_LOOPS, ("    dW /= num_train\n", ""))
OLD_PRINT = replaced(NAIVE_LOOPS, ("    return", '    print "loss", loss\n    return'))
STUB_LINE_LEFT = NAIVE_LOOPS + '    raise NotImplementedError("Need to implement softmax_loss_naive")\n'
ASKS_INSIDE = replaced(NAIVE_LOOPS, ("    loss = 0.0\n", "    loss = float(input('loss at the start? '))\n"))
NUMPY_NAMES = TEXTBOOK.replace("np.", "")
TRAINING = """
W = np.random.randn(3073, 10) * 0.0001
for it in range(1000000):
    loss, grad = softmax_loss_vectorized(W, X_train, y_train, 1e-5)
    W -= 1e-7 * grad
    if it % 100 == 0:
        print(it, loss)
"""


def without_cell(question: str) -> Edit:
    """Return the edit that deletes a question's answer cell."""

    def edit(notebook: dict) -> None:
        notebook["cells"].remove(answer_cell(notebook, question))

    return edit


def copied_cell(question: str, source: str) -> Edit:
    """Return the edit that pastes a copy of an answer cell, nbgrader's mark included, with its own source."""

    def edit(notebook: dict) -> None:
        cell = answer_cell(notebook, question)
        place = notebook["cells"].index(cell) + 1
        notebook["cells"].insert(place, cell | {"id": "pasted", "source": lines(source)})

    return edit


def as_markdown(question: str) -> Edit:
    """Return the edit that turns an answer cell into a Markdown cell, as one key press in Jupyter does."""

    def edit(notebook: dict) -> None:
        cell = answer_cell(notebook, question)
        cell["cell_type"] = "markdown"
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)

    return edit


def without_marks(notebook: dict) -> None:
    """Drop every cell's metadata, as copying into a new notebook does."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def without_ids(notebook: dict) -> None:
    """Drop the cells' ids, which notebook format 4.5 asks for."""
    for cell in notebook["cells"]:
        cell.pop("id", None)


def oldest_format(notebook: dict) -> None:
    """Make it a notebook of format 4.0, without ids and without metadata of its own."""
    without_ids(notebook)
    notebook |= {"nbformat_minor": 0, "metadata": {}}


def in_new_notebook(notebook: dict) -> None:
    """Keep nothing but two plain cells with the answers."""
    sources = ["import numpy as np", NAIVE_LOOPS, TEXTBOOK]
    notebook["cells"] = [new_cell(source, f"mine-{n}") for n, source in enumerate(sources)]


def _student(
    name: str,
    edits: list[Edit],
    naive: Deserved = "full",
    vectorized: Deserved = "full",
    names: str = "",
) -> SampleStudent:
    return SampleStudent(f"unfinished-{name}", "unfinished", edited(*edits), naive, vectorized, names)


BOTH = answers(NAIVE_LOOPS, TEXTBOOK)

NOT_DONE = (
    _student("untouched", [], "none", "none"),
    _student("only-naive", [answers(NAIVE_LOOPS)], "full", "none"),
    _student("returns-none", [answers(SIGNATURE + "    pass\n")], "none", "none", "without a return"),
    _student("ellipsis", [answers(SIGNATURE + "    ...\n", TEXTBOOK)], "none", "full", "without a return"),
    _student("returns-zeros", [answers(START_VALUES + "    return loss, dW\n")], "little", "none", "Not started"),
    _student("half-written", [answers(HALF_WRITTEN, TEXTBOOK)], "little", "full", "Not started"),
    _student("prose-in-the-code", [answers(PROSE, TEXTBOOK)], "none", "full", "syntax"),
    _student("stops-in-a-loop", [answers(STOPS_IN_A_LOOP, TEXTBOOK)], "none", "full", "syntax"),
    _student("syntax-error", [answers(NAIVE_LOOPS.replace("reg):", "reg)"), TEXTBOOK)], "none", "full", "syntax"),
    _student(
        "indentation-error",
        [answers(NAIVE_LOOPS.replace("    dW /=", "   dW /="), TEXTBOOK)],
        "none",
        "full",
        "syntax",
    ),
    _student("print-statement", [answers(OLD_PRINT, TEXTBOOK)], "none", "full", "print"),
    _student(
        "name-error",
        [answers(NAIVE_LOOPS.replace("loss /= num_train", "loss /= num_trian"), TEXTBOOK)],
        "none",
    ),
    _student("asks-for-input-inside", [answers(ASKS_INSIDE, TEXTBOOK)], "none"),
    _student("function-deleted", [answers("# will do this later", TEXTBOOK)], "none"),
    _student("cell-deleted", [BOTH, without_cell(NAIVE)], "none"),
    _student("function-renamed", [answers(NAIVE_LOOPS.replace("loss_naive", "naive_loss"), TEXTBOOK)], "none"),
    _student(
        "missing-helper-module",
        [
            answers(
                "from softmax_helpers import *\n"
                + NAIVE_LOOPS.replace("np.log(np.sum(np.exp(scores)))", "helper_logsumexp(scores)"),
                TEXTBOOK,
            )
        ],
        "none",
    ),
)

ODDLY_KEPT = (
    _student("stub-line-left", [answers(STUB_LINE_LEFT, TEXTBOOK)]),
    _student("both-in-one-cell", [answers(NAIVE_LOOPS + "\n" + TEXTBOOK, "")]),
    _student("both-in-one-cell-and-stub", [answers(NAIVE_LOOPS + "\n" + TEXTBOOK)], "full", "any"),
    _student("cell-copied", [BOTH, copied_cell(NAIVE, NAIVE_LOOPS)]),
    _student("cell-copied-and-mended", [answers(WRONG_LATER, TEXTBOOK), copied_cell(NAIVE, NAIVE_LOOPS)]),
    _student("right-one-later", [answers(WRONG_LATER, TEXTBOOK), added(NAIVE_LOOPS)]),
    _student("wrong-one-later", [BOTH, added(WRONG_LATER)], "part", "full", "divide dW by N"),
    _student(
        "code-in-markdown",
        [answers(NAIVE_LOOPS), added(TEXTBOOK, after=VECTORIZED, cell_type="markdown")],
        "full",
        "none",
    ),
    _student("answer-turned-markdown", [BOTH, as_markdown(NAIVE)], "none", "full"),
    _student("marks-stripped", [BOTH, without_marks]),
    _student("new-notebook", [in_new_notebook]),
    _student("ids-missing", [BOTH, without_ids]),
    _student("format-4-0", [BOTH, oldest_format]),
)

AROUND_RIGHT_ANSWERS = (
    _student("magics", [BOTH, added("%matplotlib inline\n!pip install nothing\nimport os\n?os", before=NAIVE)]),
    _student(
        "magic-on-answer",
        [answers("%%time\n" + NAIVE_LOOPS, "%load_ext autoreload\n%autoreload 2\n" + TEXTBOOK)],
    ),
    _student(
        "magic-beside-answer",
        [answers(NAIVE_LOOPS + "\n!ls -l\nfiles = !ls\n%timeit sum(range(9))\n", TEXTBOOK)],
    ),
    _student("shell-cell", [BOTH, added("%%bash\nfor f in *; do echo $f; done", before=NAIVE)]),
    _student("asks-for-input", [BOTH, added("name = input('your name? ')", before=NAIVE)]),
    _student("training-loop", [BOTH, added(TRAINING, after=VECTORIZED)]),
    _student("endless-loop-outside", [BOTH, added("while True:\n    pass", before=NAIVE)]),
    _student("endless-loop-below-answer", [answers(NAIVE_LOOPS + "\nwhile True:\n    pass\n", TEXTBOOK)]),
    _student("missing-import", [answers("import torchvision_of_mine\n" + NAIVE_LOOPS, TEXTBOOK)]),
    _student("missing-star-import", [BOTH, added("from cs231n.classifiers.softmax import *", before=NAIVE)]),
    _student("star-import", [answers(NAIVE_LOOPS, NUMPY_NAMES), added("from numpy import *", before=VECTORIZED)]),
    _student("helper-only-in-markdown", [answers(NAIVE_LOOPS, LOG_SOFTMAX_USER)], "full", "none"),
    _student("syntax-error-elsewhere", [BOTH, added("plt.plot(loss_history", after=VECTORIZED)]),
    _student("division-by-zero-outside", [BOTH, added("1 / 0\nbest = max([])", before=NAIVE)]),
    _student("asserts-of-their-own", [BOTH, added("assert softmax_loss_naive is None", after=NAIVE)]),
)

STUDENTS = (*NOT_DONE, *ODDLY_KEPT, *AROUND_RIGHT_ANSWERS)
