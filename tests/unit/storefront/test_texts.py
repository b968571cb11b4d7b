"""No page may meet a word it has no sentence for."""

import re
from pathlib import Path

import pytest

import gateway.storefront
from gateway.domain.language import Language
from gateway.domain.status import Status
from gateway.storefront.payment_texts import CANCEL_WORDS, SUCCESS_WORDS
from gateway.storefront.texts import ERROR_WORDS, PLAIN_WORDS, SHOP_WORDS, Words, spoken

HERE = Path(gateway.storefront.__file__).parent
PAGES = [("shop", SHOP_WORDS), ("success", SUCCESS_WORDS), ("cancel", CANCEL_WORDS)]
ALL_WORDS = [*PAGES, ("plain", PLAIN_WORDS), ("error", ERROR_WORDS)]
HELPERS = {"shop": ["open_purchase"], "success": ["timeline"], "cancel": []}
"""The scripts that speak with the words of the page that imports them."""


@pytest.mark.parametrize("reported", [*Status, "failed_final", "refunded", "waiting", "unknown"])
def test_every_status_has_a_title_a_meaning_and_what_it_waits_for(reported: str) -> None:
    words = spoken(SUCCESS_WORDS, Language.ZH)
    assert words[f"title_{reported}"]
    assert words[f"meaning_{reported}"]
    assert words[f"waits_{reported}"]


@pytest.mark.parametrize("status", Status)
def test_every_change_of_status_has_a_line_in_the_timeline(status: Status) -> None:
    assert spoken(SUCCESS_WORDS, Language.ZH)[f"event_{status}"]


@pytest.mark.parametrize("cause", ["begun", "api", "webhook", "retrieve", "reconciliation", "other"])
def test_every_cause_of_a_change_has_a_sentence(cause: str) -> None:
    assert spoken(SUCCESS_WORDS, Language.EN)[f"cause_{cause}"]


@pytest.mark.parametrize("state", ["connecting", "live", "lost", "done", "refused"])
def test_every_state_of_the_connection_has_a_sentence(state: str) -> None:
    assert spoken(SUCCESS_WORDS, Language.ZH)[f"connection_{state}"]


@pytest.mark.parametrize(("page", "words"), PAGES, ids=[page for page, _ in PAGES])
def test_a_page_s_script_uses_no_sentence_its_page_lacks(page: str, words: Words) -> None:
    scripts = [page, "graphql", *HELPERS[page]]
    script = "".join((HERE / "static" / f"{name}.js").read_text("utf-8") for name in scripts)
    used = set(re.findall(r"\bwords\.(\w+)", script)) | set(re.findall(r'"(remedy_\w+)"', script))
    assert used
    assert used <= spoken(words, Language.EN).keys()


def test_what_stripe_refuses_for_good_is_never_offered_again() -> None:
    script = (HERE / "static/shop.js").read_text("utf-8")
    assert re.findall(r'(\w+): "remedy_tell"', script)[-1] == "checkout_refused"


@pytest.mark.parametrize(("page", "words"), ALL_WORDS, ids=[page for page, _ in ALL_WORDS])
def test_both_languages_fill_the_same_places(page: str, words: Words) -> None:
    for name, text in words.items():
        assert re.findall(r"{\w+}", text.en) == re.findall(r"{\w+}", text.zh), f"{page}: {name}"


def test_nothing_is_fetched_from_another_server() -> None:
    files = [*HERE.glob("static/*.[cj]s*"), *HERE.glob("templates/*.html")]
    fetching = re.compile(r"""(?:src=|href=|url\(|from |import )["']?https?:""")
    assert len(files) > 10
    assert [file.name for file in files if fetching.search(file.read_text("utf-8"))] == []


def test_the_pages_never_name_the_polling_path() -> None:
    assert [file.name for file in HERE.glob("static/*.js") if "check-payment-status" in file.read_text("utf-8")] == []
