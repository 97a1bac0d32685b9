"""Proves that a function handles its data with array operations: by counting instructions, never by a stopwatch.

A loop over the examples executes at least one instruction more for each example more; code with array
operations executes exactly as many for 8 examples as for 512. Code that could reach the counting is not
believed; it is judged by its CPU time beside the reference's, both taken in the same moment, outside of its reach.
The CPU time of all other code is looked at, too, with a bound so wide that no array operations come near it: for a loop
that found a way around the counting.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from .compare import Disagreement
from .fixtures import RemoteFunction
from .sandbox.report import Report

MOST_INSTRUCTIONS = 5000
"""More than code without loops ever executes; a loop over 512 things takes more, whatever the rest is padded to."""
HIDES_LOOPS = {"exec", "eval", "compile", "importlib", "__import__", "__code__"}
"""Names with which code can run what does not stand in its source."""
TIMES_SLOWER = {False: 30.0, True: 8.0}
"""How many times the reference's CPU time is too much, if the source has no loop, and if it has or may hide one.

Array operations take two to five times as much, passing data included; a loop of a few operations takes ten times as
much and one that does the work a hundred times. For 512 examples, few enough for code that compares each with each,
honest code stays below 15 times.
"""

TRIES = 3
"""Measurements that must all find a loop where no instruction shows one: no disturbance lasts for so many."""

Arguments = Sequence[Any]


class Answer(NamedTuple):
    """What a function returned while it was examined. Judge it: who answers anything at all need not loop."""

    arguments: Arguments
    value: Any


def can_be_counted(function: RemoteFunction, *arguments: Any) -> None:
    """Raise Disagreement if what a function counts for cannot be believed, with the reason.

    Args:
        function: the student's.
        arguments: of any call of it.
    """
    names = function.reflection()
    if names:
        raise Disagreement(
            f"Loops cannot be counted in code that uses {', '.join(names[:3])}, so it was judged by its CPU time:"
            " leave that out."
        )
    if not _believable(function, [function.counted(*arguments)]):
        raise Disagreement("The counting of instructions was switched off, so the function was judged by its CPU time.")


def prove_no_loop(
    function: RemoteFunction,
    reference: Callable[..., Any],
    *,
    over: str,
    small: Arguments,
    large: Arguments,
    more: int,
    heavy: Callable[[], Iterable[Arguments]],
    timed: Callable[[], Iterable[Arguments]] = tuple,
) -> list[Answer]:
    """Raise Disagreement if a function loops over what there is more of in one call than in another.

    Args:
        function: the student's.
        reference: the right function; it must not loop either.
        over: what there is more of, in words: "examples".
        small: the arguments of a call with little of it.
        large: the arguments of a call with much of it, otherwise of the same size.
        more: how many more.
        heavy: makes arguments with thousands of it, a few times over, for code that cannot be counted.
        timed: makes arguments with hundreds of it, a few times over, for code that was counted; nothing by default.

    Returns:
        What the function returned, for the suite to judge.
    """
    reports = [function.counted(*arguments) for arguments in (small, large)]
    if not _believable(function, reports):
        return _prove_by_time(function, reference, over, list(heavy()))
    few, many = reports
    if abs(many.instructions - few.instructions) >= more:
        place = function.growing_line(few, many, more)
        where = f" in {place}" if place else ""
        raise Disagreement(
            f"There is still a loop over the {over}{where}: the count of executed instructions changes with their"
            " number. Replace it by operations on whole arrays."
        )
    if many.instructions > MOST_INSTRUCTIONS or max(many.lines.values(), default=0) >= more:
        raise Disagreement(
            f"The function executes thousands of instructions whatever the number of {over}: loops are left in it."
        )
    found = [Answer(small, few.value), Answer(large, many.value)]
    for _ in range(TRIES):
        problems = list(timed())
        if not problems:
            return found
        # What a call costs in itself is more than hundreds of examples cost the reference.
        call = min(function.timed(*small).cpu for _ in problems)
        times, answers = _times_slower(function, reference, problems, call)
        if times <= TIMES_SLOWER[False]:
            return found + answers
    raise Disagreement(
        f"The function takes more than {TIMES_SLOWER[False]:g} times the CPU time of array operations for many"
        f" {over}: something goes through them one by one, although no instruction shows it."
    )


def _believable(function: RemoteFunction, reports: Sequence[Report]) -> bool:
    """Tell whether instructions were counted by code that the function had no way to reach."""
    counted = all(report.instructions > 0 and not report.switched_off for report in reports)
    return counted and not function.reflection()


def _prove_by_time(
    function: RemoteFunction, reference: Callable[..., Any], over: str, problems: Sequence[Arguments]
) -> list[Answer]:
    """Raise Disagreement if a function takes far more CPU time than the reference does.

    The best of several calls counts for both, each with data of its own, so that none can be answered from
    memory. A slow or busy machine is slow for both.
    """
    times, answers = _times_slower(function, reference, problems)
    loops = function.loops()
    too_much = TIMES_SLOWER[bool(loops) or not HIDES_LOOPS.isdisjoint(function.reflection())]
    if times > too_much:
        where = f" Its source has a loop in {loops[0]}." if loops else ""
        raise Disagreement(
            f"There is a loop over the {over}, as far as can be seen in code that could reach the counting of"
            f" instructions: many {over} take more than {too_much:g} times the CPU time of array operations.{where}"
        )
    return answers


def _times_slower(
    function: RemoteFunction, reference: Callable[..., Any], problems: Sequence[Arguments], call: float = 0.0
) -> tuple[float, list[Answer]]:
    """Return how many times the reference's CPU time a function takes beside that of a ``call``; and its answers."""
    reports, seconds = [], []
    for arguments in problems:
        started = time.thread_time()
        reference(*arguments)
        seconds.append(time.thread_time() - started)
        reports.append(function.timed(*arguments))
    times = (min(report.cpu for report in reports) - call) / min(seconds)
    return times, [Answer(arguments, report.value) for arguments, report in zip(problems, reports, strict=True)]
