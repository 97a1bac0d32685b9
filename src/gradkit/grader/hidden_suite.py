"""The pytest plugin that hidden suites are written for: fixtures, marks, and a loop over students.

A suite's tests take the fixtures below and carry these marks:

``question(*names)``       the graded functions that the test is about; it runs once for each
``weight(w, name=w2)``     share of the question's points; a keyword gives another weight for one question
``requires(*checks)``      checks (names without ``test_``) of the same question that must have passed first
``requires_any(*checks)``  checks of the same question of which one must have passed
``published``              the inputs are known to students, so texts of their exceptions may be shown
"""

import queue
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from .course import Bundle
from .errors import SuiteError
from .fixtures import SITTING, Sitting
from .model import Check, Outcome
from .recording import Recorder
from .sandbox.student import Student
from .verdict import Judged, Verdict, verdict_of

MARKS = (
    "question(*names): the graded functions that this check is about",
    "weight(weight, **by_question): share of the question's points",
    "requires(*checks): checks of the same question that must have passed first",
    "requires_any(*checks): checks of the same question of which one must have passed",
    "published: the inputs are known to students",
)


class Item(NamedTuple):
    """A collected test with what its marks say."""

    test: pytest.Item
    question: str
    id: str
    weight: float
    requires: tuple[str, ...]
    requires_any: tuple[str, ...]
    description: str


