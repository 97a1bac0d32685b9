"""Takes from a notebook the definitions that its graded functions need, and runs them: how a student's code is taken.

check() and the grader's sandbox both work with it, so that a student's computer and the grader see the same
functions. Imports nothing but the standard library and numpy: inside the sandbox there is nothing else.

`cells` keeps a backward slice of the notebook, by what statements bind (`bindings`) and read; `magics` makes IPython's
additions to the language harmless; `reflection` finds names that pry; `surroundings` is the world that the code
finds, and `running` runs it there.
"""
