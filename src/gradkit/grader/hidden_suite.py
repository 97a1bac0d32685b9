"""The pytest plugin that hidden suites are written for: fixtures, marks, and a loop over students.

A suite's tests take the fixtures below and carry these marks:

``question(*names)``       the graded functions that the test is about; it runs once for each
``weight(w, name=w2)``     share of the question's points; a keyword gives another weight for one question
``requires(*checks)``      checks (names without ``test_``) of the same question that must have passed first
``requires_any(*checks)``  checks of the same question of which one must have passed
``published``              the inputs are known to students, so texts of their exceptions may be shown
"""

import hmac
import queue
import time
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from .course import Bundle
from .errors import SuiteError
from .model import Check, Outcome
from .sandbox.student import Report, Student
from .verdict import Judged, Verdict, verdict_of

MARKS = (
    "question(*names): the graded functions that this check is about",
    "weight(weight, **by_question): share of the question's points",
    "requires(*checks): checks of the same question that must have passed first",
    "requires_any(*checks): checks of the same question of which one must have passed",
    "published: the inputs are known to students",
)


class RemoteFunction:
    """One of the student's functions: call it, or ask for a report of the call."""

    def __init__(self, student: Callable[[], Student], name: str) -> None:
        self._student = student
        self.name = name

    def __call__(self, *arguments: Any) -> Any:
        """Return what the student's function returns for fresh copies of the arguments."""
        return self._student().call(self.name, *arguments).value

    def watched(self, *arguments: Any) -> Report:
        """Call and report which arguments were changed or shared, and whether randomness was used."""
        return self._student().watched(self.name, *arguments)

    def counted(self, *arguments: Any) -> Report:
        """Call and count the instructions executed in the notebook's own code."""
        return self._student().counted(self.name, *arguments)

    def names_other_functions(self) -> tuple[str, ...]:
        """Return the other graded functions that this one's source names."""
        return self._student().others_named(self.name)


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

    def __init__(self, bundle: Bundle, reference: Mapping[str, Callable[..., Any]]) -> None:
        self.bundle = bundle
        self.functions = SimpleNamespace(**reference)
        self.inbox: queue.SimpleQueue[Student | None] = queue.SimpleQueue()
        self.outbox: queue.SimpleQueue[Judged | BaseException] = queue.SimpleQueue()
        self.current: Student | None = None
        self.items: list[Item] = []
        self.verdict = Verdict(Outcome.PASSED)
        self.broken: list[str] = []

    # ------------------------------------------------------------------ what suites use

    @pytest.fixture(scope="session")
    def student(self) -> SimpleNamespace:
        """The student's graded functions."""
        remote = {name: RemoteFunction(self._student, name) for name in self.bundle.graded}
        return SimpleNamespace(**remote)

    @pytest.fixture(scope="session")
    def reference(self) -> SimpleNamespace:
        """The reference functions; they run in the grader itself."""
        return self.functions

    @pytest.fixture
    def function(self, question: str, student: SimpleNamespace) -> RemoteFunction:
        """The student's function that the check is about."""
        return getattr(student, question)  # type: ignore[no-any-return]

    @pytest.fixture(scope="session")
    def draw(self) -> Callable[[str], np.random.Generator]:
        """Return a random generator for a purpose; the same for the whole class, unknown without the seed."""

        def generator(purpose: str) -> np.random.Generator:
            digest = hmac.digest(self.bundle.seed, purpose.encode(), "sha256")
            return np.random.default_rng(int.from_bytes(digest))

        return generator

    def _student(self) -> Student:
        if self.current is None:
            raise SuiteError("a student's function was called while no student is being graded")
        return self.current

    # ------------------------------------------------------------------ collection

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marks known to pytest."""
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
            for name in (*item.requires, *item.requires_any):
                if (item.question, name) not in known:
                    self.broken.append(f"{item.test.nodeid} requires {name!r}, which is no earlier check")
            known.add((item.question, item.id))
        self.broken += [f"no check is about {name}" for name in order if name not in {q for q, _ in known}]

    def _item(self, test: pytest.Item) -> Item:
        callspec = getattr(test, "callspec", None)
        question = callspec.params.get("question", "") if callspec else ""
        function = getattr(test, "function", None)
        weight, requires, any_of = map(test.get_closest_marker, ("weight", "requires", "requires_any"))
        description = (getattr(function, "__doc__", None) or "").strip().split("\n")[0]
        if not question:
            self.broken.append(f"{test.nodeid} takes no fixture 'function' or 'question', or has no question mark")
        if not description:
            self.broken.append(f"{test.nodeid} has no docstring: its first line is the check's description")
        return Item(
            test=test,
            question=question,
            id=getattr(test, "originalname", test.name).removeprefix("test_"),
            weight=float(weight.kwargs.get(question, weight.args[0])) if weight else 0.0,
            requires=requires.args if requires else (),
            requires_any=any_of.args if any_of else (),
            description=description,
        )

    # ------------------------------------------------------------------ running

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge students from the inbox until None comes, in place of pytest's own loop."""
        if self.broken or not self.items:
            text = "\n".join(self.broken) or "it has no tests"
            self.outbox.put(SuiteError(f"the hidden suite of {self.bundle.assignment} cannot be used:\n{text}"))
            return True
        self.outbox.put(Judged({}))  # ready
        for student in iter(self.inbox.get, None):
            self.current = student
            self.outbox.put(self._judge())
            self.current = None
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Turn the exception of a test's phase into its verdict."""
        report = yield
        if call.excinfo is not None and self.verdict.outcome is Outcome.PASSED:
            published = item.get_closest_marker("published") is not None
            self.verdict = verdict_of(call.excinfo.value, published=published)
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
            # The protocol is what pytest runs for each test; naming a next test keeps session fixtures alive.
            item.test.ihook.pytest_runtest_protocol(item=item.test, nextitem=next_test)
        else:
            root = blocker.id if blocker.outcome is Outcome.FAILED else blocker.blocked_by
            because = f"it needs {blocker.id.replace('_', ' ')}, which did not pass"
            self.verdict = Verdict(Outcome.NOT_JUDGED, f"Not judged: {because}.")
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


def _blocker(item: Item, earlier: Mapping[str, Check]) -> Check | None:
    """Return the earlier check because of which an item cannot be judged, None if it can."""
    missed = [earlier[name] for name in item.requires if earlier[name].outcome is not Outcome.PASSED]
    alternatives = [earlier[name] for name in item.requires_any]
    if alternatives and all(check.outcome is not Outcome.PASSED for check in alternatives):
        missed.append(alternatives[0])
    return missed[0] if missed else None
