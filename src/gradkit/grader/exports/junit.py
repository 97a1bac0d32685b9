"""Renders a class's results as JUnit XML, which continuous integration systems show: for instructors, in full.

A testsuite is a student, a testcase a check: failed is a ``failure``, not judged through our fault an ``error``,
waiting for a failed check ``skipped``.
"""

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from gradkit.wording import visible

from ..model import Check, Outcome, Question, SubmissionResult

ELEMENTS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def junit_xml(results: Iterable[SubmissionResult]) -> Iterator[str]:
    """Yield a JUnit XML document in pieces, one student at a time, so that a large class needs little memory."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gradkit">\n'
    for result in results:
        yield ET.tostring(_suite(result), encoding="unicode") + "\n"
    yield "</testsuites>\n"


def _suite(result: SubmissionResult) -> ET.Element:
    """Return a student's testsuite; one who was not judged always has an error in it."""
    suite = ET.Element("testsuite", name=visible(f"{result.assignment}.{result.student}"))
    suite.set("time", f"{result.seconds:.3f}")
    for question in result.questions:
        for check in question.checks:
            suite.append(_case(result, question.id, check))
        if question.score is None and not any(_is_our_fault(check) for check in question.checks):
            suite.append(_not_judged(result, question))
    if result.score is None and suite.find("testcase/error") is None:
        suite.append(_not_judged(result, None))
    suite.set("tests", str(len(suite)))
    for element, count in ELEMENTS.items():
        suite.set(count, str(len(suite.findall(f"testcase/{element}"))))
    return suite


def _case(result: SubmissionResult, question: str, check: Check) -> ET.Element:
    case = _named(result, question, check.id, check.seconds)
    element = _element(check)
    if element:
        said = visible(check.message or check.description)
        ET.SubElement(case, element, message=said).text = visible(f"{check.description} {check.hint}".strip())
    return case


def _element(check: Check) -> str:
    """Return the element that tells how a check ended; empty if it passed."""
    if check.outcome is Outcome.PASSED:
        return ""
    if check.outcome is Outcome.FAILED:
        return "failure"
    return "error" if _is_our_fault(check) else "skipped"


def _is_our_fault(check: Check) -> bool:
    return not check.counts and check.weight > 0


def _not_judged(result: SubmissionResult, question: Question | None) -> ET.Element:
    case = _named(result, question.id if question else "", "is_judged", 0.0)
    ET.SubElement(case, "error", message=visible(result.reason or "not judged"))
    return case


def _named(result: SubmissionResult, question: str, name: str, seconds: float) -> ET.Element:
    # visible() replaces whatever XML 1.0 does not allow: control characters, halves of surrogate pairs, U+FFFE.
    place = visible(".".join(part for part in (result.assignment, result.student, question) if part))
    return ET.Element("testcase", classname=place, name=visible(name), time=f"{seconds:.3f}")
