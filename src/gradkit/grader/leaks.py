"""Finds what students must not see in a release: solutions, the hidden suite, the seed, nbgrader's marks.

A secret is found by its tokens, not by its layout: blanks, line ends, brackets, quotes and comments do not
count, so that indenting, splitting or commenting out hides nothing.

* A line of a solution or of the suite is *distinctive* if it has at least LINE tokens, is none of the IDIOMS,
  and the instructor's notebook shows it nowhere outside of solutions. Any RUN tokens of a long line will do.
* PASSAGE tokens in a row of one solution are a leak even if the notebook shows them elsewhere: a line of a
  solution may serve the explanation, but a whole piece outside of its marks is a forgotten copy.
* Names of hidden tests and constants, the suite's modules and the seed are never shown.
"""

import ast
import io
import re
import tokenize
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .handout import Piece, joined

LINE = 6
RUN = 12
PASSAGE = 40
SEED_DIGITS = 16  # so many digits in a row give a seed away

TOKEN = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|\w+|[^\w\s]")
LAYOUT = frozenset("()\\,;#'\"`|>")  # what formatting, quoting and commenting out add or take away
SUITE_NAME = re.compile(r"^[^\S\n]*(?:def (?=test_)|(?=[A-Z]+_\w+ =))(\w+)", re.MULTILINE)  # tests and constants
COMMENT = re.compile(r"(?:^|\s)#+\s")

# Code that everybody writes, as tokens without LAYOUT: it gives nothing away.
IDIOMS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:from|import) .*",
        r"return(?: float)?(?: \w+){1,3}",  # return float(loss), dW
        r"\w+(?: \w+)* =(?: \w+ \. shape(?: \[ \d \])?)+",  # N, C = X.shape[0], W.shape[1]
        r"\w+ = np \. (?:empty|ones|zeros|zeros_like) \w+(?: \. shape)?",  # dW = np.zeros(W.shape)
        r"for \w+ in range \w+(?: \. shape \[ \d \])? :",  # for i in range(X.shape[0]):
        r"raise NotImplementedError.*",
    )
)

# nbgrader strips between "BEGIN SOLUTION" and "END SOLUTION" exactly; who means them may write them otherwise.
_MARK = r"(begin|end)[\s_-]*(?:solution|hidden[\s_-]*test|mark(?:ing)?[\s_-]*scheme)"
MARKS = (
    re.compile(r"(BEGIN|END)[\s_-]*(?:SOLUTION|HIDDEN[\s_-]*TEST|MARK(?:ING)?[\s_-]*SCHEME)"),
    re.compile(rf"^\W*{_MARK}s?\W*$", re.IGNORECASE),  # alone on its line
    re.compile(rf"(?:#|//|%|<!--)\W*{_MARK}", re.IGNORECASE),  # at the start of a comment
)

Tokens = tuple[str, ...]


class Secret(NamedTuple):
    """What is secret about a run of tokens, as a clause, and what to do when it is found."""

    what: str
    remedy: str


SEED = Secret("it gives the course's seed away", "take it out, and delete course/seed if anybody has seen it")
MARK_LEFT = Secret(
    "it holds a mark that was not stripped",
    "write marks exactly as nbgrader does (### BEGIN SOLUTION, ### END SOLUTION), each in a cell of its kind",
)


class Secrets(NamedTuple):
    """What a release must not hold: runs of tokens, names (patterns), and seeds in hexadecimal."""

    runs: Mapping[Tokens, Secret]
    names: Sequence[tuple[re.Pattern[str], Secret]]
    seeds: Sequence[str]


def secrets_of(notebook: dict[str, Any], path: str, suite: Mapping[str, str], seeds: Sequence[str]) -> Secrets:
    """Return what a release of an instructor's notebook must not hold.

    Args:
        notebook: the instructor's notebook, as its JSON says.
        path: how to call it.
        suite: the content of each Python file of the hidden suite, by its path.
        seeds: from which hidden inputs are drawn, in hexadecimal.
    """
    cells = [(number, cell, *_divided(cell)) for number, cell in enumerate(notebook["cells"], 1)]
    shown: set[Tokens] = set()
    runs: dict[Tokens, Secret] = {}
    for _, cell, _, open_text in cells:
        shown.update(run for stream in _streams(open_text, cell["cell_type"] == "code") for run, _ in _all_runs(stream))
    for file, text in suite.items():
        for number, line in enumerate(_plain(text).split("\n"), 1):
            secret = Secret(f"it is line {number} of {file}, which is hidden", "take it out of the notebook")
            runs.update((run, secret) for run in line_runs(line, is_code=True) if run not in shown)
    for number, cell, hidden, _ in cells:
        is_code, place = cell["cell_type"] == "code", f"of cell {number} in {path}"
        for at, line in hidden.items():
            secret = Secret(f"it is line {at} {place}, a solution", "put it between nbgrader's marks or take it out")
            runs.update((run, secret) for run in line_runs(line, is_code=is_code) if run not in shown)
        passage = Secret(f"it repeats the solution {place}", "take it out, or out of the solution")
        runs.update((run, passage) for run in _passages(cell, hidden))
    return Secrets(runs, list(_names(suite, notebook)), [seed.lower() for seed in seeds])


def leaks(secrets: Secrets, texts: Iterable[Piece]) -> list[str]:
    """Return one sentence for each line of some texts that holds a secret: where, what, and what to do."""
    found: dict[tuple[str, int], Secret] = {}
    for piece in texts:
        for line, secret in _found(secrets, piece):
            found.setdefault((piece.where, line), secret)
    return [f"{where}, line {line}: {secret.what}; {secret.remedy}." for (where, line), secret in found.items()]


