"""The page on which a student reads what was right, what was not, and where to read on.

``feedback_page`` writes it from a result, a gradebook row and the notebook as handed in; nothing else gets in.
"""

from .lessons import Lesson, lessons
from .own_code import opened
from .page import feedback_page

__all__ = ["Lesson", "feedback_page", "lessons", "opened"]
