"""Attacks that want to outlive their guest: to change what the next student's code finds."""

import pytest

# What to poison, and an expression that shows it; the next guest must see what an untouched one sees.
POISONS = {
    "numpy-function": ("np.exp = lambda x: 'poisoned'", "np.exp(0.0)"),
    "numpy-errors": ("np.seterr(all='raise')", "sorted(np.geterr().items())"),
    "numpy-printing": ("np.set_printoptions(precision=1)", "np.get_printoptions()['precision']"),
    "numpy-random": ("np.random.seed(7)", "np.random.rand()"),
    "numpy-constant": ("np.pi = 3", "np.pi"),
    "python-random": ("import random\nrandom.seed = 7", "__import__('random').seed == 7"),
    "builtin": ("import builtins\nbuiltins.len = lambda x: 7", "len([])"),
    "module": ("import math\nsys.modules['math'] = None", "sys.modules['math'] is None"),
    "loaded-module": ("import uuid\nuuid.poisoned = 1", "hasattr(sys.modules['uuid'], 'poisoned')"),
    "import-path": ("sys.path.insert(0, '/tmp')", "'/tmp' in sys.path"),
    "import-hook": ("sys.meta_path.insert(0, None)", "None in sys.meta_path"),
    "environment": ("os.environ['POISON'] = '1'", "os.environ.get('POISON')"),
    "c-environment": ("libc.setenv(b'POISON', b'1', 1)", "libc.getenv(b'POISON')"),
    "folder": ("os.chdir('/usr')", "os.getcwd() == '/usr'"),
    "recursion-limit": ("sys.setrecursionlimit(60)", "sys.getrecursionlimit() > 100"),
    "signal-handler": ("import signal\nsignal.signal(15, print)", "__import__('signal').getsignal(15) is print"),
    "trace-function": ("sys.settrace(print)", "sys.gettrace() is print"),
    "warnings": ("import warnings\nwarnings.simplefilter('error')", "__import__('warnings').filters[0][0]"),
    "decimal": ("import decimal\ndecimal.getcontext().prec = 1", "__import__('decimal').getcontext().prec"),
    "collector": ("import gc\ngc.disable()", "__import__('gc').isenabled()"),
    "wire": ("sys.modules['sandbox.wire'].MAX_ITEMS = 1", "sys.modules['sandbox.wire'].MAX_ITEMS"),
    "guest-loop": ("sys.modules['sandbox.guest.serve'].WATCH = 7", "sys.modules['sandbox.guest.serve'].WATCH"),
    "main-module": ("sys.modules['__main__'].np = None", "sys.modules['__main__'].np is None"),
    "exit-handler": ("import atexit\natexit.register(print)", "__import__('atexit')._ncallbacks()"),
    "number": (
        "place = id(2 ** 8 - 1) + 24\nctypes.c_int.from_address(place).value = 254",
        "sum([200, 55])",
    ),
    "shared-text": ("ctypes.memmove(id('numpy') + 48, b'poison', 5)", "''.join(['num', 'py']) in sys.modules"),
    "priority": ("os.nice(0)", "os.getpriority(0, 0)"),
    "mask": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {15})",
        "15 in __import__('signal').pthread_sigmask(0, [])",
    ),
    "umask": ("os.umask(0)", "'umask'"),
}


def source(statements, look):
    """Return a notebook's cell that poisons its guest if asked to, then looks."""
    body = "\n".join("        " + line for line in statements.split("\n"))
    return f"def attack(poison):\n    if poison:\n{body}\n    return repr({look})\n"


@pytest.mark.parametrize("name", POISONS)
def test_next_guest_is_clean(attack, rung, name):
    """Whatever a student changes in the guest, the next guest of the same zygote finds it unchanged."""
    both = source(*POISONS[name])
    untouched = attack(rung, both, False)
    attack(rung, both, True)
    assert attack(rung, both, False) == untouched


@pytest.mark.parametrize("name", sorted(set(POISONS) - {"umask", "priority", "trace-function"}))
def test_poison_shows_in_its_own_guest(attack, rung, name):
    """Each poison is real: its author sees it, or the guest dies of it."""
    both = source(*POISONS[name])
    assert attack(rung, both, True) != attack(rung, both, False)


GREEDY = """
def {name}(W, X, y, reg):
    np.exp = np.log = np.sum = lambda *a, **k: 0.0
    return 0.0, np.zeros_like(W)
"""

KEEPS_DESCRIPTORS = """
def {name}(W, X, y, reg):
    kept = []
    try:
        while True:
            kept.append(os.pipe())
    except OSError:
        pass
    globals()["KEPT"] = kept
    return 0.0, np.zeros_like(W)
"""


@pytest.mark.parametrize("naive", [GREEDY, KEEPS_DESCRIPTORS])
def test_neighbour_is_graded_right(hand_in, rung, naive):
    """A right submission graded after a poisoner, by the same grader, has full marks."""
    graded = hand_in(naive, rung=rung)
    assert graded.neighbour == 20.0
    assert graded.score("softmax_loss_naive") <= 2


def test_questions_share_one_guest_at_their_authors_cost(hand_in, strongest):
    """A function that ruins numpy for its author's other function does so on its own account only."""
    graded = hand_in("def {name}(W, X, y, reg):\n    np.exp = None\n    return 0.0, np.zeros_like(W)\n")
    assert graded.result.score <= 10
    assert graded.neighbour == 20.0
