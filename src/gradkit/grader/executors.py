"""Grades many submissions in worker processes, through the standard library's ``Executor``.

A worker that dies (our fault: student code runs elsewhere) takes nobody's result with it: the submissions
that were under way are graded again, each alone in a fresh worker. So is one that could not be judged by a fault of
ours: no memory, no sandbox, a full disk. Only if it fails again it is reported as not judged.
"""

import contextlib
import functools
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from .course import Bundle, Submission
from .errors import InstructorError
from .grade import grade_submission, not_judged
from .heap import return_large_blocks
from .model import OUR_FAULT, SubmissionResult
from .sandbox.guest import linux
from .sandbox.ladder import LIMITED_THREADS, Rung
from .scratch import Scratch

Task = Callable[[Submission], SubmissionResult]
WAITING_PER_JOB = 2
SECOND_TRIES = 20
"""How many of a class are tried again after a fault of ours: more is no accident, but the suite or the machine."""
DIED_TWICE = "the grader's worker process died twice while grading it"
POOLS_END_BY_THEMSELVES = (3, 11, 6)


def grade_all(
    bundle: Bundle, rung: Rung, version: str, submissions: Iterable[Submission], jobs: int
) -> Iterator[SubmissionResult]:
    """Yield the result of each submission as it is finished, in no particular order.

    Args:
        bundle: the assignment.
        rung: the isolation to grade on.
        version: of the engine, for the record.
        submissions: taken one by one as workers become free, so that few are in memory at a time.
        jobs: how many worker processes.

    Raises InstructorError if the suite itself cannot be used.
    """
    return_large_blocks()
    task = functools.partial(_grade, bundle, rung, version)
    with Scratch("run") as scratch:
        scratch.path.chmod(0o711)  # guests that run as nobody look for numpy below it
        suspects: list[Submission] = []
        failed = 0
        for submission, result in _stream(task, submissions, jobs, suspects, scratch.path):
            if result.failed and failed < SECOND_TRIES:
                failed += 1
                suspects.append(submission)
            else:
                yield result
        for suspect in suspects:
            again: list[Submission] = []
            for _, result in _stream(task, [suspect], 1, again, scratch.path):
                yield result
            for submission in again:
                yield not_judged(bundle, version, submission, OUR_FAULT, DIED_TWICE)


def _stream(
    task: Task, submissions: Iterable[Submission], jobs: int, suspects: list[Submission], scratch: Path
) -> Iterator[tuple[Submission, SubmissionResult]]:
    """Yield submissions and results; those that were under way when a worker died are added to ``suspects``."""
    source = iter(submissions)
    exhausted = False
    while not exhausted:
        pending: dict[Future[SubmissionResult], Submission] = {}
        pool = _pool(jobs, scratch)
        try:
            for submission in source:
                try:
                    pending[pool.submit(task, submission)] = submission
                except (RuntimeError, OSError) as error:  # one has died, or none could be started
                    suspects.append(submission)
                    raise BrokenProcessPool from error
                if len(pending) >= WAITING_PER_JOB * jobs:
                    yield from _finished(pending)
            while pending:
                yield from _finished(pending)
            exhausted = True
        except BrokenProcessPool:
            suspects.extend(pending.values())
        finally:
            if not exhausted and sys.version_info < POOLS_END_BY_THEMSELVES:
                _let_go(pool)
            pool.shutdown(wait=exhausted, cancel_futures=True)


def _finished(
    pending: dict[Future[SubmissionResult], Submission],
) -> Iterator[tuple[Submission, SubmissionResult]]:
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        try:
            result = future.result()
        except InstructorError:
            raise
        except Exception as error:  # it died, or could not even say how it failed: the submission stays a suspect
            raise BrokenProcessPool from error
        yield pending.pop(future), result


def _pool(jobs: int, scratch: Path) -> ProcessPoolExecutor:
    # Spawned, not forked: a worker starts clean, whatever threads and locks the parent holds.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_start_worker, initargs=(str(scratch), os.getpid())
    )


def _let_go(pool: ProcessPoolExecutor) -> None:
    """Close the queue that a dead worker no longer reads.

    In early releases of Python 3.11 the pool's own thread would wait for ever, and so would the end of the program,
    for a submission that does not fit into the pipe to be read (python/cpython#94777). Later ones do this themselves.
    """
    queue: Any = getattr(pool, "_call_queue", None)
    if queue is not None:
        with contextlib.suppress(OSError):
            queue._reader.close()


def _start_worker(scratch: str, parent: int) -> None:
    """Make a worker end with its parent or at Ctrl-C, without a word, and compute with one thread.

    Its temporary files (the hidden suite among them) lie in a folder that the parent removes, because a worker
    that is killed cannot.
    """
    linux.die_with_parent()
    if os.getppid() != parent:  # it died before we asked for that, and nobody would ever send us work
        os._exit(1)
    return_large_blocks()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    tempfile.tempdir = scratch
    os.environ.update(dict.fromkeys(LIMITED_THREADS, "1"))


def _grade(bundle: Bundle, rung: Rung, version: str, submission: Submission) -> SubmissionResult:
    try:
        return grade_submission(bundle, rung, version, submission)
    except InstructorError:
        raise
    except Exception as error:  # noqa: BLE001 - our fault; the class goes on and this one is said
        fault = f"the grader failed ({type(error).__name__}: {error}); please report this"
        return not_judged(bundle, version, submission, OUR_FAULT, fault)
