"""Slicing a notebook: what the graded functions need is kept, what only does something is left out."""

import pytest

from gradkit.definitions.cells import slice_cells
from gradkit.definitions.magics import without_magics


def sliced(*sources, graded=("f",), calls=True):
    """Slice cells numbered from 1."""
    return slice_cells(list(enumerate(sources, 1)), graded, calls=calls)


def kept(*sources, **options):
    """Return (cell, line) of each statement that is kept."""
    return [(statement.cell, statement.line) for statement in sliced(*sources, **options).statements]


def run(*sources, **options):
    """Run what is kept and return the namespace."""
    namespace = {"__name__": "notebook"}
    for statement in sliced(*sources, **options).statements:
        exec(statement.code, namespace)  # noqa: S102 - sources written in this module
    return namespace


F = "def f(x):\n    return x"


@pytest.mark.parametrize(
    "source",
    [
        "f(1)",
        "print('hello')",
        "for i in range(10):\n    f(i)",
        "while True:\n    loss = f(1)",
        "name = input()",
        "history = train(f)",
        "import matplotlib.pyplot as plt\nplt.plot([1])",
        "x = 1",
        "'a text'",
        "assert f(1) == 1",
        "del history",
        "if __name__ == '__main__':\n    main()",
        "with open('file') as file:\n    file.read()",
        "try:\n    f(1)\nexcept ValueError:\n    pass",
        "class Unused:\n    pass",
        "global x",
        "raise SystemExit",
        "",
        "# only a comment",
    ],
)
def test_experiments_are_left_out(source):
    """What no graded function reads is not run."""
    assert kept(F, source) == [(1, 1)]


@pytest.mark.parametrize(
    ("needed", "body"),
    [
        ("import math", "math.pi"),
        ("import os.path", "os.sep"),
        ("import numpy.linalg as la", "la.norm"),
        ("from math import pi", "pi"),
        ("from math import pi as p, e", "p"),
        ("EPS = 1e-8", "EPS"),
        ("A, (B, *C) = 1, (2, 3)", "C"),
        ("A = B = 5", "B"),
        ("A: int = 5", "A"),
        ("TABLE = {}", "TABLE"),
        ("def helper(x): return x", "helper(x)"),
        ("async def helper(x): return x", "helper(x)"),
        ("class Helper: pass", "Helper()"),
        ("helper = lambda x: x", "helper(x)"),
        ("try:\n    import numpy as fast\nexcept ImportError:\n    fast = None", "fast"),
        ("if True:\n    A = 1\nelse:\n    A = 2", "A"),
        ("if True:\n    def helper(x): return x", "helper(x)"),
        (
            "try:\n    A = 1\nexcept ValueError:\n    print('odd')\n    A = 2\nelse:\n    B = 3\nfinally:\n    C = 4",
            "C",
        ),
        ("with suppress(ValueError):\n    A = 1", "A"),
        ("for EPS in (1e-8,): pass", "EPS"),
        ("for A, B in [(1, 2)]:\n    print(A)", "B"),
        ("for k in range(3): TABLE[k] = k", "TABLE"),
        ("for k in range(3):\n    if k % 2:\n        continue\n    TABLE[k] = np.log(k + 1)", "TABLE"),
        ("for k in range(3):\n    for i, j in zip('ab', 'cd'):\n        TABLE[k, i] = TABLE[k, j] = k", "TABLE"),
        ("for k in range(3):\n    row = [k] * 3\n    TABLE.append(row)", "TABLE"),
        ("for name in NAMES.keys(): TABLE[name] = len(name)", "TABLE"),
        ("for k in range(9): TABLE[k] = k\nelse: TABLE[9] = 0", "TABLE"),
        ("TABLE.update(a=1)", "TABLE"),
        ("box.TABLE.append(2)", "box.TABLE"),
        ("if True:\n    TABLE.append(1)", "TABLE"),
    ],
)
def test_what_a_graded_function_reads_is_kept(needed, body):
    """Imports, constants, functions and classes, in whatever way they are bound."""
    assert kept("unrelated = 1", needed, f"def f(x):\n    return {body}") == [(2, 1), (3, 1)]


