import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe.params.checkout import SessionCreateParams

from gateway.domain.locales import LOCALES, nearest_locale


@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_a_locale_that_stripe_has_is_itself_in_any_case_and_with_either_separator(locale: str) -> None:
    written = [locale, locale.lower(), locale.upper(), locale.replace("-", "_"), f" {locale} "]
    assert {nearest_locale(tag) for tag in written} == {locale}


@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_stripes_own_library_knows_every_locale(locale: str) -> None:
    assert f"'{locale}'" in str(SessionCreateParams.__annotations__["locale"])


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("en-US", "en"),
        ("en-AU", "en"),
        ("en_GB", "en-GB"),
        ("EN-gb", "en-GB"),
        ("en-Latn-GB", "en-GB"),
        ("en-GB-oxendict", "en-GB"),
        ("en-u-ca-gregory", "en"),
        ("de-AT", "de"),
        ("de-CH-1996", "de"),
        ("fr-FR", "fr"),
        ("fr-BE", "fr"),
        ("fr_ca", "fr-CA"),
        ("pt-PT", "pt"),
        ("pt_BR", "pt-BR"),
        ("pt_BR.UTF-8", "pt-BR"),
        ("de_DE@euro", "de"),
        ("es-ES", "es"),
        ("es-GQ", "es"),
        ("es-MX", "es-419"),
        ("es-AR", "es-419"),
        ("es-US", "es-419"),
        ("es-419", "es-419"),
        ("zh-CN", "zh"),
        ("zh-SG", "zh"),
        ("zh-Hans", "zh"),
        ("zh-Hans-CN", "zh"),
        ("zh-Hans-HK", "zh"),
        ("zh-cmn-Hans-CN", "zh"),
        ("cmn-Hans-CN", "zh"),
        ("zh-Hant", "zh-TW"),
        ("zh-Hant-TW", "zh-TW"),
        ("zh-Hant-SG", "zh-TW"),
        ("zh-Hant-HK", "zh-HK"),
        ("zh-MO", "zh-HK"),
        ("zh-TW-u-ca-roc", "zh-TW"),
        ("zh-Hans-TW", "zh"),
        ("zh_hk", "zh-HK"),
        ("zh-yue-HK", "zh-HK"),
        ("yue-Hant-HK", "zh-HK"),
        ("no", "nb"),
        ("no-NO", "nb"),
        ("nn", "nb"),
        ("nn-NO", "nb"),
        ("nb-NO", "nb"),
        ("tl-PH", "fil"),
        ("fil-PH", "fil"),
        ("in-ID", "id"),
        ("sr-Latn-RS", "auto"),
        ("uk", "auto"),
        ("uk-UA", "auto"),
        ("ar", "auto"),
        ("he-IL", "auto"),
    ],
)
def test_a_tag_becomes_the_nearest_locale_that_stripe_has(tag: str, locale: str) -> None:
    assert nearest_locale(tag) == locale


@pytest.mark.parametrize(
    "tag",
    ["", " ", "*", "-", "e", "x-klingon", "english", "enn", "en!", "en;q=0.5", "ёn", "en\n\x00", "12", "zh" * 999],
)
def test_what_is_no_language_tag_becomes_auto(tag: str) -> None:
    assert nearest_locale(tag) == "auto"


@given(st.text(max_size=200))
def test_any_text_becomes_a_locale_that_stripe_has(tag: str) -> None:
    assert nearest_locale(tag) in LOCALES


@given(st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", fullmatch=True))
def test_the_nearest_of_the_nearest_is_the_same(tag: str) -> None:
    assert nearest_locale(nearest_locale(tag)) == nearest_locale(tag)