class HiddenSuite:
    """The pytest plugin that gives the fixtures, reads the marks and runs the items for each student."""

    def __init__(
        self, bundle: Bundle, reference: Mapping[str, Callable[..., Any]], recorder: Recorder | None = None
    ) -> None:
        self.bundle = bundle
        self.sitting = Sitting(bundle, reference, recorder=recorder)
        self.inbox: queue.SimpleQueue[tuple[Student, bytes] | None] = queue.SimpleQueue()
        self.outbox: queue.SimpleQueue[Judged | BaseException] = queue.SimpleQueue()
        self.items: list[Item] = []
        self.verdict = Verdict(Outcome.PASSED)
        self.broken: list[str] = []

    # ------------------------------------------------------------------ collection

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marks known to pytest, and the sitting to the fixtures."""
        config.stash[SITTING] = self.sitting
        for mark in MARKS:
            config.addinivalue_line("markers", mark)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a test once for each question that it is about."""
        mark = metafunc.definition.get_closest_marker("question")
        if "question" in metafunc.fixturenames and mark is not None:
            metafunc.parametrize("question", mark.args)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected."""
        if report.failed:
            self.broken.append(str(report.longrepr))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the marks, order the checks by question, and note what breaks the rules."""
        self.items = [self._item(test) for test in items]
        order = {name: number for number, name in enumerate(self.bundle.graded)}
        for item in self.items:
            if item.question not in order:
                self.broken.append(f"{item.test.nodeid}: {item.question!r} is no graded function of the notebook")
        self.items.sort(key=lambda item: order.get(item.question, -1))
        known = set[tuple[str, str]]()
        for item in self.items:
            names = {key.partition("[")[0] for question, key in known if question == item.question}
            for name in (*item.requires, *item.requires_any):
                if name not in names and (item.question, name) not in known:
                    self.broken.append(f"{item.test.nodeid} requires {name!r}, which is no earlier check")
            if (item.question, item.id) in known:
                self.broken.append(f"{item.test.nodeid}: there is another check named {item.id!r}; rename one")
            known.add((item.question, item.id))
        self.broken += [f"no check is about {name}" for name in order if name not in {q for q, _ in known}]

    def _item(self, test: pytest.Item) -> Item:
        callspec = getattr(test, "callspec", None)
        question = callspec.params.get("question", "") if callspec else ""
        function = getattr(test, "function", None)
        requires, any_of = map(test.get_closest_marker, ("requires", "requires_any"))
        description = (getattr(function, "__doc__", None) or "").strip().split("\n")[0]
        if not question:
            self.broken.append(f"{test.nodeid} takes no fixture 'function' or 'question', or has no question mark")
        if not description:
            self.broken.append(f"{test.nodeid} has no docstring: its first line is the check's description")
        return Item(
            test=test,
            question=question,
            id=_check_id(test, question),
            weight=self._weight(test, question),
            requires=requires.args if requires else (),
            requires_any=any_of.args if any_of else (),
            description=description,
        )

    def _weight(self, test: pytest.Item, question: str) -> float:
        mark = test.get_closest_marker("weight")
        if mark is None:
            return 0.0
        try:
            weight = float(mark.kwargs[question] if question in mark.kwargs else mark.args[0])
        except (TypeError, ValueError, IndexError):
            weight = -1.0
        if not 0 <= weight < float("inf"):
            self.broken.append(f"{test.nodeid}: a weight is a number, as in weight(2.5) or weight(2.5, {question}=3)")
        return weight

    # ------------------------------------------------------------------ running

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge students from the inbox until None comes, in place of pytest's own loop."""
        if self.broken or not self.items:
            text = "\n".join(self.broken) or "it has no tests"
            self.outbox.put(SuiteError(f"the hidden suite of {self.bundle.assignment} cannot be used:\n{text}"))
            return True
        self.outbox.put(Judged({}))  # ready
        for student, code in iter(self.inbox.get, None):
            self.sitting.student, self.sitting.code = student, code
            self.outbox.put(self._judge())
            self.sitting.student = None
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Turn the exception of a test's phase into its verdict."""
        report = yield
        if call.excinfo is not None and self.verdict.outcome is Outcome.PASSED:
            published = item.get_closest_marker("published") is not None
            self.verdict = verdict_of(call.excinfo.value, published=published, in_test=call.when == "call")
        return report

    def _judge(self) -> Judged:
        checks: dict[str, list[Check]] = {name: [] for name in self.bundle.graded}
        faults: list[str] = []
        unanswered: set[str] = set()
        following = [item.test for item in (*self.items[1:], self.items[0])]
        for item, next_test in zip(self.items, following, strict=True):
            earlier = {check.id: check for check in checks[item.question]}
            checks[item.question].append(self._check(item, next_test, earlier))
            if self.verdict.fault:
                faults.append(f"{item.question}, {item.id}: {self.verdict.fault}")
            if self.verdict.unanswered:
                unanswered.add(item.question)
        found = {name: tuple(listed) for name, listed in checks.items()}
        return Judged(found, tuple(faults), frozenset(unanswered))

    def _check(self, item: Item, next_test: pytest.Item, earlier: Mapping[str, Check]) -> Check:
        started = time.perf_counter()
        self.verdict = Verdict(Outcome.PASSED)
        blocker = _blocker(item, earlier)
        root = None
        if blocker is None:
            published = item.test.get_closest_marker("published") is not None
            self.sitting.current().begin_check(item.question, published=published)
            self.sitting.check = (item.question, item.id)
            self.sitting.passed = frozenset(n for n, check in earlier.items() if check.outcome is Outcome.PASSED)
            # The protocol is what pytest runs for each test; naming where it goes on keeps session fixtures alive.
            item.test.ihook.pytest_runtest_protocol(item=item.test, nextitem=next_test.parent)
        else:
            root = blocker.id if blocker.outcome is Outcome.FAILED else blocker.blocked_by
            waits_for = (root or blocker.id).replace("_", " ")
            self.verdict = Verdict(Outcome.NOT_JUDGED, f'Not judged yet: it can be once "{waits_for}" passes.')
        message = self.verdict.message
        if self.verdict.outcome is Outcome.FAILED and not message:
            message = item.description
        return Check(
            id=item.id,
            description=item.description,
            outcome=self.verdict.outcome,
            weight=item.weight,
            message=message,
            blocked_by=root,
            seconds=round(time.perf_counter() - started, 6),
        )


def _check_id(test: pytest.Item, question: str) -> str:
    """Return the test's name without ``test_``, with the values of its own parameters if it has any."""
    name = getattr(test, "originalname", test.name)
    parameters = test.name.removeprefix(name).removeprefix("[").removesuffix("]").split("-")
    own = "-".join(part for part in parameters if part and part != question)
    return name.removeprefix("test_") + (f"[{own}]" if own else "")


def _blocker(item: Item, earlier: Mapping[str, Check]) -> Check | None:
    """Return the earlier check because of which an item cannot be judged, None if it can."""

    def named(names: tuple[str, ...]) -> list[Check]:
        """Return the checks of these names; a parametrized test's name stands for all its variants."""
        return [check for key, check in earlier.items() if key in names or key.partition("[")[0] in names]

    missed = [check for check in named(item.requires) if check.outcome is not Outcome.PASSED]
    alternatives = named(item.requires_any)
    if alternatives and all(check.outcome is not Outcome.PASSED for check in alternatives):
        missed.append(alternatives[0])
    return missed[0] if missed else None
