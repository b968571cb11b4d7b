"""The fields of the hosted page, checked one by one.

A fault names its field and carries Stripe's code and English message.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gateway.sandbox import cards
from gateway.sandbox.cards import Card
from gateway.sandbox.payment import Payer
from gateway.sandbox.store import Object

MAX_FIELD_LENGTH = 200
COUNTRIES = ("US", "CN", "HK", "TW", "JP", "SG", "GB", "DE", "FR", "CA", "AU")

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_EXPIRY = re.compile(r"(\d{1,2})\s*/?\s*(\d{2}|\d{4})")


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is also the key under which `words` has the message in other languages."""

    code: str
    message: str


@dataclass(slots=True)
class Checked:
    """Either no faults and a payer (and a card, where something is due), or the faults by field name."""

    faults: dict[str, Fault] = field(default_factory=dict)
    card: Card | None = None
    payer: Payer | None = None


def asked_by(session: Object) -> dict[str, bool]:
    """The fields that the session's own options add to the form, each with whether it is required."""
    fields: dict[str, bool] = {}
    if session["billing_address_collection"] == "required":
        fields |= {"line1": True, "city": True}
    if session["phone_number_collection"]["enabled"]:
        fields |= {"phone": True}
    if (session.get("tax_id_collection") or {}).get("enabled"):
        fields |= {"tax_id": False}
    if session["shipping_address_collection"]:
        fields |= {"ship_name": True, "ship_line1": True, "ship_city": True, "ship_postal_code": False}
        fields |= {"ship_country": True}
    return fields


def check(form: Mapping[str, str], session: Object, *, now: int) -> Checked:
    """All faults at once, in the order of the form."""
    checked, card_wanted = Checked(), session["amount_total"] > 0
    email = _text(form, "email")
    if not _EMAIL.fullmatch(email):
        checked.faults["email"] = Fault("invalid_email", "Enter a valid email address.")
    month, year = 12, 2099
    if card_wanted:
        month, year = _check_card(form, checked, now)
    name, country = _text(form, "name"), _text(form, "country") or "US"
    if not name:
        checked.faults["name"] = Fault("name_missing", "Enter the name on the card.")
    if country not in COUNTRIES:
        checked.faults["country"] = Fault("country_missing", "Choose a country.")
    postal_code = _text(form, "postal_code")
    if country == "US" and not re.fullmatch(r"\d{5}", postal_code):
        checked.faults["postal_code"] = Fault("invalid_zip", "Enter a ZIP code of five digits.")
    collected = {name: _text(form, name) for name in asked_by(session)}
    for name, is_required in asked_by(session).items():
        if is_required and not collected[name]:
            checked.faults[name] = Fault("field_missing", "Fill in this field.")
    allowed = (session["shipping_address_collection"] or {}).get("allowed_countries", ())
    if collected.get("ship_country") and collected["ship_country"] not in allowed:
        checked.faults["ship_country"] = Fault("country_missing", "Choose a country.")
    if not checked.faults:
        checked.payer = Payer(
            email=email,
            name=name,
            country=country,
            postal_code=postal_code or None,
            exp_month=month,
            exp_year=year,
            collected=collected,
        )
    return checked


def check_number(number: str) -> Card | Fault:
    """A test card, or why it is none."""
    digits = re.sub(r"[\s-]", "", number)
    if not cards.passes_luhn(digits):
        return Fault("incorrect_number", "Your card number is incorrect.")
    return cards.by_number(digits) or Fault(
        "card_declined",
        "Your card was declined. Your request was in test mode, but used a non test card.",
    )


def _check_card(form: Mapping[str, str], checked: Checked, now: int) -> tuple[int, int]:
    number = _text(form, "card_number")
    if not number:
        checked.faults["card_number"] = Fault("number_missing", "Enter a card number.")
    else:
        found = check_number(number)
        if isinstance(found, Fault):
            checked.faults["card_number"] = found
        else:
            checked.card = found
    expiry = _check_expiry(_text(form, "expiry"), now)
    if isinstance(expiry, Fault):
        checked.faults["expiry"] = expiry
    if not re.fullmatch(r"\d{3}", _text(form, "cvc")):
        checked.faults["cvc"] = Fault("incomplete_cvc", "Your card's security code is incomplete.")
    return (0, 0) if isinstance(expiry, Fault) else expiry


def _check_expiry(text: str, now: int) -> tuple[int, int] | Fault:
    match = _EXPIRY.fullmatch(text)
    if match is None:
        return Fault("incomplete_expiry", "Your card's expiration date is incomplete.")
    month, year = int(match[1]), int(match[2])
    year += 2000 if year < 100 else 0
    today = datetime.fromtimestamp(now, UTC)
    if not 1 <= month <= 12:
        return Fault("invalid_expiry_month", "Your card's expiration month is invalid.")
    if (year, month) < (today.year, today.month):
        return Fault("expiry_past", "Your card's expiration date is in the past.")
    if year > today.year + 50:
        return Fault("invalid_expiry_year", "Your card's expiration year is invalid.")
    return month, year


def _text(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    return value.strip()[:MAX_FIELD_LENGTH] if isinstance(value, str) else ""
