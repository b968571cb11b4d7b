"""No page may meet a word it has no sentence for."""

import re
from pathlib import Path

import pytest

import gateway.storefront
from gateway.domain.decline_codes import FailureAdvice
from gateway.domain.language import Language
from gateway.domain.status import Status
from gateway.storefront.texts import CANCEL_WORDS, SHOP_WORDS, SUCCESS_WORDS, Words, spoken

HERE = Path(gateway.storefront.__file__).parent
PAGES = [("shop", SHOP_WORDS), ("success", SUCCESS_WORDS), ("cancel", CANCEL_WORDS)]


@pytest.mark.parametrize("told", [*Status, "failed_final", "waiting", "unknown"])
def test_every_status_has_a_title_a_meaning_and_what_it_waits_for(told: str) -> None:
    words = spoken(SUCCESS_WORDS, Language.ZH)
    assert words[f"title_{told}"]
    assert words[f"meaning_{told}"]
    assert words[f"waits_{told}"]


@pytest.mark.parametrize("advice", FailureAdvice)
def test_every_advice_has_a_sentence(advice: FailureAdvice) -> None:
    assert spoken(SUCCESS_WORDS, Language.EN)[f"advice_{advice}"]


@pytest.mark.parametrize(("page", "words"), PAGES, ids=[page for page, _ in PAGES])
def test_a_page_s_script_uses_no_sentence_its_page_lacks(page: str, words: Words) -> None:
    script = (HERE / "static" / f"{page}.js").read_text("utf-8") + (HERE / "static/graphql.js").read_text("utf-8")
    used = set(re.findall(r"\bwords\.(\w+)", script)) | set(re.findall(r'"(remedy_\w+)"', script))
    assert used
    assert used <= spoken(words, Language.EN).keys()


def test_what_stripe_refuses_for_good_is_never_offered_again() -> None:
    script = (HERE / "static/shop.js").read_text("utf-8")
    assert re.findall(r'(\w+): "remedy_tell"', script)[-1] == "checkout_refused"


@pytest.mark.parametrize(("page", "words"), PAGES, ids=[page for page, _ in PAGES])
def test_both_languages_fill_the_same_places(page: str, words: Words) -> None:
    for name, text in words.items():
        assert re.findall(r"{\w+}", text.en) == re.findall(r"{\w+}", text.zh), f"{page}: {name}"


def test_nothing_is_fetched_from_another_house() -> None:
    files = [*HERE.glob("static/*.[cj]s*"), *HERE.glob("templates/*.html")]
    fetching = re.compile(r"""(?:src=|href=|url\(|from |import )["']?https?:""")
    assert len(files) > 10
    assert [file.name for file in files if fetching.search(file.read_text("utf-8"))] == []


def test_the_pages_never_name_the_polling_path() -> None:
    assert [file.name for file in HERE.glob("static/*.js") if "check-payment-status" in file.read_text("utf-8")] == []
