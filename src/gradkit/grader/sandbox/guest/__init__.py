"""What runs inside the sandbox: trusted code without a secret, beside the student's code.

Imports nothing but the standard library, numpy and ``sandbox.wire``: the guest sees no other package.
"""
