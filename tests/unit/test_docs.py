"""The documentation cannot drift: what it names exists, and what exists is named."""

import importlib.util
import json
import re
from pathlib import Path

import msgspec
import pytest

from gradkit import checking
from gradkit.grader.disclosure import LEVELS, VISIBILITIES, Disclosure
from gradkit.grader.hidden_suite import MARKS
from gradkit.grader.model import Check, Limits, Question, SubmissionResult, result_schema
from gradkit.grader.sandbox import ladder

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def names_in(page):
    """Return every word that a page's prose and tables set in code type."""
    prose = re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.DOTALL)
    return set(re.findall(r"[a-z_0-9]+", " ".join(re.findall(r"`([^`]+)`", prose))))


def test_command_line_page_is_current():
    """docs/cli.md is what the commands' own help says."""
    spec = importlib.util.spec_from_file_location("make_cli", ROOT / "docs" / "make_cli.py")
    make_cli = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_cli)
    assert make_cli.PAGE.read_text() == make_cli.page()


def test_schema_is_current():
    """docs/result.schema.json is the schema of the records."""
    assert json.loads((ROOT / "docs" / "result.schema.json").read_text()) == result_schema()


@pytest.mark.parametrize("record", [SubmissionResult, Question, Check])
def test_every_result_field_is_documented(record):
    """docs/results.md names each field of the public format."""
    assert {field.name for field in msgspec.structs.fields(record)} <= names_in("docs/results.md")


def test_every_mark_and_setting_is_documented():
    """docs/suites.md names each mark and each key of assignment.toml, and what the keys of disclosure may be."""
    wanted = {mark.partition("(")[0].partition(":")[0] for mark in MARKS}
    wanted |= {field.name for record in (Limits, Disclosure) for field in msgspec.structs.fields(record)} | {"title"}
    wanted |= {*LEVELS, *VISIBILITIES}
    assert wanted <= names_in("docs/suites.md")


def test_what_public_checks_are_written_with_is_documented():
    """docs/checking.md names all that gradkit.checking offers to a file of public checks."""
    page = (ROOT / "docs" / "checking.md").read_text()
    assert [name for name in checking.__all__ if f"`{name}" not in page] == []


def test_every_rung_is_documented():
    """docs/isolation.md names each rung of the ladder."""
    assert set(ladder.RUNGS) <= names_in("docs/isolation.md")


def test_layers_in_the_docs_are_those_enforced():
    """Each module of the engine is named in docs/architecture.md."""
    modules = {path.stem for path in (ROOT / "src" / "gradkit" / "grader").glob("*.py")} - {"__init__"}
    assert modules <= names_in("docs/architecture.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page):
    """Every relative link of a page names a file that exists."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []


def test_make_targets_in_the_readme_exist():
    """Every `make target` that the README names is in the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", (ROOT / "README.md").read_text())) <= targets
