"""A Jupyter Server extension that shows the formgrader's reader what has been landed meanwhile.

The formgrader keeps one database session for as long as the server runs, and objects once read stay as they were:
its page of a submission would show old points after ``gradkit grade`` or after its own autograde button. Requests are
answered one at a time, so between two of them the session can be let go; the next one reads anew.
"""

from typing import Any

from tornado.ioloop import PeriodicCallback

EVERY = 500  # milliseconds


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "gradkit.grader.nbgrader.formgrader"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Let go of the formgrader's database session twice a second, if there is one."""
    settings = server.web_app.settings

    def let_go() -> None:
        gradebook = settings.get("nbgrader_gradebook")
        if gradebook is not None:
            gradebook.db.remove()

    PeriodicCallback(let_go, EVERY).start()
