"""The storefront's routes: three pages and their static files, served without asking Stripe or the database.

Everything a page learns about a payment it learns in the browser, through GraphQL, as any front end would. Where the
demo shop is off, `/` says what this is, and the other two do not exist.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.domain.catalogue import Catalogue
from gateway.domain.identifiers import parse_session_id
from gateway.settings import Settings
from gateway.storefront.payment_texts import CANCEL_WORDS, SUCCESS_WORDS
from gateway.storefront.rendering import HERE, STATIC_PATH, Renderer, language_of
from gateway.storefront.texts import PLAIN_WORDS, SHOP_WORDS, TEST_CARDS


def create_storefront(settings: Settings) -> list[BaseRoute]:
    """The routes to append to the application; the catalogue is read from `app.state.services` at request time."""
    pages = _Pages(settings)
    static = Mount(STATIC_PATH, _Static(directory=HERE / "static"), name="storefront-static")
    if not settings.has_storefront:
        return [Route("/", pages.plain, name="plain"), static]
    return [
        Route("/", pages.shop, name="storefront-shop"),
        Route("/success", pages.success, name="storefront-success"),
        Route("/cancel", pages.cancel, name="storefront-cancel"),
        static,
    ]


class _Pages:
    """One method a page. Each renders from the request and the settings alone."""

    def __init__(self, settings: Settings) -> None:
        self._renderer = Renderer(settings)
        self._is_live = settings.livemode
        # Where the shop's own addresses are set, a purchase returns there; else here, in its language.
        self._returns = {
            "success_url": "" if settings.success_url else settings.effective_success_url,
            "cancel_url": "" if settings.cancel_url else settings.effective_cancel_url,
        }
        self._sandbox = settings.stripe_api_base or "" if settings.development else ""

    async def plain(self, request: Request) -> Response:
        return self._renderer.page("plain.html", request, PLAIN_WORDS)

    async def shop(self, request: Request) -> Response:
        language = language_of(request)
        catalogue: Catalogue = request.app.state.services.catalogue
        packages = [
            {
                "price_id": package.price_id,
                "name": package.name(language),
                "description": package.description(language),
                "price": package.unit_amount.formatted,
                "currency": package.unit_amount.currency.upper(),
            }
            for package in catalogue
        ]
        cards = [] if self._is_live else [(number, text.in_(language)) for number, text in TEST_CARDS]
        values: dict[str, Any] = {"packages": packages, "test_cards": cards, **self._returns}
        return self._renderer.page("shop.html", request, SHOP_WORDS, **values)

    async def success(self, request: Request) -> Response:
        values: dict[str, Any] = {"session_id": _session_id(request), "sandbox": self._sandbox}
        return self._renderer.page("success.html", request, SUCCESS_WORDS, **values)

    async def cancel(self, request: Request) -> Response:
        return self._renderer.page("cancel.html", request, CANCEL_WORDS, session_id=_session_id(request))


def _session_id(request: Request) -> str:
    """The session the address names, or nothing: a malformed id is treated as none."""
    return parse_session_id(request.query_params.get("session_id", "")) or ""


class _Static(StaticFiles):
    """Our few files, revalidated each time: a page never runs yesterday's script after an upgrade."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
