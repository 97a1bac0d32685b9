"""nbgrader's own settings for a course, read as nbgrader reads them."""

import logging
import sys
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url

from ..errors import CourseError

PATIENCE = "60"  # seconds that a second writer waits for an SQLite file


class NbgraderSettings(NamedTuple):
    """What nbgrader_config.py (and nbgrader's other configuration files) say about a course.

    Attributes:
        app: the nbgrader application that holds the configuration; parent of configurable plugins.
        course_id: the course's name in the gradebook and the exchange.
        db_url: where the gradebook is; a relative SQLite path counts from the course's folder.
        submitted, autograded, feedback: folders, one folder a student in each.
    """

    app: Any
    course_id: str
    db_url: str
    submitted: Path
    autograded: Path
    feedback: Path


class _Reader(NbGrader):  # type: ignore[misc]  # nbgrader ships no types
    """An nbgrader application that only reads the configuration."""

    name = "gradkit"

    def init_syspath(self) -> None:
        """Let plugins of the course be imported, but never before anything that is installed."""
        if self.coursedir_root not in sys.path:
            sys.path.append(self.coursedir_root)

    coursedir_root = ""


def nbgrader_settings(root: Path) -> NbgraderSettings:
    """Return nbgrader's settings for the course in a folder; raises CourseError if they cannot be used."""
    if not (root / "nbgrader_config.py").is_file():
        raise CourseError(
            f"{root} holds no nbgrader_config.py, which says where the gradebook is: restore it from the repository"
        )
    app = _Reader(log_level=logging.ERROR)
    app.coursedir_root = str(root)
    app.load_cwd_config = False  # the course's own file counts, wherever the command was typed
    try:
        app.initialize([], root=str(root))
    except SystemExit:  # traitlets ends the process for a setting it refuses; it has said which
        raise CourseError(f"{root / 'nbgrader_config.py'} holds a setting that nbgrader refuses (see above)") from None
    return settings_of(app, app.coursedir)


def settings_of(app: Any, directory: CourseDirectory) -> NbgraderSettings:
    """Return the settings of an nbgrader application that runs already; raises CourseError."""
    root = Path(directory.root)
    if not directory.course_id:
        raise CourseError(f"{root / 'nbgrader_config.py'} sets no c.CourseDirectory.course_id: give the course a name")
    folders = (directory.submitted_directory, directory.autograded_directory, directory.feedback_directory)
    return NbgraderSettings(
        app, directory.course_id, _absolute(directory.db_url, root), *(root / folder for folder in folders)
    )


def _absolute(db_url: str, root: Path) -> str:
    """Return a database's address that holds in every folder, and that waits for another writer."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return db_url
    url = url.set(database=str(root / url.database))
    if "timeout" not in url.query:
        url = url.update_query_dict({"timeout": PATIENCE})
    return url.render_as_string(hide_password=False)
