"""check() in JupyterLab, as students meet it: readable in both themes, heard as well as seen, linked to the lesson.

What it looks like is kept in build/screenshots/.
"""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from .conftest import PATIENCE, SCREENSHOTS

ROOT = Path(__file__).parents[2]
NAIVE, VECTORIZED = "softmax_loss_naive", "softmax_loss_vectorized"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A student's folder: what was handed out, with a short notebook in which one function is right and one wrong."""
    folder = tmp_path_factory.mktemp("homework") / "softmax"
    shutil.copytree(ROOT / "assignments" / "softmax", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    cells = json.loads((ROOT / "solutions" / "softmax" / "softmax.ipynb").read_text())["cells"]
    source = {cell["metadata"].get("nbgrader", {}).get("grade_id"): "".join(cell["source"]) for cell in cells}
    wrong = source[VECTORIZED].replace("0.5 * reg * np", "reg * np").replace("P /= num_examples", "P /= 1.0")
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# A softmax classifier"),
            nbformat.v4.new_code_cell("import numpy as np\nfrom gradkit import check"),
            nbformat.v4.new_markdown_cell("## 6. With loops"),
            nbformat.v4.new_code_cell(source[NAIVE]),
            nbformat.v4.new_code_cell(f'check("{NAIVE}")'),
            nbformat.v4.new_markdown_cell("## 8. Without loops\n\n" + "Read this first.\n\n" * 60),
            nbformat.v4.new_code_cell(wrong),
            nbformat.v4.new_code_cell(f'check("{VECTORIZED}")'),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}},
    )
    nbformat.write(notebook, folder / "softmax.ipynb")
    return folder


@pytest.fixture(scope="module")
def page(chromium, server):
    """The notebook in JupyterLab after all cells have run."""
    with chromium.new_context(viewport={"width": 1300, "height": 1100}) as context:
        context.set_default_timeout(PATIENCE * 1000)
        context.route(lambda url: not url.startswith((server.url, "file:")), lambda route: route.abort())
        page = context.new_page()
        page.goto(f"{server.url}/lab/tree/softmax.ipynb?token={server.token}")
        expect(page.get_by_role("heading", name="A softmax classifier").first).to_be_visible()
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        expect(report(page, VECTORIZED)).to_be_attached()
        yield page


def report(page, function):
    """Return what check() shows about a function; a screen reader finds it by this name."""
    return page.get_by_label(f"check of {function}")


def shoot(page, function, name):
    """Keep a picture of a report for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    report(page, function).scroll_into_view_if_needed()
    report(page, function).screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")


def test_a_right_function(page):
    """The verdict, and the checks folded away."""
    right = report(page, NAIVE)
    expect(right).to_contain_text("Public checks 9 of 9 passed. Hidden checks decide the grade.")
    expect(right.get_by_text("All 9 public checks")).to_be_visible()
    expect(right.get_by_role("table").first).to_be_hidden()
    shoot(page, NAIVE, "check_right")


def test_a_wrong_function(page):
    """The mistakes in words, a table that can be walked through cell by cell, and the slopes."""
    wrong = report(page, VECTORIZED)
    expect(wrong).to_contain_text("Public checks 5 of 9 passed.")
    expect(wrong.get_by_role("heading")).to_have_text([VECTORIZED, "What your function does"])
    expect(wrong.get_by_role("listitem").first).to_contain_text("Right already")
    checks, slopes = wrong.get_by_role("table").all()
    expect(checks.get_by_role("columnheader")).to_have_text(["result", "what is looked at"])
    expect(checks.get_by_role("rowheader")).to_have_count(9)
    expect(checks.get_by_text("NOT YET")).to_have_count(4)
    expect(slopes.get_by_role("columnheader")).to_have_text(["entry", "measured", "yours", "relative error"])
    shoot(page, VECTORIZED, "check_wrong")


def test_reports_stay_out_of_the_table_of_contents(page):
    """It lists the notebook's sections alone."""
    page.get_by_role("tab", name="Table of Contents").first.click()
    contents = page.locator(".jp-TableOfContents")
    expect(contents.get_by_text("8. Without loops")).to_be_visible()
    expect(contents.get_by_text(NAIVE)).to_have_count(0)


def test_the_lesson_is_one_click_away(page):
    """The link scrolls to the heading in the same notebook."""
    heading = page.get_by_role("heading", name="8. Without loops").first
    report(page, VECTORIZED).scroll_into_view_if_needed()
    expect(heading).not_to_be_in_viewport()
    report(page, VECTORIZED).get_by_role("link", name="8. Without loops").click()
    expect(heading).to_be_in_viewport()


def test_the_dark_theme(page):
    """Text has the theme's own colour."""
    light = report(page, VECTORIZED).evaluate("node => getComputedStyle(node).color")
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    dark = report(page, VECTORIZED).evaluate("node => getComputedStyle(node).color")
    shoot(page, VECTORIZED, "check_wrong_dark")
    brightness = [sum(map(float, colour[colour.index("(") + 1 : -1].split(",")[:3])) for colour in (light, dark)]
    assert brightness[0] < 300 < 450 < brightness[1]
