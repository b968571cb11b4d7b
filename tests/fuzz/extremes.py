"""Values at the edge of what GraphQL's lexer takes, in every place of a document and in variables.

Whatever they are, they are answered: a validation error, or data where the value is one of its type after all.
"""

from collections.abc import Iterator

SPACE = 15_900
"""What a 16 KiB document leaves for one value."""

LITERALS: dict[str, str] = {
    "an integer as long as fits": "9" * SPACE,
    "a negative one": "-" + "9" * (SPACE - 1),
    "an integer just beyond what Python converts": "1" * 4_301,
    "an integer of 400 digits": "1" * 400,
    "2^31": str(2**31),
    "2^53 + 1": str(2**53 + 1),
    "2^64": str(2**64),
    "20 digits": "9" * 20,
    "a leading zero": "007",
    "minus zero": "-0",
    "an endless exponent": "1e400",
    "a tiny exponent": "1e-400",
    "an exponent of many digits": "1e" + "9" * (SPACE - 2),
    "a float as long as fits": "1." + "9" * (SPACE - 2),
    "a long float with an exponent": "0." + "0" * 8_000 + "1e" + "9" * 7_000,
    "minus alone": "-",
    "a number glued to a name": "1a",
    "a hexadecimal": "0x10",
    "a long name": "n" * SPACE,
    "a long string": '"' + "s" * (SPACE - 2) + '"',
    "a string of escapes": '"' + "\\u0041" * (SPACE // 6 - 1) + '"',
    "a lone surrogate": '"\\uD800"',
    "a low surrogate first": '"\\uDC00\\uD800"',
    "a surrogate pair": '"\\uD83D\\uDE00"',
    "a braced escape": '"\\u{1F600}"',
    "a braced surrogate": '"\\u{D800}"',
    "a braced escape beyond Unicode": '"\\u{110000}"',
    "an endless braced escape": '"\\u{' + "0" * 15_000 + '41}"',
    "an empty braced escape": '"\\u{}"',
    "an escaped NUL": '"\\u0000"',
    "a raw NUL": '"\x00"',
    "a NUL outside": "\x00",
    "a byte order mark": "\ufeff1",
    "a byte order mark inside": '"a\ufeffb"',
    "a control character": '"\x07"',
    "a line break inside": '"a\nb"',
    "an unfinished string": '"abc',
    "a block string": '"""' + "\n  x" * 3_500 + '"""',
    "a block string of quotes": '"""' + '\\"""' * 3_500 + '"""',
    "an unfinished block string": '"""abc',
    "a block string of blank lines": '"""' + "\n" * 15_000 + '"""',
    "a block string with escapes": '"""\\u0041\\n\\uD800"""',
    "a deep list": "[" * 280 + "]" * 280,
    "a list too deep to parse": "[" * 7_900 + "]" * 7_900,
    "a deep object": "{a: " * 140 + "1" + "}" * 140,
    "an object of a long number": "{a: " + "9" * 15_000 + "}",
    "a list of a long number": "[" + "9" * 15_000 + "]",
    "null": "null",
    "a boolean": "true",
    "an enum": "PAID",
    "an unknown variable": "$nowhere",
    "an emoji": "😀",
    "a right-to-left mark": '"\u202e"',
    "nothing": "",
}

PLACES: dict[str, str] = {
    "an ID": "{{ paymentStatus(sessionId: {0}) {{ status }} }}",
    "an Int": "{{ payments(first: {0}) {{ pageInfo {{ endCursor }} }} }}",
    "a nullable Int": 'subscription {{ paymentStatus(sessionId: "cs_test_a", sinceVersion: {0}) {{ status }} }}',
    "a String": "{{ payments(after: {0}) {{ pageInfo {{ endCursor }} }} }}",
    "an enum": "{{ payments(filter: {{status: {0}}}) {{ pageInfo {{ endCursor }} }} }}",
    "a DateTime": "{{ payments(filter: {{createdFrom: {0}}}) {{ pageInfo {{ endCursor }} }} }}",
    "an input object": "mutation {{ createCheckoutSession(input: {0}) {{ __typename }} }}",
    "an input's Int": 'mutation {{ createCheckoutSession(input: {{priceId: "p", quantity: {0}}}) {{ __typename }} }}',
    "an input's Boolean": "mutation {{ createCheckoutSession(input: {{allowRepeat: {0}}}) {{ __typename }} }}",
    "an input's list": "mutation {{ createCheckoutSession(input: {{metadata: {0}}}) {{ __typename }} }}",
    "a directive": "{{ prices @include(if: {0}) {{ id }} }}",
    "an unknown argument": "{{ prices(nothing: {0}) {{ id }} }}",
    "an unknown field's argument": "{{ nothing(a: {0}) }}",
    "a default": "query ($a: Int = {0}) {{ payments(first: $a) {{ pageInfo {{ endCursor }} }} }}",
    "two of one field": "{{ paymentStatus(sessionId: {0}) {{ status }} paymentStatus(sessionId: 1) {{ status }} }}",
    "a selection": "{{ {0} }}",
    "before everything": "{0} {{ prices {{ id }} }}",
    "after everything": "{{ prices {{ id }} }} {0}",
}

VARIABLES: dict[str, str] = {
    "2^31": str(2**31),
    "2^53 + 1": str(2**53 + 1),
    "20 digits": "9" * 20,
    "21 digits": "9" * 21,
    "5,000 digits": "9" * 5_000,
    "1e400": "1e400",
    "1e308": "1e308",
    "a float": "1.5",
    "a whole float": "5.0",
    "minus zero": "-0.0",
    "a long float": "0." + "1" * 5_000,
    "true": "true",
    "null": "null",
    "a number as text": '"5"',
    "a long number as text": '"' + "9" * 5_000 + '"',
    "an escaped NUL": '"\\u0000"',
    "a lone surrogate": '"\\ud800"',
    "a surrogate pair": '"\\ud83d\\ude00"',
    "a byte order mark": '"\\ufeff"',
    "a list": "[1, [2]]",
    "a deep list": "[" * 25 + "]" * 25,
    "an object": '{"a": {"b": 1}}',
    "an endless list": "[" + "1," * 5_000 + "1]",
    "an enum": '"PAID"',
    "a long text": '"' + "x" * 20_000 + '"',
}
"""As JSON text: no library would write some of them."""

VARIABLE_PLACES: dict[str, str] = {
    "an ID": "query ($v: ID!) { paymentStatus(sessionId: $v) { status } }",
    "an Int": "query ($v: Int) { payments(first: $v) { pageInfo { endCursor } } }",
    "a String": "query ($v: String) { payments(after: $v) { pageInfo { endCursor } } }",
    "an enum": "query ($v: PaymentStatus) { payments(filter: {status: $v}) { pageInfo { endCursor } } }",
    "a Boolean": "query ($v: Boolean!) { prices @include(if: $v) { id } }",
    "a DateTime": "query ($v: DateTime) { payments(filter: {createdFrom: $v}) { pageInfo { endCursor } } }",
    "an input": "mutation ($v: CreateCheckoutSessionInput!) { createCheckoutSession(input: $v) { __typename } }",
    "nothing": "query { prices { id } }",
}


def documents() -> Iterator[tuple[str, str]]:
    """What, and the document; each at most 16 KiB."""
    for place, shape in PLACES.items():
        for what, literal in LITERALS.items():
            yield f"{what} as {place}", shape.format(literal)


def bodies() -> Iterator[tuple[str, str]]:
    """What, and a request's body as text."""
    for place, query in VARIABLE_PLACES.items():
        for what, value in VARIABLES.items():
            yield f"{what} as {place}", f'{{"query": "{query}", "variables": {{"v": {value}}}}}'