@pytest.mark.parametrize(
    "user",
    [
        "def f(x):\n    return (lambda: A)()",
        "def f(x):\n    return [A for _ in range(2)]",
        "def f(x):\n    def inner():\n        return A\n    return inner()",
        "def f(x, a=A):\n    return a",
        "@A\ndef f(x):\n    return x",
        "def f(x):\n    return f'{A}'",
        "def f(x):\n    class Inner:\n        value = A\n    return Inner.value",
        "def f(x):\n    global A\n    A += 1",
        "f = lambda x: A",
        "f = A",
        "class f:\n    value = A",
        "class f(A):\n    pass",
        "f = None\nf.cache = A",
        "f = {}\nf['a'] = A",
        "f = 1\nf += A",
    ],
)
def test_names_are_found_wherever_they_are_read(user):
    """In closures, defaults, annotations, decorators, class bodies and assignments to parts."""
    assert (1, 1) in kept("A = 1", user)


@pytest.mark.parametrize(
    "experiment",
    [
        "for step in range(100):\n    loss, W = f(W)",
        "for rate in (1, 2): results[rate] = train(rate)",
        "for rate in (1, 2):\n    results[rate] = classifier.train(rate)",
        "for rate in (1, 2):\n    results[rate] = 1\n    f(rate)",
        "for rate in grid(): results[rate] = 1",
        "for rate in (1, 2):\n    print(f(rate))\n    results[rate] = 1",
        "for rate in (1, 2):\n    for step in range(9):\n        results[rate] = f(step)",
        "while True: results[1] = 2",
        "results.show()",
    ],
)
def test_a_loop_that_calls_what_may_be_costly_is_an_experiment(experiment):
    """It is left out even if a graded function reads what it fills in."""
    assert kept("results = {}", experiment, "def f(x):\n    return results, W, step, rate") == [(1, 1), (3, 1)]


def test_a_table_that_a_loop_fills_in_is_the_notebooks():
    """The values are those of the notebook, in its order."""
    sources = (
        "TABLE = {}\nfor k in range(3): TABLE[k] = k * k",
        "LOGS = []\nfor k in (1, 2): LOGS.append(k)\nLOGS.pop()",
    )
    assert run(*sources, "def f(): return TABLE, LOGS")["f"]() == ({0: 0, 1: 1, 2: 4}, [1])


def test_needs_are_followed_to_the_end():
    """A constant that a helper's helper needs is kept too, in the notebook's order."""
    assert kept("A = 1", "def g(): return A", "def h(): return g()", "def f(): return h()", "B = A") == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 1),
    ]


def test_functions_that_need_each_other_are_kept_once():
    """A cycle ends."""
    assert kept("def g(): return f()", "def f(): return g()") == [(1, 1), (2, 1)]


def test_a_local_name_is_no_need():
    """A parameter or local variable by the name of a global one does not keep it."""
    assert kept("A = train()\nB = train()", "def f(A):\n    B = A\n    return B") == [(2, 1)]


def test_the_last_definition_wins():
    """As in the notebook itself; both are listed with their place."""
    sources = ("def f(): return 1", "def f(): return 2")
    assert run(*sources)["f"]() == 2
    assert sliced(*sources).functions == [("f", 1, 1), ("f", 2, 1)]


def test_functions_are_listed_whether_needed_or_not():
    """A renamed function can be found in the list."""
    assert sliced("x = 1\ndef softmax(): pass", F).functions == [("softmax", 1, 2), ("f", 2, 1)]


def test_reads_say_what_each_graded_function_names():
    """A function that calls the other one can be told."""
    reads = sliced("def f(x): return g(x)", "def g(x): return len(x)", graded=("f", "g", "h")).reads
    assert reads == {"f": {"g", "len"}, "g": {"len"}, "h": frozenset()}


