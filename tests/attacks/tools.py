"""The tools of the trade, in every hostile notebook, and honest answers to hide among: all of it student code.

The guest takes of a notebook only what the graded functions need, so what an attack does not use is not kept.
"""

TOOLS = '''
import ctypes, os, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
path, folder, open_folder, other, port, grader, address = AIMS

def system_call(number, *arguments):
    """Return what a system call answers; raise its error."""
    libc.syscall.restype = ctypes.c_long
    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer

def stolen_call():
    """Return the number of the grader's call, read from the frame of the guest's own loop."""
    frame = sys._getframe()
    while "head" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["head"].call

def send(body, count, kind=7, *, magic=b"GKW1", call=None, length=None):
    """Write a whole forged frame to the grader."""
    number = stolen_call() if call is None else call
    data = struct.pack("<4sBBHQQ", magic, kind, 0, count, number, len(body) if length is None else length) + body
    view = memoryview(data)
    while view:
        view = view[os.write(3, view):]

def forge_with(forge):
    """Let a function rewrite kind and values of everything that this guest answers from now on."""
    wire = sys.modules["sandbox.wire"]
    real = getattr(wire, "honest", wire.frame)
    wire.honest = real
    wire.frame = lambda kind, call, values: real(*(lambda k, v: (k, call, v))(*forge(int(kind), list(values))))

REPORT = (
    b"\\x06\\x06\\x00" + b"\\x06\\0\\0\\x06\\0\\0\\x01\\0\\x02" + bytes(8) + b"\\x01\\0\\x06\\0\\0"
)

def sequence(item, times):
    """Return the encoding of a sequence of equal items."""
    return struct.pack("<BH", 6, times) + item * times
'''

SIGNATURE = "def {name}(W, X, y, reg):\n"

RIGHT = """
def {name}(W, X, y, reg):
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    rows = np.arange(len(X))
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    dz = np.exp(log_p)
    dz[rows, y] -= 1
    return -log_p[rows, y].mean() + 0.5 * reg * np.sum(W * W), X.T @ dz / len(X) + reg * W
"""

LOOPS = """
def {name}(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for x, label in zip(X, y):
        scores = x @ W
        scores = scores - scores.max()
        p = np.exp(scores)
        loss += np.log(p.sum()) - scores[label]
        p = p / p.sum()
        p[label] -= 1
        dW += np.outer(x, p)
    return loss / len(X) + 0.5 * reg * np.sum(W * W), dW / len(X) + reg * W
"""
