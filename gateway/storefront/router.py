"""The storefront's routes: three pages and their static files, served without asking Stripe or the database.

Everything a page learns about a payment it learns in the browser, through GraphQL, as any front end would.
"""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.domain.catalogue import Catalogue
from gateway.domain.identifiers import parse_session_id
from gateway.domain.language import Language, accepted_language
from gateway.settings import Settings
from gateway.storefront.texts import CANCEL_WORDS, SHOP_WORDS, SUCCESS_WORDS, TEST_CARDS, Words, spoken

STATIC_PATH = "/storefront"
"""Where the style sheet and the scripts live."""

_HERE = Path(__file__).parent
_LANGUAGE_COOKIE = "lang"
_YEAR_SECONDS = 365 * 24 * 3600
_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    # The address of the success page holds a session id: it must not travel to other sites.
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
}


def create_storefront(settings: Settings) -> list[BaseRoute]:
    """The routes to append to the application; the catalogue is read from `app.state.services` at request time."""
    pages = _Pages(settings)
    return [
        Route("/", pages.shop, name="storefront-shop"),
        Route("/success", pages.success, name="storefront-success"),
        Route("/cancel", pages.cancel, name="storefront-cancel"),
        Mount(STATIC_PATH, _Static(directory=_HERE / "static"), name="storefront-static"),
    ]


class _Pages:
    """One method a page. Each renders from the request and the settings alone."""

    def __init__(self, settings: Settings) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._is_live = settings.livemode
        self._has_playground = settings.development or settings.playground
        self._has_docs = settings.development or settings.docs

    async def shop(self, request: Request) -> Response:
        language = _language(request)
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
        return self._page("shop.html", request, SHOP_WORDS, packages=packages, test_cards=cards)

    async def success(self, request: Request) -> Response:
        return self._page("success.html", request, SUCCESS_WORDS, session_id=_session_id(request))

    async def cancel(self, request: Request) -> Response:
        return self._page("cancel.html", request, CANCEL_WORDS, session_id=_session_id(request))

    def _page(self, template: str, request: Request, words: Words, **values: Any) -> Response:
        language = _language(request)
        html = self._templates.get_template(template).render(
            language=language,
            other_language=Language.EN if language is Language.ZH else Language.ZH,
            static=STATIC_PATH,
            words=spoken(words, language),
            path=request.url.path,
            is_live=self._is_live,
            has_playground=self._has_playground,
            has_docs=self._has_docs,
            **values,
        )
        response = HTMLResponse(html, headers={**_HEADERS, "Content-Language": language})
        if request.query_params.get("lang") == language:
            response.set_cookie(_LANGUAGE_COOKIE, language, max_age=_YEAR_SECONDS, samesite="lax", httponly=True)
        return response


def _language(request: Request) -> Language:
    """The switch (`?lang=`) first, then what it was last set to, then what the browser prefers."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if chosen in tuple(Language):
            return Language(chosen)
    return accepted_language(request.headers.get("accept-language"))


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