def line_runs(line: str, *, is_code: bool) -> Iterator[Tokens]:
    """Yield the runs of tokens by which a secret line is found; none for one that gives nothing away."""
    parts = [line, *COMMENT.split(line)] if is_code else [line]
    for tokens in {tuple(_tokens(part)) for part in parts}:
        idiom = is_code and any(pattern.fullmatch(" ".join(tokens)) for pattern in IDIOMS)
        if len(tokens) >= LINE and not idiom:
            size = min(len(tokens), RUN)
            yield from (tokens[at : at + size] for at in range(len(tokens) - size + 1))


def mark_in(line: str) -> str | None:
    """Return "begin" or "end" if a line looks like one of nbgrader's marks, in any spelling."""
    matches = (pattern.search(line) for pattern in MARKS)
    return next((match[1].lower() for match in matches if match), None)


def _divided(cell: dict[str, Any]) -> tuple[dict[int, str], str]:
    """Return the lines of a cell that are to be stripped, by number, and the text of the others."""
    hidden: dict[int, str] = {}
    shown: list[str] = []
    lines = _plain(joined(cell["source"])).split("\n")
    solution = cell["metadata"].get("nbgrader", {}).get("solution", False)
    inside = solution and not any(map(mark_in, lines))  # nbgrader clears such a cell altogether
    for number, line in enumerate(lines, 1):
        mark = mark_in(line)
        if mark:
            inside = mark == "begin"
        elif inside:
            hidden[number] = line
        else:
            shown.append(line)
    return hidden, "\n".join(shown)


def _passages(cell: dict[str, Any], hidden: Mapping[int, str]) -> Iterator[Tokens]:
    """Yield the passages of a solution, with comments and without; docstrings may repeat each other."""
    is_code = cell["cell_type"] == "code"
    skipped = _docstring_lines(joined(cell["source"])) if is_code else set()
    text = "\n".join(line for number, line in hidden.items() if number not in skipped)
    for stream in _streams(text, is_code):
        tokens = tuple(token for token, _ in stream)
        yield from (tokens[at : at + PASSAGE] for at in range(len(tokens) - PASSAGE + 1))


def _docstring_lines(source: str) -> set[int]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    texts = [node for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    return {line for node in texts for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def _names(suite: Mapping[str, str], notebook: dict[str, Any]) -> Iterator[tuple[re.Pattern[str], Secret]]:
    """Yield the names of the suite's tests and modules, except those that the notebook's cells have too."""
    taken = {cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]}
    for path, text in suite.items():
        secret = Secret(f"it names what {path} defines, which is hidden", "take the name out of the notebook")
        for name in sorted(set(SUITE_NAME.findall(text)) - taken):
            yield re.compile(rf"\b{name}\b"), secret
        stem = re.escape(path.rpartition("/")[2].removesuffix(".py"))
        secret = Secret(f"it names the module {path}, which is hidden", "take it out of the notebook")
        anywhere = ("_" in stem or stem == "conftest") and stem not in taken
        plain_word = rf"\bfrom\s+{stem}\s+import\b|(?:^|[;`>])\s*import\s[\w., ]*\b{stem}\b|\b{stem}\.py\b"
        yield re.compile(rf"\b{stem}\b" if anywhere else plain_word), secret


def _found(secrets: Secrets, piece: Piece) -> Iterator[tuple[int, Secret]]:
    """Yield the line and kind of each secret in a text."""
    lines = list(enumerate(_plain(piece.text).split("\n"), 1))
    for number, line in lines:
        if mark_in(line):
            yield number, MARK_LEFT
        yield from ((number, secret) for pattern, secret in secrets.names if pattern.search(line))
    if _gives_away(piece.text, secrets.seeds):
        yield next((number for number, line in lines if _gives_away(line, secrets.seeds)), 1), SEED
    for stream in _streams(piece.text, piece.is_code):
        for run, number in _all_runs(stream, PASSAGE):
            if run in secrets.runs:
                yield number, secrets.runs[run]


def _gives_away(text: str, seeds: Sequence[str]) -> bool:
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    parts = (seed[at : at + SEED_DIGITS] for seed in seeds for at in range(len(seed) - SEED_DIGITS + 1))
    return any(part in digits for part in parts)


def _all_runs(stream: Sequence[tuple[str, int]], *more: int) -> Iterator[tuple[Tokens, int]]:
    """Yield every run of LINE to RUN tokens (and of further sizes) with the line on which it starts."""
    tokens = tuple(token for token, _ in stream)
    for size in (*range(LINE, RUN + 1), *more):
        yield from ((tokens[at : at + size], stream[at][1]) for at in range(len(tokens) - size + 1))


def _streams(text: str, is_code: bool) -> Iterator[list[tuple[str, int]]]:
    """Yield the tokens of a text with their lines; for code once more as Python reads it, without comments."""
    lines = _plain(text).split("\n")
    yield [(token, number) for number, line in enumerate(lines, 1) for token in _tokens(line)]
    if is_code:
        yield list(_without_comments("\n".join(lines)))


def _without_comments(source: str) -> Iterator[tuple[str, int]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type != tokenize.COMMENT:
                yield from ((part, token.start[0]) for part in _tokens(token.string))
    except (tokenize.TokenError, SyntaxError):  # what was read so far is searched
        return


def _tokens(text: str) -> list[str]:
    return [token for token in TOKEN.findall(text) if token not in LAYOUT]


def _plain(text: str) -> str:
    """Return a text without invisible characters and lookalikes; line ends inside of strings become blanks."""
    text = unicodedata.normalize("NFKC", re.sub(r"\\[nrt]", "  ", text))
    return "".join(char for char in text if unicodedata.category(char) != "Cf")
