"""What a guest finds around it: the next one must find the same, whatever the one before it did."""

LOOKS = """
np.exp(0.0)
np.add.reduce([1, 2])
np.linalg.norm([3.0, 4.0])
np.testing.assert_allclose(1, 1)
sorted(np.geterr().items())
np.get_printoptions()['precision']
np.random.rand()
np.random.default_rng.__module__
np.pi
(np.float64(1) / np.float64(3)).hex()
np.ndarray.__array_ufunc__
np.zeros(3).tolist()
(np.arange(4.0).reshape(2, 2) @ np.eye(2)).tolist()
__import__('random').seed.__name__
len([])
sum([200, 55])
''.join(['num', 'py']) in sys.modules
sys.modules['math'] is None
hasattr(sys.modules['uuid'], 'poisoned')
hasattr(sys.modules['collections'], 'poisoned')
'usercustomize' in sys.modules
'/tmp' in sys.path
len(sys.path)
[type(finder).__name__ for finder in sys.meta_path]
len(sys.path_hooks)
sys.dont_write_bytecode
sys.flags.no_site
__import__('os').environ.get('POISON')
__import__('ctypes').CDLL(None).getenv(b'POISON')
__import__('os').getcwd()
sys.getrecursionlimit() > 100
sys.getswitchinterval()
sys.gettrace() is None
sys.getprofile() is None
sys.get_int_max_str_digits()
__import__('signal').getsignal(15)
__import__('signal').pthread_sigmask(0, [])
__import__('signal').getitimer(0)
__import__('warnings').filters[0][0]
__import__('decimal').getcontext().prec
__import__('locale').setlocale(0)
__import__('gc').isenabled()
__import__('gc').get_threshold()
__import__('gc').callbacks
__import__('atexit')._ncallbacks()
__import__('threading').excepthook.__name__
__import__('socket').getdefaulttimeout()
__import__('resource').getrlimit(9)
__import__('resource').getrlimit(7)
__import__('os').getpriority(0, 0)
len(__import__('os').sched_getaffinity(0))
sys.modules['sandbox.wire'].MAX_ITEMS
sys.modules['sandbox.guest.serve'].WATCH
sys.modules['__main__'].np is np
sys.modules['numpy.ma'].__name__
"".join(map(str.upper, 'ab'))
open.__module__
__build_class__.__name__
sorted(n for n in __import__('os').listdir('/dev/shm') if 'attack' in n)
sorted(n for n in __import__('os').listdir('/tmp') if 'attack-left' in n)
""".strip().splitlines()

WORLD = (
    f"LOOKS = {LOOKS!r}\n"
    + '''
def world():
    """Return what each expression gives in this guest, or the error that it brings."""
    import sys
    found = []
    for look in LOOKS:
        try:
            found.append(repr(eval(look, {"np": np, "sys": sys})))
        except Exception as error:
            found.append(type(error).__name__)
    return "\\n".join(f"{look} -> {what[:80]}" for look, what in zip(LOOKS, found))
'''
)

WITNESS = """
SAID = []
def {name}(W, X, y, reg):
    if SAID:
        raise MemoryError  # after which nobody asks why it is wrong
    SAID.append(1)
    return world()
"""
"""Says what it finds; a text in place of loss and gradient earns nothing."""
