"""The instructor's report in a browser: it warns, it opens what failed, and nothing in it runs.

What it looks like is kept in build/screenshots/inspect.png.
"""

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import SCREENSHOTS

ROOT = Path(__file__).parents[2]
EVIL = "<img src=x onerror=\"window.hacked = 'cell'\"><script>window.hacked = 'script'</script>"


@pytest.fixture(scope="module")
def report(make_class, gradkit, tmp_path_factory):
    """The page about a student of the sample class who has also written markup into the notebook."""
    folder = tmp_path_factory.mktemp("inspected")
    root = folder / "course"
    for part in ("solutions", "autograder"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    (student,) = (one for one in make_class.students() if one.name == "wrong-two-in-gradient")
    handed_in = root / "course" / "submitted" / "ada" / "softmax"
    handed_in.mkdir(parents=True)
    student.write(handed_in, json.loads((ROOT / "assignments" / "softmax" / "softmax.ipynb").read_text()))
    path = handed_in / "softmax.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": f"# {EVIL}", "outputs": []})
    path.write_text(json.dumps(notebook))
    process = gradkit("inspect", "softmax", "ada", "--html", folder / "report.html", cwd=root)
    assert process.returncode == 0, process.stderr
    return folder / "report.html"


@pytest.fixture
def page(chromium, report):
    """The page, in a browser that says what the page asks for."""
    with chromium.new_context(viewport={"width": 1280, "height": 1200}) as context:
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(report.as_uri())
        yield page


def test_warning_stays_in_sight(page):
    """It is the first thing on the page, and stays at its top."""
    warning = page.get_by_role("note")
    expect(warning).to_contain_text("CONTAINS HIDDEN INPUTS of softmax: for instructors alone.")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(warning).to_be_in_viewport()


def test_what_failed_is_open(page):
    """Failed checks show their calls; those that passed can be opened without a script."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "inspect.png")
    failed = page.locator("details", has_text="regularization_in_gradient").first
    expect(failed.get_by_text("The penalty in dW is 2*reg*W")).to_be_visible()
    expect(failed.get_by_role("rowheader", name="difference").first).to_be_visible()
    passed = page.locator("details", has_text="large_scores").first
    expect(passed.get_by_role("rowheader", name="reference").first).to_be_hidden()
    passed.locator("summary").click()
    expect(passed.get_by_role("rowheader", name="reference").first).to_be_visible()


def test_nothing_in_it_runs_or_loads(page, report):
    """What a student wrote is text, and the page asks for nothing but itself."""
    expect(page.get_by_text("window.hacked = 'script'").first).to_be_attached()
    assert page.evaluate("window.hacked") is None
    assert page.asked == [report.as_uri()]


def test_page_needs_no_quirks(page):
    """The warning in front of the page's doctype costs nothing."""
    assert page.evaluate("document.compatMode") == "CSS1Compat"
