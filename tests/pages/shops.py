"""The running shops that the pages belong to, and purchases in every status, made without a browser."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.processes import Addresses, gateway_dev

STARTER = "price_1QlYNRHVMy0i1BlJA1y0DxB2"
FREE = "price_ofNothing"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
_KEY = {"Authorization": "Bearer sk_test_sandbox"}
_CATALOGUE = f"""
[[packages]]
price_id = "{STARTER}"
unit_amount = 99999900
currency = "usd"
name = "{LONG}"
description = "{LONG} {LONG}"

[[packages]]
price_id = "{FREE}"
unit_amount = 0
currency = "usd"
name = {{ en = "Nothing at all", zh = "免费体验" }}
"""
_CREATE = """mutation ($input: CreateCheckoutSessionInput!) {
  createCheckoutSession(input: $input) { ... on CheckoutSession { sessionId url } ... on Refusal { message } }
}"""
_CANCEL = "mutation ($id: ID!) { cancelCheckoutSession(sessionId: $id) { __typename } }"


@dataclass(frozen=True)
class Session:
    id: str
    url: str


class Shop:
    """One `gateway dev`. Purchases are made by GraphQL, paid at the pretend Stripe; the pages then show them."""

    def __init__(self, addresses: Addresses) -> None:
        self.gateway, self.sandbox = addresses.gateway, addresses.sandbox
        self.admin_key = addresses.admin_key
        self._http = httpx.Client(timeout=30)

    def close(self) -> None:
        self._http.close()

    def begin(self, price_id: str = STARTER, **more: Any) -> Session:
        made = self._ask(_CREATE, {"input": {"priceId": price_id, **more}})["createCheckoutSession"]
        return Session(made["sessionId"], made["url"])

    def pay(self, session: Session, card: str = "4242424242424242") -> Any:
        """Any number; a declined one leaves the session open. The session's page at Stripe, afterwards."""
        answer = self._stripe(f"/v1/payment_pages/{session.id}/confirm", {"payment_method_data[card][number]": card})
        assert answer.status_code in {200, 402}, answer.text
        return answer.json()

    def expire(self, session: Session) -> None:
        self._stripe(f"/v1/checkout/sessions/{session.id}/expire", {}).raise_for_status()

    def refund(self, session: Session) -> None:
        asked = self.at_stripe(f"/v1/checkout/sessions/{session.id}")
        self._stripe("/v1/refunds", {"payment_intent": asked["payment_intent"]}).raise_for_status()

    def cancel(self, session: Session) -> None:
        self._ask(_CANCEL, {"id": session.id})

    def wait_for(self, session: Session, status: str, *, patience_seconds: float = 20.0) -> None:
        """Until the gateway knows; its own long poll does the waiting."""
        end = time.monotonic() + patience_seconds
        while (now := self._status(session)) != status:
            assert time.monotonic() < end, now

    def at_stripe(self, path: str, **parameters: str) -> Any:
        """What the pretend Stripe answers."""
        return self._http.get(self.sandbox + path, params=parameters, headers=_KEY).raise_for_status().json()

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """What an operator is answered."""
        return self._ask(query, variables or {}, {"Authorization": f"Bearer {self.admin_key}"})

    def read(self, session: Session, fields: str) -> Any:
        query = f"query ($id: ID!) {{ paymentStatus(sessionId: $id) {{ {fields} }} }}"
        return self.ask(query, {"id": session.id})["paymentStatus"]

    def wait_for_event(self, session: Session, kind: str, *, patience_seconds: float = 20.0) -> None:
        """Until the inbox has this event of it: a read, or another event, may have learned of the payment before."""
        end = time.monotonic() + patience_seconds
        query = """query ($id: ID!, $type: String!) {
          webhookEvents(filter: { paymentId: $id, type: $type }, first: 1) { edges { cursor } } }"""
        payment_id = self.read(session, "operator { paymentId }")["operator"]["paymentId"]
        while not self.ask(query, {"id": payment_id, "type": kind})["webhookEvents"]["edges"]:
            assert time.monotonic() < end, session.id

    def _status(self, session: Session) -> Any:
        url = f"{self.gateway}/api/check-payment-status/{session.id}"
        return self._http.get(url, headers={"Prefer": "wait=1"}).json()["status"]

    def _stripe(self, path: str, form: dict[str, str]) -> httpx.Response:
        return self._http.post(self.sandbox + path, data=form, headers=_KEY)

    def _ask(self, query: str, variables: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        data: dict[str, Any] = self._http.post(f"{self.gateway}/graphql", json=body, headers=headers).json()["data"]
        return data


@dataclass(frozen=True)
class Shops:
    """`usual`: as everybody starts it. `long`: every text of its owner is long. `off`: without the demo shop."""

    usual: Shop
    long: Shop | None = None
    off: Shop | None = None


@contextmanager
def open_shops(folder: Path, *, only_usual: bool = False) -> Iterator[Shops]:
    with ExitStack() as stack:

        def opened(name: str, **environment: str) -> Shop:
            limit = {"GATEWAY_RATE_LIMIT": "10000/minute"}
            shop = Shop(stack.enter_context(gateway_dev(folder / name, **limit, **environment)))
            stack.callback(shop.close)
            return shop

        if only_usual:
            yield Shops(opened("usual"))
            return
        catalogue = folder / "long.toml"
        catalogue.write_text(_CATALOGUE, "utf-8")
        long = {"GATEWAY_CATALOGUE": str(catalogue), "GATEWAY_SHOP_NAME": LONG}
        yield Shops(opened("usual"), opened("long", **long), opened("off", GATEWAY_STOREFRONT="off"))