@pytest.mark.parametrize("word", ["globals", "eval", "exec"])
def test_who_may_read_anything_gets_every_definition(word):
    """With globals(), eval or exec any name may be needed: all definitions are kept, experiments are not."""
    user = f"def f():\n    return {word}"
    assert kept("A = 1", "B = A", "for i in range(3): f(i)", user) == [(1, 1), (2, 1), (4, 1)]


def test_a_star_import_is_always_kept():
    """Nobody knows what it binds."""
    namespace = run("from math import *", "def f(): return pi")
    assert round(namespace["f"](), 2) == 3.14


def test_without_calls_constants_that_call_something_are_left_out():
    """The second attempt after definitions that hang: functions and plain constants only."""
    sources = ("A = compute()", "B = 2", "C: int = len('x')", "def f(): return A, B, C")
    assert kept(*sources) == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert kept(*sources, calls=False) == [(2, 1), (4, 1)]


@pytest.mark.parametrize(
    "endless",
    [
        "for A in range(10**12): pass",
        "if True:\n    A = compute()",
        "try:\n    A.append(compute())\nfinally:\n    pass",
    ],
)
def test_without_calls_loops_and_blocks_with_calls_are_left_out(endless):
    """They may be what never ends; a block that only imports is not."""
    user = "def f(): return A, fast"
    sources = (endless, "try:\n    import numpy as fast\nexcept ImportError:\n    fast = None", user)
    assert kept(*sources) == [(1, 1), (2, 1), (3, 1)]
    assert kept(*sources, calls=False) == [(2, 1), (3, 1)]


def test_lines_that_are_no_python_are_told():
    """Each magic, shell escape and help request with its place; of a cell in another language the first line."""
    found = sliced("x = 7 % 3", "%time\nfiles = !ls\nf?", "\n%%bash\nls\nrm x", "%%time\nx = 1").magics
    assert [(magic.cell, magic.line, magic.text) for magic in found] == [
        (2, 1, "%time"),
        (2, 2, "files = !ls"),
        (2, 3, "f?"),
        (3, 2, "%%bash"),
        (4, 1, "%%time"),
    ]


def test_a_future_import_holds_for_what_follows():
    """In a notebook it holds for all later cells: annotations are then not evaluated."""
    assert run("from __future__ import annotations", "def f(x: Later): return 1")["f"](0) == 1


# ---------------------------------------------------------------------- problems


def problems(*sources):
    """Return what could not be read."""
    return [(problem.cell, problem.line, problem.text) for problem in sliced(*sources).problems]


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("x = 1\ndef g(:\n    pass", 2, "syntax error: invalid syntax"),
        ("x = 1\n\ny = (", 3, "syntax error: '(' was never closed"),
        ("def g():\nreturn 1", 2, "syntax error: expected an indented block after function definition on line 1"),
        ("x = 'text", 1, "syntax error: unterminated string literal (detected at line 1)"),
        ("x = 1\nreturn = 5", 2, "syntax error: invalid syntax"),
        ("print 'hello'", 1, "syntax error: Missing parentheses in call to 'print'. Did you mean print(...)?"),
        ("def g():\n    x = 1\n\ty = 2", 3, "syntax error: inconsistent use of tabs and spaces in indentation"),
    ],
)
def test_a_syntax_error_costs_its_cell_alone(source, line, text):
    """The problem is named with its line, and the other cells are read."""
    assert problems(source, F) == [(1, line, text)]
    assert kept(source, F) == [(2, 1)]


def test_an_error_of_the_compiler_costs_its_statement_alone():
    """What the parser lets through and the compiler refuses does not take its neighbours along."""
    source = "def f(): return 1\ndef g():\n    return x\n    nonlocal y\n"
    assert problems(source) == [(1, 4, "syntax error: no binding for nonlocal 'y' found")]
    assert kept(source) == [(1, 1)]


