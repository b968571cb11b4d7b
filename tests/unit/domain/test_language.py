import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.language import Language, Text, accepted_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.EN),
        ("", Language.EN),
        ("zh", Language.ZH),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH),
        ("zh-Hant-TW", Language.ZH),
        ("ZH-cn", Language.ZH),
        ("en-US,en;q=0.9,zh-CN;q=0.8", Language.EN),
        ("en;q=0.3, zh;q=0.7", Language.ZH),
        ("fr-FR, de;q=0.9, zh;q=0.1", Language.ZH),
        ("fr, de", Language.EN),
        ("*", Language.EN),
        ("zh;q=0", Language.EN),
        ("zh;q=0, en;q=0.1", Language.EN),
        ("en,zh", Language.EN),
        ("zh,en", Language.ZH),
        ("  zh ; q=0.5 , en ; q=0.4 ", Language.ZH),
        ("zh;q=high, en;q=0.1", Language.EN),
        ("zh;level=1", Language.ZH),
        ("zh;q=nan", Language.EN),
        ("zhou", Language.EN),
        (",,;;==,", Language.EN),
    ],
)
def test_the_header_names_the_language_by_preference(header: str | None, language: Language) -> None:
    assert language == accepted_language(header)


def test_a_page_may_choose_what_is_spoken_to_callers_who_name_neither() -> None:
    assert Language.ZH is accepted_language("fr", otherwise=Language.ZH)
    assert Language.EN is accepted_language("fr, en;q=0.1", otherwise=Language.ZH)


def test_an_endless_header_is_read_only_to_its_bound() -> None:
    assert Language.EN is accepted_language("fr," * 400 + "zh")


@given(st.text(max_size=300))
def test_any_header_gives_a_language(header: str) -> None:
    assert accepted_language(header) in Language


def test_a_text_is_spoken_in_the_language_asked_for() -> None:
    text = Text(en="Hello", zh="你好")
    assert [text.in_(Language.EN), text.in_(Language.ZH)] == ["Hello", "你好"]
