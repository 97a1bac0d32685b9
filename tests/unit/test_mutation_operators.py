"""The mutation operators: what may stand in place of an expression, a name or a statement."""

import ast

import pytest

from gradkit.grader.mutation.operators import calls, expressions, names, statements


def replacements(operator, source):
    """Return what an operator puts in place of an expression, as Python itself would write it."""
    return [ast.unparse(found) for found in operator(ast.parse(source, mode="eval").body)]


@pytest.mark.parametrize(
    ("operator", "source", "expected"),
    [
        (expressions.arithmetic, "a + b", ["a - b", "a * b"]),
        (expressions.arithmetic, "a / b", ["a * b", "a // b"]),
        (expressions.arithmetic, "a @ b", ["a * b"]),
        (expressions.arithmetic, "a % b", []),
        (expressions.operand_alone, "a * b", ["a", "b"]),
        (expressions.operands_swapped, "a - b", ["b - a"]),
        (expressions.operands_swapped, "a @ b", ["b @ a"]),
        (expressions.operands_swapped, "a + b", []),
        (expressions.sign, "-a", ["a"]),
        (expressions.sign, "a + b", ["-(a + b)"]),
        (expressions.sign, "f(a)", ["-f(a)"]),
        (expressions.sign, "a * b", []),
        (expressions.sign, "range(n)", []),
        (expressions.comparison, "a == b", ["a != b", "a < b", "a <= b", "a > b", "a >= b", "False", "True"]),
        (expressions.comparison, "a < b < c", []),
        (expressions.constant, "3", ["4", "2"]),
        (expressions.constant, "0.5", ["1.0", "0.25"]),
        (expressions.constant, "0.0", ["1.0"]),
        (expressions.constant, "True", ["False"]),
        (expressions.constant, "'text'", []),
        (expressions.transpose, "A.T", ["A"]),
        (expressions.transpose, "A.shape", []),
        (expressions.index, "A[i, j]", ["A[j, i]", "A[i]", "A[j]", "A"]),
        (expressions.index, "A[i]", ["A"]),
        (calls.function, "np.exp(z)", ["np.log(z)", "np.exp2(z)", "np.expm1(z)"]),
        (calls.function, "float(x)", ["int(x)", "abs(x)"]),
        (calls.function, "z.max(axis=1)", ["z.min(axis=1)", "z.mean(axis=1)", "z.sum(axis=1)", "z.argmax(axis=1)"]),
        (calls.function, "helper(x)", []),
        (calls.call_dropped, "np.log(p)", ["p"]),
        (calls.call_dropped, "z.max()", ["z"]),
        (calls.call_dropped, "range(n)", []),
        (calls.call_dropped, "f(a, b)", []),
        (calls.arguments_swapped, "np.dot(a, b)", ["np.dot(b, a)"]),
        (calls.axis, "z.sum(axis=1, keepdims=True)", ["z.sum(axis=0, keepdims=True)"]),
        (calls.axis, "np.sum(z, axis=0)", ["np.sum(z, axis=1)"]),
        (calls.axis, "np.sum(z)", []),
        (calls.keyword_dropped, "z.sum(axis=1, keepdims=True)", ["z.sum(keepdims=True)", "z.sum(axis=1)"]),
        (calls.loop_bounds, "range(n)", ["range(1, n)", "range(n - 1)", "range(0, n, 2)", "range(n + 1)"]),
        (calls.loop_bounds, "range(a, b)", []),
    ],
)
def test_replacements_of_an_expression(operator, source, expected):
    """Each operator knows one kind of slip, and leaves alone what it does not know."""
    assert replacements(operator, source) == expected


def test_an_assigned_place_can_be_another_place_and_no_value():
    """`A[i, j] = 0` may become `A = 0`, but what is assigned to is never replaced by something that cannot be."""
    target = ast.parse("A[i, j] = 0").body[0].targets[0]
    assert [ast.unparse(found) for found in expressions.index(target)] == ["A[j, i]", "A[i]", "A[j]", "A"]
    assert [type(found.ctx) for found in expressions.index(target)] == [ast.Store] * 4


FUNCTION = """
n, d = X.shape
size = len(X)
total = 0.0
table = np.zeros(n)
rest = np.ones(n)
for i in range(n):
    for c in range(d):
        total += table[c] * X[i]
        rest[c] = total
"""


def local_names():
    """Return the statements of FUNCTION in the order of the text, and what is known of its names."""
    tree = ast.parse(FUNCTION)
    order = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    order.sort(key=lambda node: node.lineno)
    return order, names.local_names(order)


