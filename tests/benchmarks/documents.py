"""How long a document takes to be judged, the slowest kinds first: `python -m tests.benchmarks.documents`.

Judged: read, held against the limits, validated, and every complaint put into words, as the gateway does for a document
that it has not seen. Kinds: the bombs and the dearest documents of the tests, every value at the edge of the lexer in
every place, documents drawn from the schema, and the same with tokens disarranged, of up to 16 KiB. Printed is this
process's own time, the least of some tries: what it takes on a quiet core.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLError

from gateway.domain.language import Language
from gateway.graphql.errors import formatted_error
from gateway.graphql.schema import build_schema
from gateway.graphql.transport.document_cache import Rules
from gateway.serving.servers import set_heap_aside
from tests.fuzz.extremes import documents
from tests.fuzz.grammar import LONGEST_BYTES, Grammar
from tests.harness.stamp import stamp
from tests.unit.graphql.documents import BOMBS, EXPENSIVE, TOO_MUCH

GOAL_MS = 10.0


@dataclass(frozen=True, slots=True)
class Timed:
    """`microseconds` is the least of the tries."""

    kind: str
    length: int
    microseconds: float
    verdict: str


def judged(rules: Rules, text: str) -> str:
    """The verdict in a word; everything that a caller pays for is done."""
    try:
        errors = rules.validate(rules.prepare(text))
    except GraphQLError as error:
        formatted_error(error, Language.EN)
        return "refused"
    for complaint in errors:
        formatted_error(complaint, Language.EN)
    return "invalid" if errors else "valid"


def _once(rules: Rules, text: str, depth: int) -> tuple[float, str]:
    """Seconds and verdict, `depth` calls further down the stack."""
    if depth:
        return _once(rules, text, depth - 1)
    began = time.process_time()
    verdict = judged(rules, text)
    return time.process_time() - began, verdict


def timed(rules: Rules, kind: str, text: str, *, tries: int) -> Timed:
    """Each try begins at another depth of the stack.

    Where calls go back and forth over the end of one of CPython's 16 KiB pieces of stack, a piece is allocated for each
    of them: a nested document takes twice as long at about four depths in a hundred.
    """
    found = [_once(rules, text, 7 * n) for n in range(tries)]
    least, verdict = min(found)
    return Timed(kind, len(text.encode()), least * 1e6, verdict)


def corpus(rules: Rules, *, drawn: int, seed: int) -> Iterator[tuple[str, str]]:
    """Kinds and texts of at most 16 KiB."""
    yield from ((f"bomb: {what}", text) for what, text in BOMBS.items())
    yield from ((f"too much: {what}", text) for what, text in TOO_MUCH.items())
    yield from ((f"within the limits: {what}", shape(size)) for what, (shape, size) in EXPENSIVE.items())
    yield from ((f"extreme: {what}", text) for what, text in documents())
    grammar = Grammar(rules.schema, random.Random(seed), ["cs_test_a"])
    for _ in range(drawn):
        yield "drawn", grammar.document()
        yield "disarranged", grammar.disarranged(grammar.document())
        yield "drawn bomb", grammar.bomb()


def measure(*, drawn: int, tries: int, seed: int) -> list[Timed]:
    """Slowest first. A text with half a surrogate pair never comes this far: as JSON it is refused."""
    rules = Rules(build_schema()._schema, introspection=False)
    texts = [(kind, text.encode("utf-8", "replace").decode()) for kind, text in corpus(rules, drawn=drawn, seed=seed)]
    set_heap_aside()
    found = [timed(rules, kind, text, tries=tries) for kind, text in texts if len(text.encode()) <= LONGEST_BYTES]
    return sorted(found, key=lambda one: -one.microseconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--drawn", type=int, default=500, help="documents drawn of each random kind")
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--show", type=int, default=25)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    chosen = parser.parse_args()
    found = measure(drawn=chosen.drawn, tries=chosen.tries, seed=chosen.seed)
    over = sum(one.microseconds > GOAL_MS * 1000 for one in found)
    lines = stamp(chosen.seed)[1:]
    lines += [
        f"{one.microseconds:9.0f} µs  {one.length:6} bytes  {one.verdict:8} {one.kind}" for one in found[: chosen.show]
    ]
    lines.append(f"{len(found)} documents, {over} took more than {GOAL_MS:.0f} ms")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(over > 0)


if __name__ == "__main__":
    main()
