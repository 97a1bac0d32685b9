"""What an attack is: a hand-in, what it is after, and what its author is to be told instead."""

import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .tools import SIGNATURE, TOOLS

NAIVE, VECTORIZED = "softmax_loss_naive", "softmax_loss_vectorized"
LOOPS_SCORE = 9.25
"""Points of a right function that is not vectorized: it goes through the examples one by one."""
MARK = "314159265"
"""What an attack says in place of the hidden inputs, of which it knows it only while it is called with them."""


@dataclass(frozen=True)
class Attack:
    """One attempt of a student's.

    Attributes:
        name: in a word or more.
        told: a regular expression: what the student, or who collects, is told.
        notebook: the hand-in; None if it comes as files.
        files: puts the hand-in into a folder, in place of a plain notebook.
        archive: whether the hand-in is in a zip file that has to be unpacked first.
        brings: whether the hostile function returns what it got, so that anything it returns is a success.
        most: points that the hand-in deserves at most.
        judged: whether it gets points at all; if not, its author is told why.
        shows: whether the attacker's own guest is another one for it: it is real.
        live: whether it succeeds without confinement, as a positive control shows.
        needs_root: whether it does so only if the grader runs as root.
        secrets: what must not come out in what is told, beside the arena's secret and the mark.
        limits: what the hand-in may use, where it differs from the arena's.
    """

    name: str
    told: str
    notebook: bytes | None = None
    files: Callable[[Path], None] | None = None
    archive: bool = False
    brings: bool = False
    most: float = 0.0
    judged: bool = True
    shows: bool = False
    live: bool = False
    needs_root: bool = False
    secrets: tuple[str, ...] = ()
    limits: tuple[tuple[str, float], ...] = ()


def steals(name: str, body: str, told: str, *, live: bool = True, **more: Any) -> Attack:
    """Return an attack whose function returns what it got: anything but nothing is a success.

    Args:
        name: of the attack.
        body: of the function. It knows more than any student: ``path`` and ``folder`` of a secret, ``open_folder`` that
            anybody may write to, ``other``, a neighbour's notebook, ``port`` on which the grader listens, ``grader``,
            its process, and ``address``, where that holds the secret.
        told: what the student is told.
        live: whether it succeeds without confinement.
        more: further attributes of the attack.
    """
    return Attack(name, told, notebook=hostile(function(body)), brings=True, live=live, **more)


def answers(name: str, naive: str, told: str, *cells: dict[str, Any], vectorized: str = "", **more: Any) -> Attack:
    """Return an attack whose functions answer in a hostile way; ``{name}`` in their sources is their own name.

    What an attack has no use for is not handed in, and so earns nothing.
    """
    return Attack(name, told, notebook=hostile(naive, vectorized, *cells), **more)


def hands_in(name: str, notebook: bytes, told: str, **more: Any) -> Attack:
    """Return an attack by a whole notebook."""
    return Attack(name, told, notebook=notebook, **more)


def function(body: str) -> str:
    """Return a function of the graded name with this body."""
    return SIGNATURE + textwrap.indent(body.strip("\n"), "    ") + "\n"


def hostile(naive: str = "", vectorized: str = "", *cells: dict[str, Any]) -> bytes:
    """Return the attacker's notebook: the answers that there are, and other cells behind them."""
    named = ((source, name) for source, name in ((naive, NAIVE), (vectorized, VECTORIZED)) if source)
    return notebook_of(code(TOOLS), *(code(source.replace("{name}", name), name) for source, name in named), *cells)


def notebook_of(*cells: dict[str, Any], **more: Any) -> bytes:
    """Return a notebook with these cells."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more}).encode()


def code(source: str, grade_id: str = "") -> dict[str, Any]:
    """Return a code cell."""
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}
