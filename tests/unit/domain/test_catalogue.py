from importlib import resources

import pytest

from gateway.domain.catalogue import CatalogueError, parse_catalogue
from gateway.domain.checkout_options import NAMES
from gateway.domain.language import Language
from gateway.domain.money import Money

GOOD = """
[[packages]]
price_id = "price_1Small"
unit_amount = 500
currency = "usd"
name = { en = "Small", zh = "小" }
description = { en = "A little.", zh = "一点。" }

[[packages]]
price_id = "price_1Large"
unit_amount = 0
currency = "jpy"
name = "Gratis"
"""


def package(**fields: str) -> str:
    """A file of one package, with some fields (as TOML) changed; an empty one is left out."""
    usual = {"price_id": '"price_1Small"', "unit_amount": "500", "currency": '"usd"', "name": '"Small"'}
    return "[[packages]]\n" + "\n".join(f"{name} = {value}" for name, value in (usual | fields).items() if value)


def test_packages_are_read_in_the_order_of_the_file() -> None:
    catalogue = parse_catalogue(GOOD)
    assert [("price_1Small", Money(500, "usd")), ("price_1Large", Money(0, "jpy"))] == [
        (package.price_id, package.unit_amount) for package in catalogue
    ]
    assert len(catalogue) == 2


def test_a_package_speaks_both_languages() -> None:
    small, _ = parse_catalogue(GOOD)
    assert [small.name(language) for language in (Language.EN, Language.ZH)] == ["Small", "小"]
    assert [small.description(language) for language in (Language.EN, Language.ZH)] == ["A little.", "一点。"]


def test_one_plain_name_serves_both_languages_and_a_description_may_be_missing() -> None:
    _, gratis = parse_catalogue(GOOD)
    assert [gratis.name(language) for language in Language] == ["Gratis", "Gratis"]
    assert gratis.description(Language.EN) is None


def test_a_name_without_chinese_is_spoken_in_english() -> None:
    (only,) = parse_catalogue(package(name='{ en = "Small" }'))
    assert only.name(Language.ZH) == "Small"


def test_a_package_is_found_by_its_price_id_alone() -> None:
    catalogue = parse_catalogue(GOOD)
    found = catalogue.find("price_1Large")
    assert found is not None
    assert found.price_id == "price_1Large"
    assert catalogue.find("price_1large") is None
    assert catalogue.find("") is None


PRICE_ID = "package 1: `price_id` must be a Stripe price id, like price_1AbC"
UNIT_AMOUNT = "package 1: `unit_amount` must be a whole number of minor units (cents)"
CURRENCY = "package 1: `currency` must be three lower-case letters, like usd"
NAME = 'package 1: `name` must be a string or { en = "…", zh = "…" }'


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("", "the catalogue needs at least one [[packages]] table"),
        ("packages = []", "the catalogue needs at least one [[packages]] table"),
        ("[packages]\nprice_id = 'price_1'", "the catalogue needs at least one [[packages]] table"),
        ("packages = [1]", "package 1 must be a [[packages]] table"),
        (package(price_id='"prod_1"'), PRICE_ID),
        (package(price_id=""), PRICE_ID),
        (package(price_id="7"), PRICE_ID),
        (package(unit_amount="5.00"), UNIT_AMOUNT),
        (package(unit_amount='"500"'), UNIT_AMOUNT),
        (package(unit_amount="true"), UNIT_AMOUNT),
        (package(unit_amount="-1"), UNIT_AMOUNT),
        (package(unit_amount=""), UNIT_AMOUNT),
        (package(currency='"USD"'), CURRENCY),
        (package(currency='"dollars"'), CURRENCY),
        (package(currency="1"), CURRENCY),
        (package(currency=""), CURRENCY),
        (package(name=""), "package 1: `name` is missing"),
        (package(name="3"), NAME),
        (package(name='{ zh = "小" }'), NAME),
        (package(name='{ en = "Small", fr = "Petit" }'), NAME),
        (package(description="[1]"), NAME.replace("name", "description")),
        (
            package(price="5"),
            "package 1 has an unknown field `price`; "
            "known are checkout, currency, description, name, price_id, unit_amount",
        ),
        (package() + "\n" + package(), "the catalogue names the same price_id twice"),
        (package() + "\n" + package(price_id='"x"'), PRICE_ID.replace("1:", "2:")),
        ("checkout = 3\n" + package(), "[checkout] must be a table of options"),
        (
            package() + "\n[checkout]\ncurency = 'buyer'",
            "[checkout] has an unknown field `curency`; known are " + ", ".join(NAMES),
        ),
        (
            package() + "\n[checkout]\ncurrency = 'usd'",
            "[checkout]: `currency` must be one of price, buyer",
        ),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_refused_with_the_place_and_the_fix(toml: str, sentence: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        parse_catalogue(toml)
    assert sentence == str(refusal.value)


@pytest.mark.parametrize(
    ("table", "chosen"),
    [
        ("", None),
        ("[checkout]", None),
        ("[checkout]\ncurrency = 'price'", "price"),
        ("[checkout]\ncurrency = 'buyer'", "buyer"),
    ],
)
def test_the_shop_says_whether_the_buyer_chooses_the_currency(table: str, chosen: str | None) -> None:
    assert parse_catalogue(f"{package()}\n{table}").checkout.currency == chosen


def test_a_file_that_is_not_toml_is_refused_with_the_line() -> None:
    with pytest.raises(CatalogueError, match=r"^the catalogue is not valid TOML: .*line 2"):
        parse_catalogue("# my packages\npackages : 7\n")


def test_the_catalogue_in_the_package_holds_the_seven_packages_of_the_guide_in_both_languages() -> None:
    text = resources.files("gateway").joinpath("catalogue.toml").read_text(encoding="utf-8")
    catalogue = parse_catalogue(text)
    assert {package.price_id: package.unit_amount.amount_minor for package in catalogue} == {
        "price_1QlYNRHVMy0i1BlJA1y0DxB2": 500,
        "price_1QlYO1HVMy0i1BlJyDD3GlsN": 1500,
        "price_1QlYOaHVMy0i1BlJ1ZpdOMAO": 9900,
        "price_1QlYOrHVMy0i1BlJDHxIswM7": 40000,
        "price_1Qme87HVMy0i1BlJR1PRWOgz": 200,
        "price_1Qme9BHVMy0i1BlJwFyjwZwj": 500,
        "price_1QmeA6HVMy0i1BlJQD5dc34Z": 1200,
    }
    assert {"usd"} == {package.unit_amount.currency for package in catalogue}
    for package in catalogue:
        assert package.name(Language.EN) != package.name(Language.ZH)
        assert package.description(Language.EN) != package.description(Language.ZH)
