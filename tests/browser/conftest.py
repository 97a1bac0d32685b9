"""The Jupyter server that an instructor starts in a course's folder, and a browser that looks at the formgrader."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
PATIENCE = 60  # seconds for a server to answer


class Server(NamedTuple):
    """A server that runs: its address, its password, and the file that it writes its log to."""

    url: str
    token: str
    log: Path


@pytest.fixture(scope="module")
def server(course, tmp_path_factory):
    """What docs/formgrader.md says to start in the course's folder, without anybody's own settings."""
    home = tmp_path_factory.mktemp("home")
    token, log = secrets.token_hex(16), home / "server.log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Not `python -m jupyter`, which takes whatever jupyter-lab comes first on PATH.
    command = [Path(sys.executable).with_name("jupyter"), "lab", "--LabApp.default_url=/formgrader"]
    command += ["--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={token}"]
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME")
    environment = {**os.environ, **{name: str(home / name.lower()) for name in names}}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=course, env=environment, stdout=output, stderr=output)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/api/status?token={token}", process, log)
        yield Server(url, token, log)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def wait_for(url, process, log):
    """Return when a server answers; fail with its log if it ends or says nothing."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - http, and our own server
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"no answer from the Jupyter server; its log ends with:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="module")
def chromium():
    """A headless browser."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def formgrader(chromium, server):
    """The formgrader in a browser that reaches nothing but our server."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(PATIENCE * 1000)
        # MathJax comes from the Internet: without it, formulas are shown as they were typed.
        context.route(lambda url: not url.startswith((server.url, "file:")), lambda route: route.abort())
        page = context.new_page()
        page.goto(f"{server.url}/?token={server.token}")
        yield Formgrader(page, server.url)


class Formgrader:
    """The formgrader's pages, as a person walks through them."""

    def __init__(self, page, url):
        self.page = page
        self.url = url
        self.dialogs = []
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def submissions(self):
        """Go from the list of assignments to the one of submissions."""
        self.page.goto(f"{self.url}/formgrader/manage_assignments")
        self.page.get_by_role("row", name="softmax").locator(".num-submissions a").click()
        expect(self.page.locator("#main-table .autograde a").first).to_be_visible()

    def row(self, student):
        """Return a student's line in the list of submissions."""
        return self.page.locator("#main-table tr").filter(has=self.page.get_by_text(student, exact=True))

    def press(self, button, student):
        """Press a student's button; return what the dialog says that appears then."""
        self.page.evaluate("$.support.transition = false")  # closed while it fades in, a dialog would stay
        self.row(student).locator(f".{button} a").click()
        dialog = self.page.locator(".modal-content")
        expect(dialog.locator(".modal-footer button")).to_be_visible()
        told = dialog.inner_text()
        self.shoot(f"after-{button}")
        dialog.locator(".modal-footer button").click()
        expect(dialog).to_have_count(0)
        expect(self.row(student).locator(f".{button} a")).to_be_visible()
        return told

    def open(self, student):
        """Go from the list of submissions to a student's notebook."""
        self.submissions()
        self.row(student).locator(".student-name a").click()
        with self.page.expect_response("**/api/grades?*"), self.page.expect_response("**/api/comments?*"):
            self.page.locator("#main-table").get_by_role("link", name="softmax").click()
        self.page.wait_for_load_state()

    def cell(self, name):
        """Return a graded cell: head with score, answer, comment."""
        return self.page.locator(".nbgrader_cell").filter(has=self.score(name))

    def score(self, name):
        """Return the box for the points of a cell."""
        return self.page.locator(f"input#{name}")

    def comment(self, name):
        """Return the box for the comment on a cell."""
        return self.page.locator(f"textarea#{name}-comment")

    def report(self, name):
        """Return the text below a cell of code."""
        return self.page.locator(".cell").filter(has=self.score(name)).locator(".output_stdout")

    def type(self, box, text, kind):
        """Write into a box and leave it, and wait until the server has it."""
        saved = self.page.expect_response(lambda answer: answer.request.method == "PUT" and f"/{kind}/" in answer.url)
        with saved as answer:
            box.fill(text)
            box.blur()
        assert answer.value.ok

    def shoot(self, name, place=None):
        """Keep a picture for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        (place or self.page).screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")

    def speaks_up(self):
        """Return what something in the page has done that only a person may do."""
        return self.page.evaluate("window.hacked"), self.dialogs
