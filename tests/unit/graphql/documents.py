"""Documents that an anonymous client may send: each over one limit, or as expensive as a document can be."""

from collections.abc import Callable

MAX_STEPS = 400_000
"""Executed lines of Python that judging a document of up to 16 KiB may take. The worst one here: 285,000."""

SESSION = 'sessionId: "cs_test_a"'


def _fragments(count: int, body: str) -> str:
    return " ".join(f"fragment F{number} on Payment {{ {body} }}" for number in range(count))


def _chain(count: int) -> str:
    """Each fragment spreads the next twice: 2ⁿ fields in a line of text each."""
    links = (f"fragment F{n} on Payment {{ status ...F{n + 1} ...F{n + 1} }}" for n in range(count - 1))
    return " ".join(links) + f" fragment F{count - 1} on Payment {{ status }}"


def _thicket(count: int) -> str:
    """Each fragment spreads the next in three fields."""
    links = (
        f"fragment F{n} on A {{ a {{ ...F{n + 1} }} b {{ ...F{n + 1} }} c {{ ...F{n + 1} }} }}" for n in range(count)
    )
    return " ".join(links) + f" fragment F{count} on A {{ d }}"


def _nested(levels: int, fields: int) -> str:
    """Inline fragments inside one another, each with a field of its own, around many fields."""
    inner = " ".join(f"f{n}" for n in range(fields))
    return "{ prices { " + "".join(f"g{n} ... {{ " for n in range(levels)) + inner + " }" * levels + " } }"


def _passed_on(fields: int, fragments: int = 20) -> str:
    """Fragments that each add a field and spread the next; the last has many fields."""
    last = fragments - 1
    links = (f"fragment F{n} on Price {{ g{n} ...F{n + 1} }}" for n in range(last))
    inner = " ".join(f"f{n}" for n in range(fields))
    return "{ prices { ...F0 } } " + " ".join(links) + f" fragment F{last} on Price {{ {inner} }}"


TOO_MUCH = {
    "levels": "{ prices { " + "unitAmount { " * 8 + "currency" + " }" * 10,
    "aliases": "{ " + " ".join(f"a{n}: prices {{ id }}" for n in range(8)) + " prices { "
    + " ".join(f"b{n}: id" for n in range(8)) + " } }",
    "root fields of a query": "{ __typename " + " ".join(f"a{n}: prices {{ id }}" for n in range(11)) + " }",
    "root fields of a mutation": f"mutation {{ a: cancelCheckoutSession({SESSION}) {{ __typename }} "
    f"b: cancelCheckoutSession({SESSION}) {{ __typename }} }}",
    "directives": "{ prices " + "@include(if: true) " * 11 + "{ id } }",
    "fragments": f"{{ paymentStatus({SESSION}) {{ status }} }} " + _fragments(21, "status"),
    "operations": " ".join(f"query Q{n} {{ prices {{ id }} }}" for n in range(26)),
    "repetitions of one field": "{ prices { " + "id " * 31 + "} }",
    "arguments and input fields": "mutation { createCheckoutSession(input: {a: [{"
    + " ".join(f"a{n}: 1" for n in range(50))
    + "}]}) { __typename } }",
    "variables": "query (" + " ".join(f"$v{n}: Int" for n in range(31)) + ") { prices { id } }",
    "selected fields": f"{{ paymentStatus({SESSION}) {{ ...F0 }} }} " + _thicket(7),
}  # fmt: skip

