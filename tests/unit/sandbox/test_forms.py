"""Stripe's bracketed forms, read into trees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sandbox.errors import StripeRefusal
from gateway.sandbox.forms import parse
from gateway.sandbox.params import Params


def test_literal_and_encoded_brackets_mean_the_same() -> None:
    literal = parse(b"line_items[0][price]=p&expand[0]=x")
    encoded = parse(b"line_items%5B0%5D%5Bprice%5D=p&expand%5B0%5D=x")

    assert literal == encoded == {"line_items": {"0": {"price": "p"}}, "expand": {"0": "x"}}


def test_empty_brackets_append_and_a_repeated_field_begins_the_next_element() -> None:
    tree = parse(b"expand[]=a&expand[]=b&line_items[][price]=p&line_items[][quantity]=1&line_items[][price]=q")

    assert Params(tree).texts("expand") == ["a", "b"]
    assert tree["line_items"] == {"0": {"price": "p", "quantity": "1"}, "1": {"price": "q"}}


@pytest.mark.parametrize("body", [b"a=1&a[b]=2", b"a[b]=1&a=2", b"a[b=1", b"a" + b"[b]" * 20 + b"=1", b"a=%FF"])
def test_contradictions_and_oversized_fields_are_refused(body: bytes) -> None:
    with pytest.raises(StripeRefusal):
        parse(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        tree = parse(body)
    except StripeRefusal:
        return
    assert isinstance(tree, dict)


@pytest.mark.parametrize("value", ["abc", "1.5", "٣", "9" * 19, "1e3"])
def test_what_is_no_integer_is_refused(value: str) -> None:
    with pytest.raises(StripeRefusal) as caught:
        Params({"limit": value}).integer("limit")

    assert caught.value.error["code"] == "parameter_invalid_integer"


def test_metadata_beyond_stripes_limits_is_refused() -> None:
    for metadata in ({"k" * 41: "v"}, {"k": "v" * 501}, {str(place): "v" for place in range(51)}):
        with pytest.raises(StripeRefusal):
            Params({"metadata": metadata}).metadata()
