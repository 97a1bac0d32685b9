"""The process in which a student's function is defined and checked; the notebook's kernel only listens.

One line of JSON comes in with what to do, one goes out for each step: whoever listens knows at any time what is
being done, and ends this process if that takes too long. When the listener goes away, so does this process.
"""

import functools
import json
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from gradkit.definitions import cells, running, surroundings
from gradkit.errors import GradkitError, NotReadyError

from .judging import SlopeTable
from .public import PublicCheck, load_checks
from .results import Outcome
from .saved import differing, is_stub, undefined

Say = Callable[..., None]


def main() -> None:
    """Do what the line on standard input asks for; end early when standard input ends."""
    say = _channel()
    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with, args=(sys.stdin.buffer,), daemon=True).start()
    try:
        _examine(request, say)
    except BaseException:  # noqa: BLE001 - it is told to the listener, which has the words for it
        say("broken", text=traceback.format_exc(limit=-3))
    os._exit(0)  # a student's threads and exit handlers are nobody's concern


def _channel() -> Say:
    """Return what writes a line to the listener; what the student's code prints goes nowhere from now on."""
    channel = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)

    def say(event: str, **content: Any) -> None:
        data = json.dumps({"event": event, **content}).encode() + b"\n"
        while data:
            data = data[os.write(channel, data) :]

    return say


def _end_with(stream: BinaryIO) -> None:
    stream.read()
    os._exit(1)


def _examine(request: dict[str, Any], say: Say) -> None:
    name, sources = request["function"], request["cells"]
    public = load_checks(Path(request["checks"])) if request["checks"] else None
    diagnose = _diagnostician(public.fingerprints if public else None)
    say("slicing")
    sliced = cells.slice_cells(sources, [name], calls=request["calls"])
    say(
        "sliced",
        problems=[(problem.cell, problem.line, problem.text) for problem in sliced.problems],
        magics=[(magic.cell, magic.line, magic.text) for magic in sliced.magics],
        functions=sliced.functions,
        rebound=sliced.rebound,
        reads=sorted(sliced.reads[name]),
        undefined=undefined(sliced),
        stub=is_stub(sliced, name),
        differing=differing(sliced, cells.slice_cells(request["ran"], [name]), name),
    )
    namespace = surroundings.furnish()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    say("defining")
    failures = running.execute(sliced.statements, namespace)
    function = namespace.get(name)
    say("defined", failures=failures, callable=callable(function))
    if public is not None and callable(function):
        watched = functools.partial(_outcome, function=function, say=say, patience=request["patience"])
        started = _check(public.of(name), dict(request["outcomes"]), watched, say)
        if started and request["diagnose"]:
            say("diagnosing")
            say("diagnosis", sentences=diagnose(function))
    say("done")


def _check(
    checks: Sequence[PublicCheck],
    outcomes: dict[str, str],
    outcome_of: Callable[[PublicCheck], dict[str, Any]],
    say: Say,
) -> bool:
    """Run the checks that have no outcome yet, in their order; end with False if the function is not started."""
    for check in checks:
        if check.name in outcomes:
            continue
        unmet = [name for name in check.needs if outcomes.get(name) != Outcome.PASSED]
        if unmet:
            result: dict[str, Any] = {"outcome": Outcome.NOT_JUDGED}
        else:
            say("checking", check=check.name)
            result = outcome_of(check)
        if result["outcome"] is Outcome.NOT_STARTED and Outcome.PASSED not in outcomes.values():
            say("not started")
            return False
        outcomes[check.name] = result["outcome"]
        say("checked", check=check.name, **result)
    return True


def _outcome(check: PublicCheck, function: Callable[..., Any], say: Say, patience: float) -> dict[str, Any]:
    """Return how a check ends; while it does not, tell after some seconds where the student's code is."""
    watch = threading.Timer(patience, _tell_where, (threading.get_ident(), say))
    watch.daemon = True
    watch.start()
    try:
        table = check.run(function)
    except (NotImplementedError, NotReadyError) as error:
        return {"outcome": Outcome.NOT_STARTED, "sentence": str(error)}
    except GradkitError as error:  # NotYet, and what call_loss says
        return {"outcome": Outcome.FAILED, "sentence": str(error), "table": getattr(error, "table", None)}
    except BaseException as error:  # noqa: BLE001 - whatever a student's function raises
        raised = [*running.described(error), *running.place(error.__traceback__)]
        return {"outcome": Outcome.FAILED, "raised": raised}
    finally:
        watch.cancel()
    return {"outcome": Outcome.PASSED, "table": table if isinstance(table, SlopeTable) else None}


def _tell_where(thread: int, say: Say) -> None:
    frame = sys._current_frames().get(thread)
    while frame is not None and not frame.f_code.co_filename.startswith("<cell "):
        frame = frame.f_back
    if frame is not None:
        say("slow", place=(int(frame.f_code.co_filename[6:-1]), frame.f_lineno))


def _diagnostician(path: Path | None) -> Callable[[Callable[..., Any]], list[str]]:
    """Return what tells a function's mistakes; without fingerprints, or with ones of another version, it is silent."""
    if path is None or not path.exists():
        return lambda function: []
    from gradkit.diagnosis import behaviour_of, diagnose, read_fingerprints

    try:
        fingerprints = read_fingerprints(path)
    except (OSError, ValueError):
        return lambda function: []

    def told(function: Callable[..., Any]) -> list[str]:
        try:
            seen = [behaviour_of(function, probe.arguments) for probe in fingerprints.probes]
        except BaseException:  # noqa: BLE001 - it left Python: its check has told so
            return []
        return list(diagnose(fingerprints, seen).sentences)

    return told


if __name__ == "__main__":
    main()