BOMBS = {
    **TOO_MUCH,
    "tokens": "{ " + "id " * 700 + "}",
    "braces": "{ " + "a { " * 280,
    "closed braces": "{ " + "a { " * 190 + "b" + " }" * 191,
    "lists": "{ prices(a: " + "[" * 280 + "]" * 280 + ") { id } }",
    "values": "{ prices(a: [" + "1 " * 8_000 + "]) { id } }",
    "types": "query (" + "$v: " + "[" * 280 + "Int" + "]" * 280 + ") { prices { id } }",
    "a chain of fragments": f"{{ paymentStatus({SESSION}) {{ ...F0 }} }} " + _chain(20),
    "unused fragments": "{ prices { id } } " + _chain(20),
    "a cycle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "a cycle nobody spreads": "{ prices { id } } fragment A on Query { prices { id } ...A }",
    "strings": '{ prices(a: "' + "x" * 16_000 + '") { id } }',
    "block strings": '{ prices(a: """' + "\n  x" * 4_000 + '""") { id } }',
    "comments": "#" * 8_000 + "\n" + "# c\n" * 1_500 + "{ prices { id } }",
    "many comments": "#\n" * 8_000 + "{ prices { id } }",
    "unknown fields": "{ " + " ".join(f"u{n}" for n in range(290)) + " }",
    "145 variables": "query (" + " ".join(f"$v{n}: Int" for n in range(145)) + ") { prices { id } }",
    "74 operations": " ".join(f"query Q{n} {{ prices {{ id }} }}" for n in range(74)),
    "one field again and again": "{ " + "__typename " * 499 + "}",
    "one object again and again": "{ " + "prices { id } " * 140 + "}",
    "one object in every fragment": f"{{ paymentStatus({SESSION}) {{ "
    + " ".join(f"...F{n}" for n in range(20))
    + " } } "
    + _fragments(20, "status version amount { amountMinor currency } price { name }"),
    "nested inline fragments": _nested(75, 270),
    "fields passed on by every fragment": _passed_on(400),
    "input fields": "mutation { createCheckoutSession(input: {" + " ".join(f"a{n}: 1" for n in range(145)) + "}) "
    "{ __typename } }",
    "repeated arguments": "{ paymentStatus(" + f"{SESSION} " * 145 + ") { status } }",
    "nothing": "",
    "no operation": "fragment A on Query { prices { id } }",
    "type definitions": " ".join(f"type T{n} {{ a: Int }}" for n in range(80)),
}  # fmt: skip

INTERWOVEN = {
    "a fragment under ten fields": "{ "
    + " ".join(f"a{n}: paymentStatus({SESSION}) {{ ...F }}" for n in range(10))
    + " } fragment F on Payment { status amount { currency formatted } price { name unitAmount { currency } } }",
    "fragments that share fragments": f"{{ paymentStatus({SESSION}) {{ "
    + " ".join(f"...F{n}" for n in range(15))
    + " } } "
    + " ".join(f"fragment F{n} on Payment {{ amount {{ ...M }} paidAmount {{ ...M }} }}" for n in range(15))
    + " fragment M on Money { currency formatted amountMinor }",
    "an object beside its fragment": "{ "
    + f"paymentStatus({SESSION}) {{ price {{ name }} ...F price {{ id }} }} " * 10
    + "} fragment F on Payment { price { name description unitAmount { currency } } }",
    "variables": "query ($id: ID!, $yes: Boolean!) { paymentStatus(sessionId: $id) { ...F } } "
    "fragment F on Payment { status @include(if: $yes) price @skip(if: $yes) { ...P } } "
    "fragment P on Price { name @include(if: $yes) }",
}
"""Valid documents whose fragments stand in many places."""

EXPENSIVE: dict[str, tuple[Callable[[int], str], int]] = {
    "repetitions of one field": (lambda size: "{ prices { " + "id " * size + "} }", 30),
    "repetitions of one object": (lambda size: "{ " + "prices { id } " * size + "}", 30),
    "different fields": (lambda size: "{ prices { " + " ".join(f"u{n}" for n in range(size)) + " } }", 480),
    "aliases": (lambda size: "{ prices { " + " ".join(f"a{n}: id" for n in range(size)) + " } }", 14),
    "nested inline fragments": (lambda size: _nested(size, 3 * size), 80),
    "a chain of fragments": (lambda size: _passed_on(20 * size, size), 20),
    "one object in every fragment": (
        lambda size: (
            f"{{ paymentStatus({SESSION}) {{ "
            + " ".join(f"...F{n}" for n in range(size))
            + " } } "
            + _fragments(size, "status version amount { amountMinor currency } price { name }")
        ),
        20,
    ),
    "variables": (lambda size: "query (" + " ".join(f"$v{n}: Int" for n in range(size)) + ") { prices { id } }", 30),
    "input fields": (
        lambda size: (
            "mutation { createCheckoutSession(input: {"
            + " ".join(f"a{n}: 1" for n in range(size))
            + "}) { __typename } }"
        ),
        48,
    ),
    "operations": (lambda size: " ".join(f"query Q{n} {{ prices {{ id }} }}" for n in range(size)), 24),
    "a long string": (lambda size: '{ prices(a: "' + "x" * size + '") { id } }', 16_000),
    "a long block string": (lambda size: '{ prices(a: """' + "\n  x" * size + '""") { id } }', 4_000),
    "a long comment": (lambda size: "#" * size + "\n{ prices { id } }", 16_000),
    "a long name": (lambda size: "{ " + "x" * size + " }", 16_000),
    "a long number": (lambda size: "{ prices(a: " + "1" * size + ") { id } }", 16_000),
}
"""Documents of any size that are within the limits, and the size up to which they are."""
