"""Makes of what was found out about a function the report that its author reads."""

from .examine import Examined
from .kernel import CALLED
from .public import PublicChecks
from .results import FunctionReport, State

NOT_THERE = "which will not be there while grading: no function, import or constant of the notebook defines it"


def report_of(function: str, examined: Examined, public: PublicChecks) -> FunctionReport:
    """Return the report on a function that was examined with public checks."""
    facts = examined.facts
    checks = public.of(function)
    report = FunctionReport(function, public.lessons[function], len(checks))
    if examined.stuck:
        report.state, report.why = State.MISSING, examined.stuck
    elif not examined.is_defined:
        report.state, report.why = State.MISSING, _why_missing(function, examined)
    elif examined.not_started:
        report.state = State.NOT_STARTED
    report.results = [examined.results[check.name] for check in checks if check.name in examined.results]
    report.diagnosis = tuple(examined.diagnosis)
    if report.state is State.CHECKED:
        # That a cell was run twice is no news in a running notebook, so facts.notes_on would say too much.
        calls = [f"{function} calls {other}" for other in facts.others_named(function)]
        unfound = [f"it reads `{name}`, {NOT_THERE}" for name in examined.reads_undefined]
        report.notes = (*calls, *facts.failed(), *unfound)
    return report


def _why_missing(function: str, examined: Examined) -> str:
    """Return why there is no function; in a running notebook, most likely its cell was not run yet."""
    facts = examined.facts
    why = facts.why_missing(function)
    if facts.cell_is_called == CALLED and why == facts.expected(function):
        return "run the cell that defines it, then check again"
    return why
