"""Documents that a stranger may send, each over one limit."""

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
    "input fields": "mutation { createCheckoutSession(input: {" + " ".join(f"a{n}: 1" for n in range(145)) + "}) "
    "{ __typename } }",
    "repeated arguments": "{ paymentStatus(" + f"{SESSION} " * 145 + ") { status } }",
    "nothing": "",
    "no operation": "fragment A on Query { prices { id } }",
    "type definitions": " ".join(f"type T{n} {{ a: Int }}" for n in range(80)),
}  # fmt: skip
