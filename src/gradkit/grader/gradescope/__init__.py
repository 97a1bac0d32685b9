"""Grading on Gradescope: the autograder package, and the harness that runs in it."""
