"""``make chaos``: the sample class is graded while processes are killed at random, and must come out as if undisturbed.

python -m tests.chaos [--interruptions N] [--seed N]
"""
