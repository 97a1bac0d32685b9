"""The instructor's report on one hand-in: every check with every call, hidden inputs included. Never for students.

``inspect_in_course`` grades once more and keeps what happened; ``print_inspection`` and ``inspection_page`` show it.
"""

from .console import print_inspection
from .examined import Inspection, inspect_hand_in, inspect_in_course
from .page import inspection_page, write_page

__all__ = [
    "Inspection",
    "inspect_hand_in",
    "inspect_in_course",
    "inspection_page",
    "print_inspection",
    "write_page",
]
