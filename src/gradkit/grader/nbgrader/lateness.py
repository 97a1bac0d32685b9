"""Points off for being late, by nbgrader's plugin: its own, or one of the course's."""

import math
from collections.abc import Callable

from nbgrader.preprocessors import AssignLatePenalties

from ..errors import CourseError
from .settings import NbgraderSettings

Penalty = Callable[[str, float, float], float | None]


def late_penalty(settings: NbgraderSettings) -> Penalty:
    """Return the configured plugin's rule: student, score and seconds late to points off, or None.

    The rule raises CourseError for a plugin that fails or returns what is no number.
    """
    assigner = AssignLatePenalties(parent=settings.app)
    assigner.init_plugin()
    plugin = assigner.plugin_inst

    def rule(student: str, score: float, seconds_late: float) -> float | None:
        name = type(plugin).__name__
        try:
            points = plugin.late_submission_penalty(student, score, seconds_late)
            off = None if points is None else float(points)
        except Exception as error:
            raise CourseError(
                f"the late penalty plugin {name} failed for {student}, {seconds_late:.0f} seconds late with {score:g}"
                f" points ({type(error).__name__}: {error}): nothing was landed; mend the plugin and run again"
            ) from error
        if off is not None and math.isnan(off):
            raise CourseError(f"the late penalty plugin {name} returned NaN for {student}: nothing was landed")
        return off

    return rule
