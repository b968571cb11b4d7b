"""The list of what buyers can read is whole and in both languages."""

import re

import pytest

from gateway.domain.buyer_sentences import SENTENCES
from gateway.domain.errors import ALL_ERRORS
from gateway.storefront.payment_texts import SUCCESS_WORDS
from tests.buyer_sentences import Line, lines

LINES = list(lines())
SPOKEN_OF_THE_OTHER = {"everywhere switch"}
"""The switch names the other language in that language."""


@pytest.mark.parametrize("kind", ["failure", "refusal", "problem", "page"])
def test_every_sentence_is_in_both_languages_with_its_cause(kind: str) -> None:
    found = [line for line in LINES if line.kind == kind and line.cause not in SPOKEN_OF_THE_OTHER]
    assert len(found) > 10
    assert [line for line in found if not _is_spoken(line)] == []


def test_the_list_has_every_failure_refusal_and_page() -> None:
    said = {line.en for line in LINES}
    assert said >= {text.en for text in [*SENTENCES.values(), *SUCCESS_WORDS.values()]}
    assert said >= {error.text.en for error in ALL_ERRORS}


def _is_spoken(line: Line) -> bool:
    without = [re.sub(r"{[^}]*}", "", text) for text in (line.en, line.zh)]
    if without == ["", ""]:
        return line.cause != ""  # It is nothing but what another sentence says.
    return bool(line.cause and re.search(r"[a-zA-Z]", without[0]) and re.search(r"[\u4e00-\u9fff]", without[1]))
