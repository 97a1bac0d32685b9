"""Which check kills what, which checks are redundant, and all that the gate must not let through."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..model import Check, Outcome, SubmissionResult
from .equivalent import Equivalent
from .specimens import Kind, Specimen

REDUNDANT, IDLE = "redundant", "kills nothing"


class Trial(NamedTuple):
    """What the suite made of a specimen, in those questions that the specimen is about.

    Attributes:
        specimen: the code.
        killers: the checks that failed and by that cost points: their own, or those of checks that wait for them.
        lost: the checks whose points were lost.
        unhinted: the questions with a failed check and no hint.
        problem: why it could not be judged; empty if it was.
    """

    specimen: Specimen
    killers: frozenset[str]
    lost: frozenset[str]
    unhinted: tuple[str, ...]
    problem: str

    @property
    def as_it_should_be(self) -> bool:
        """Whether wrong code lost points, and right code those it must lose and no others; so far as it was judged."""
        if self.problem:
            return True
        return bool(self.lost) if self.specimen.kind.wrong else self.lost == self.specimen.loses


class Row(NamedTuple):
    """One check of the matrix: whether it has points, how much it kills, and what it alone kills.

    Among the mistakes are the variants that are right but for this check.
    """

    check: str
    weighted: bool
    mistakes: int
    mutants: int
    alone: tuple[str, ...]

    @property
    def remark(self) -> str:
        """What a reader should know of the check in two words, mostly nothing."""
        if not self.mistakes and not self.mutants:
            return IDLE if self.weighted else "costs no points"
        return "" if self.alone else REDUNDANT


class Assessment(NamedTuple):
    """All that a run of the gate has found.

    Attributes:
        trials: one for each specimen.
        checks: (name, whether it has points) of every check of the suite, in its order.
        unmatched: entries of the list of equivalent mutants that name no mutant.
        least: how many mutants that are not equivalent there must be.
    """

    trials: Sequence[Trial]
    checks: Sequence[tuple[str, bool]]
    unmatched: Sequence[Equivalent]
    least: int

    def of(self, *kinds: Kind) -> list[Trial]:
        """Return the trials of some kinds of specimens."""
        return [trial for trial in self.trials if trial.specimen.kind in kinds]

    def matrix(self) -> list[Row]:
        """Return one row for each check."""
        return [self._row(name, weighted) for name, weighted in self.checks]

    def _row(self, check: str, weighted: bool) -> Row:
        killed = [trial for trial in self.of(Kind.MISTAKE, Kind.MUTANT, Kind.VARIANT) if check in trial.killers]
        mistakes = sum(trial.specimen.kind is not Kind.MUTANT for trial in killed)
        alone = tuple(trial.specimen.name for trial in killed if len(trial.killers) == 1)
        return Row(check, weighted, mistakes, len(killed) - mistakes, alone)

    def failing(self, *kinds: Kind) -> list[Trial]:
        """Return the trials of some kinds that did not end as they should."""
        return [trial for trial in self.of(*kinds) if not trial.as_it_should_be]

    def unjudged(self) -> list[Trial]:
        """Return the trials that ended without a verdict."""
        return [trial for trial in self.trials if trial.problem]

    def unhinted(self) -> list[Trial]:
        """Return the known mistakes that were not named to the student in every question that failed."""
        return [trial for trial in self.of(Kind.MISTAKE) if trial.unhinted]

    def complaints(self) -> list[str]:
        """Return in words, one a kind of trouble, why the suite must not be used; nothing if it may be."""
        enough = len(self.of(Kind.MUTANT))
        counted = [
            (len(self.failing(Kind.MISTAKE, Kind.MUTANT)), "survived: wrong code that kept all points"),
            (len(self.failing(Kind.REFERENCE, Kind.VARIANT)), "rejected: right code that did not get its points"),
            (len(self.failing(Kind.EQUIVALENT)), "listed as equivalent, yet killed"),
            (len(self.unmatched), "listed as equivalent, but no mutant (any more)"),
            (len(self.unjudged()), "not judged"),
        ]
        said = [f"{count} {how}" for count, how in counted if count]
        if enough < self.least:
            said.append(f"only {enough} mutants that are not equivalent, expected {self.least} or more")
        return said


def trial_of(specimen: Specimen, result: SubmissionResult) -> Trial:
    """Return what a result says about a specimen."""
    judged = [question for question in result.questions if question.id in specimen.cells]
    return Trial(
        specimen,
        killers=frozenset(check.id for question in judged for check in _killers(question.checks)),
        lost=frozenset(check.id for question in judged for check in question.checks if _costs(check)),
        unhinted=tuple(question.id for question in judged if _is_unhinted(question.checks)),
        problem=result.reason,
    )


def checks_of(results: Iterable[SubmissionResult]) -> list[tuple[str, bool]]:
    """Return name and weightiness of every check, in the suite's order: that of the questions, then of the text."""
    found: dict[str, bool] = {}
    for result in results:
        for question in result.questions:
            for check in question.checks:
                found[check.id] = found.get(check.id, False) or bool(check.weight)
    return list(found.items())


def _costs(check: Check) -> bool:
    return bool(check.weight) and check.outcome is not Outcome.PASSED


def _killers(checks: Sequence[Check]) -> list[Check]:
    """Return the failed checks that cost points, by their own weight or by what waits for them."""
    waited_for = {check.blocked_by for check in checks if check.weight}
    return [check for check in checks if check.outcome is Outcome.FAILED and (check.weight or check.id in waited_for)]


def _is_unhinted(checks: Sequence[Check]) -> bool:
    failed = [check for check in checks if check.outcome is Outcome.FAILED]
    return bool(failed) and not any(check.hint for check in failed)
