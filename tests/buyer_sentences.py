"""Every sentence that a buyer can meet, in both languages, each with what causes it: `python -m tests.buyer_sentences`.

Failures of an attempt to pay (by Stripe's codes), refusals (by code), problems that a refusal names (by the function
that raises it), and the pages (by page and place). `--json` prints one object a line. Exit 1 where a
language is missing.
"""

import argparse
import ast
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import gateway
from gateway.domain import errors
from gateway.domain.decline_codes import HIDDEN, MEANINGS
from gateway.domain.language import Text
from gateway.storefront import payment_texts, texts

HERE = Path(gateway.__file__).parent
ELSEWHERE = ("domain/errors.py", "domain/buyer_sentences.py", "storefront/texts.py", "storefront/payment_texts.py")
"""Sources whose sentences are listed by their meaning; `cli`, `console` and `sandbox` speak to nobody who buys here."""
NOT_TO_BUYERS = ("cli", "console", "sandbox")


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence. `kind` is failure, refusal, problem or page."""

    kind: str
    cause: str
    en: str
    zh: str


def lines() -> Iterator[Line]:
    yield from _failures()
    yield from _refusals()
    yield from _problems()
    yield from _pages()


def _failures() -> Iterator[Line]:
    for text in dict.fromkeys(meaning.text for meaning in MEANINGS.values()):
        codes = [code for code, meaning in MEANINGS.items() if meaning.text is text]
        codes += [code for code, generic in HIDDEN.items() if MEANINGS[generic].text is text]
        yield Line("failure", " ".join(sorted(codes)), text.en, text.zh)


def _refusals() -> Iterator[Line]:
    for error in errors.ALL_ERRORS:
        yield Line("refusal", error.code, error.text.en, error.text.zh)


def _problems() -> Iterator[Line]:
    """What stands in a refusal's `{problem}` and its like, as the source has it."""
    for path in sorted(HERE.rglob("*.py")):
        source = path.relative_to(HERE)
        if source.as_posix() in ELSEWHERE or source.parts[0] in NOT_TO_BUYERS:
            continue
        for name, call in _texts_in(ast.parse(path.read_text("utf-8"))):
            said = {keyword.arg: _literal(keyword.value) for keyword in call.keywords}
            yield Line("problem", f"{source.as_posix()} {name}", said.get("en", ""), said.get("zh", ""))


def _texts_in(tree: ast.AST, owner: str = "") -> Iterator[tuple[str, ast.Call]]:
    """Calls that give both languages, with the definition they stand in."""
    for node in ast.iter_child_nodes(tree):
        name = owner
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{owner}.{node.name}" if owner else node.name
        elif isinstance(node, ast.Call) and _is_said_here(node):
            yield name, node
        yield from _texts_in(node, name)


def _is_said_here(call: ast.Call) -> bool:
    """Both languages are given, and neither is only passed on."""
    named = {name.id for keyword in call.keywords for name in ast.walk(keyword.value) if isinstance(name, ast.Name)}
    return {"en", "zh"} <= {keyword.arg for keyword in call.keywords} and not named & {"en", "zh"}


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [
            part.value if isinstance(part, ast.Constant) else "{" + ast.unparse(part.value) + "}"
            for part in node.values
            if isinstance(part, ast.Constant | ast.FormattedValue)
        ]
        return "".join(map(str, parts))
    return "{" + ast.unparse(node) + "}"


def _pages() -> Iterator[Line]:
    """Whatever tables the storefront's texts have."""
    for table, value in (vars(texts) | vars(payment_texts)).items():
        if isinstance(value, Mapping):
            yield from _named(table, value.items())
        elif isinstance(value, tuple):
            yield from _named(table, (row for row in value if isinstance(row, tuple) and len(row) == 2))


def _named(table: str, pairs: Iterable[tuple[object, object]]) -> Iterator[Line]:
    for name, text in pairs:
        if isinstance(text, Text):
            yield Line("page", f"{table.strip('_').lower().removesuffix('_words')} {name}", text.en, text.zh)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one object a line")
    chosen = parser.parse_args()
    found = list(lines())
    for line in found:
        if chosen.json:
            sys.stdout.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(f"{line.kind}  {line.cause}\n    {line.en}\n    {line.zh}\n")
    if not chosen.json:
        kinds = {kind: sum(line.kind == kind for line in found) for kind in dict.fromkeys(one.kind for one in found)}
        sys.stdout.write(f"{len(found)} sentences: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}\n")
    sys.exit(any(not (line.en and line.zh) for line in found))


if __name__ == "__main__":
    main()