def test_names_have_roles():
    """Sizes, counters, arrays of which parts are taken, and what is used as a whole."""
    _, found = local_names()
    assert {name: local.role for name, local in found.items()} == {
        "n": names.Role.SIZE,
        "d": names.Role.SIZE,
        "size": names.Role.SIZE,
        "total": names.Role.NUMBER,
        "table": names.Role.ARRAY,
        "rest": names.Role.ARRAY,
        "i": names.Role.COUNTER,
        "c": names.Role.COUNTER,
    }


@pytest.mark.parametrize(
    ("name", "statement", "expected"),
    [
        ("c", 7, ["i"]),
        ("table", 7, ["rest"]),
        ("table", 4, []),  # rest is not bound yet
        ("n", 5, ["d", "size"]),
        ("total", 7, []),
        ("X", 7, []),
    ],
)
def test_names_are_mistaken_for_others_of_their_role(name, statement, expected):
    """Only for names that have a value by then."""
    _, found = local_names()
    node = ast.Name(name, ast.Load())
    assert [ast.unparse(other) for other in names.other_name(node, statement, found)] == expected


@pytest.mark.parametrize(("name", "expected"), [("n", ["n - 1", "n + 1"]), ("i", ["i - 1"]), ("table", [])])
def test_sizes_and_counters_are_off_by_one(name, expected):
    """A counter that is one too high would mostly end in an exception, which nobody overlooks."""
    _, found = local_names()
    node = ast.Name(name, ast.Load())
    assert [ast.unparse(other) for other in names.off_by_one(node, 7, found)] == expected


def rewritten(operator, source, place=0):
    """Return (what becomes of the text, the text of the block) of what an operator makes of a statement."""
    block = ast.parse(source).body
    found = []
    for first, last, new, becomes in operator(block, place):
        changed = ast.fix_missing_locations(ast.Module([*block[:first], *new, *block[last + 1 :]], []))
        found.append((becomes, ast.unparse(changed).split("\n")))
    return found


LOOP = "for i in a:\n    b += i\n    c = b\nd = c"


@pytest.mark.parametrize(
    ("operator", "source", "expected"),
    [
        (statements.deleted, "a = 1\nb = 2", [("left out", ["pass", "b = 2"])]),
        (statements.repeated, "a -= 1", [("twice", ["a -= 1", "a -= 1"])]),
        (statements.repeated, "a = 1", []),
        (
            statements.out_of_loop,
            LOOP,
            [("then, behind it, c = b", ["for i in a:", "    b += i", "c = b", "d = c"])],
        ),
        (
            statements.into_loop,
            LOOP,
            [("with, at its end, d = c", ["for i in a:", "    b += i", "    c = b", "    d = c"])],
        ),
        (statements.out_of_loop, "for i in a:\n    b += i", []),
        (statements.one_round, "for i in a:\n    b", [("one round only", ["for i in a:", "    b", "    break"])]),
        (statements.accumulation, "a += b", [("a = b", ["a = b"]), ("a -= b", ["a -= b"])]),
        (statements.accumulation, "a @= b", [("a = b", ["a = b"])]),
        (statements.accumulation, "a = a / 2", [("a += a / 2", ["a += a / 2"])]),
        (statements.accumulation, "a[i] = b", [("a[i] += b", ["a[i] += b"])]),
        (statements.accumulation, "a = b", []),
    ],
)
def test_rewritten_statements(operator, source, expected):
    """A statement is left out, repeated, moved, or assigns where it added up."""
    assert rewritten(operator, source) == expected


def test_a_return_too_deep_ends_after_the_first_round():
    """The slip of one indentation at the end of a function."""
    source = "for i in a:\n    b += i\nreturn b"
    becomes = [becomes for becomes, _ in rewritten(statements.one_round, source)]
    assert becomes == ["one round only", "returns at the end of the first round"]
    assert [becomes for becomes, _ in rewritten(statements.into_loop, source)] == []


def test_returned_values():
    """In another order, alone, negated, doubled, zero, missing."""
    assert [becomes for becomes, _ in rewritten(statements.returned, "return a, b")] == [
        "return b, a",
        "return a",
        "return b",
        "return -a, b",
        "return 2 * a, b",
        "return 0 * a, b",
        "return None, b",
        "return a, -b",
        "return a, 2 * b",
        "return a, 0 * b",
        "return a, None",
    ]
    assert [becomes for becomes, _ in rewritten(statements.returned, "return a")] == [
        "return -a",
        "return 2 * a",
        "return 0 * a",
        "return None",
    ]
    assert rewritten(statements.returned, "return") == []
