"""What runs inside the sandbox: trusted code without a secret, beside the student's code.

Imports nothing but the standard library, numpy, ``sandbox.wire`` and
``gradkit.definitions``: the guest sees no other package.
"""
