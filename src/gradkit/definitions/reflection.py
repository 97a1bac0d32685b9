"""Finds names with which code could look at, or change, how it is being run.

The count of executed instructions is taken in the guest, so it is worth something only for code that has no
way to reach the counting. Honest numerical code uses none of these names.
"""

import ast
from collections.abc import Iterator
from types import CodeType

REFLECTION = set(
    """
    sys gc inspect ctypes ctypeslib threading _thread multiprocessing os posix socket io _io mmap fcntl signal
    traceback importlib builtins exec eval compile getattr setattr delattr vars dir globals locals __import__
    attrgetter methodcaller breakpoint open settrace setprofile gettrace _getframe f_trace f_trace_opcodes
    f_trace_lines f_back f_locals f_globals f_builtins f_code tb_frame tb_next gi_frame gi_code cr_frame ag_frame
    __code__ __globals__ __builtins__ __closure__ __dict__ __subclasses__ __base__ __bases__ __mro__ __func__
    __self__ __traceback__ __getattribute__ __loader__ __spec__ __reduce__ __reduce_ex__ __defaults__
    __kwdefaults__ __wrapped__ __setattr__ __delattr__
    """.split()
)


def names_in(node: ast.stmt, code: CodeType) -> Iterator[str]:
    """Yield the names in a compiled top-level statement with which it could pry into its own execution."""
    names = set(_all_names(code))
    if isinstance(node, ast.ImportFrom):  # `from builtins import range` is harmless, `from sys import *` is not
        names = {alias.name for alias in node.names}
        names |= {str(node.module)} if "*" in names else set()
    for name in names:
        if name.split(".")[0] in REFLECTION:
            yield name


def _all_names(code: CodeType) -> Iterator[str]:
    """Yield every global and attribute name that occurs in a piece of code and in the functions within."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all_names(constant)