def test_nul_bytes_are_a_problem():
    """No text with NUL is Python."""
    ((cell, line, text),) = problems("x = 1\0")
    assert (cell, line) == (1, 1)
    assert "null bytes" in text


MANY = (50, 500, 1000, 2000, 5000, 100_000)


@pytest.mark.parametrize("number", MANY)
@pytest.mark.parametrize(
    "killer",
    [
        lambda n: "f = " + "(" * n + "1" + ")" * n,
        lambda n: "f = " + "[" * n + "]" * n,
        lambda n: "f = " + "-" * n + "1",
        lambda n: "f = " + "lambda: " * n + "1",
        lambda n: "f = x" + "()" * n,
        lambda n: "f = 1" + " + 1" * n,
        lambda n: "f" + ".a" * n + " = 1",
        lambda n: "f" + "[0]" * n + " = 1",
        lambda n: "if x:\n    f = 1\n" + "elif x:\n    f = 1\n" * n,
        lambda n: "f = " + "not " * n + "1",
        lambda n: "f = " + "1 if x else " * n + "1",
        lambda n: "f = f'" + "{" * n + "}" * n + "'",
    ],
    ids="parentheses brackets minus lambda calls sum attributes subscripts elif not conditional f-string".split(),
)
def test_what_stalls_a_parser_costs_its_cell_alone(killer, number):
    """However deep a source is nested, the other cells are read."""
    found = sliced(killer(number), F)
    assert (2, 1) in [(statement.cell, statement.line) for statement in found.statements]
    assert all(problem.cell == 1 for problem in found.problems)


# ---------------------------------------------------------------------- magics


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install torch", "pass"),
        ("if x:\n    %time f(1)", "if x:\n    pass"),
        ("f?", "pass"),
        ("np.exp??", "pass"),
        ("?f", "pass"),
        ("files = !ls", "pass"),
        ("a, b = %timeit f(1)", "pass"),
        ("!pip install \\\n    torch \\\n    numpy\nx = 1", "pass\n\n\nx = 1"),
        ("x = 7 % 3", "x = 7 % 3"),
        ("y = x != 3", "y = x != 3"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%timeit -n 10\nx = 1", "\n\nx = 1"),
        ("%%capture out\nx = 1", "\nx = 1"),
        ("%%bash\nrm -rf /", ""),
        ("%%html\n<b>", ""),
        ("%%writefile file.py\nx = 1", ""),
    ],
)
def test_magics_become_harmless_and_lines_stay(source, plain):
    """Line magics, shell escapes and help requests become pass; cells in other languages become empty."""
    assert without_magics(source) == plain


@pytest.mark.parametrize(
    "first", ["%matplotlib inline", "%load_ext autoreload\n%autoreload 2", "!ls", "%%time", "f?", "files = !ls"]
)
def test_functions_beside_magics_are_found(first):
    """A cell with magics is read like any other."""
    assert run(f"{first}\n{F}")["f"](3) == 3
    assert problems(f"{first}\n{F}") == []


def test_a_cell_in_another_language_is_no_problem():
    """It is nobody's mistake."""
    assert problems("%%bash\nfor i in *; do echo $i; done") == []


def test_python_that_looks_like_a_magic_is_left_alone():
    """Only a cell that is no Python is searched for magics."""
    source = 'TEXT = """\n%matplotlib\n!ls\n"""\ndef f(): return TEXT'
    assert run(source)["f"]() == "\n%matplotlib\n!ls\n"


def test_tracebacks_name_cell_and_line():
    """Line numbers are those within the cell, magics or not."""
    namespace = run("x = 1", "%time\n\ndef f():\n    return 1 / 0")
    code = namespace["f"].__code__
    assert (code.co_filename, code.co_firstlineno) == ("<cell 2>", 3)


def test_hints_are_not_needed():
    """What a type hint names need not exist, so the statement that binds it is not kept."""
    assert kept("import torch", "def f(x: torch.Tensor) -> torch.Tensor:\n    return x") == [(2, 1)]
