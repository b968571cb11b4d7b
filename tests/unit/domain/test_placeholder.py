import pytest

from gateway.domain.placeholder import with_plain_placeholder

PLAIN = "https://shop.example/ok?id={CHECKOUT_SESSION_ID}&b=%7Bx%7D"


@pytest.mark.parametrize(
    "encoded",
    [
        "%7BCHECKOUT_SESSION_ID%7D",
        "%7bCHECKOUT_SESSION_ID%7d",
        "%7Bcheckout_session_id%7D",
        "{CHECKOUT_SESSION_ID%7D",
        "%7BCHECKOUT_SESSION_ID}",
        "%7BCHECKOUT%5FSESSION%5fID%7D",
        "%257BCHECKOUT_SESSION_ID%257D",
    ],
)
def test_an_encoded_placeholder_becomes_plain_and_nothing_else_is_decoded(encoded: str) -> None:
    assert with_plain_placeholder(PLAIN.replace("{CHECKOUT_SESSION_ID}", encoded)) == PLAIN


@pytest.mark.parametrize("url", [PLAIN, "https://shop.example/ok", "", "%7BCHECKOUT%7D", "%255BCHECKOUT_SESSION_ID%5D"])
def test_any_other_url_stays_as_it_is(url: str) -> None:
    assert with_plain_placeholder(url) == url
