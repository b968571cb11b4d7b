"""What every page shares: the templates, the language, the base of its links, and the headers."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.domain.language import Language, accepted_language
from gateway.settings import Settings
from gateway.storefront.texts import DEMO_SHOP, GATEWAY, Words, spoken

STATIC_PATH = "/storefront"
"""Where the style sheets and the scripts live, below the base."""

HERE = Path(__file__).parent
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


class Renderer:
    """Renders a template from the request and the settings alone. All links begin with the public url's path."""

    def __init__(self, settings: Settings) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["shortened"] = shortened
        self._shop_name = settings.shop_name
        self._base = settings.base_path
        self._is_live = settings.livemode
        self._has_playground = settings.has_playground
        self._has_docs = settings.has_docs
        self._has_storefront = settings.has_storefront

    def page(self, template: str, request: Request, words: Words, *, status: int = 200, **values: Any) -> Response:
        language = language_of(request)
        is_default = language is accepted_language(request.headers.get("accept-language"))
        html = self._templates.get_template(template).render(
            language=language,
            other_language=Language.EN if language is Language.ZH else Language.ZH,
            base=self._base,
            static=self._base + STATIC_PATH,
            shop_name=self._shop_name or (DEMO_SHOP if self._has_storefront else GATEWAY).in_(language),
            words=spoken(words, language),
            path=self._base + request.url.path.removeprefix(self._base),
            # What the addresses that a buyer comes back by must say, because the browser itself would not.
            chosen="" if is_default else language,
            is_live=self._is_live,
            has_playground=self._has_playground,
            has_docs=self._has_docs,
            has_storefront=self._has_storefront,
            **values,
        )
        response = HTMLResponse(html, status, headers={**_HEADERS, "Content-Language": language})
        if request.query_params.get("lang") == language:
            response.set_cookie(
                _LANGUAGE_COOKIE,
                language,
                max_age=_YEAR_SECONDS,
                path=self._base or "/",
                samesite="lax",
                httponly=True,
            )
        return response


def shortened(session_id: str) -> str:
    """An id as people compare it: its beginning and its end. `graphql.js` shortens alike."""
    return session_id if len(session_id) <= 24 else f"{session_id[:14]}…{session_id[-6:]}"


def language_of(request: Request) -> Language:
    """The switch (`?lang=`) first, then what it was last set to, then what the browser prefers."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if chosen in tuple(Language):
            return Language(chosen)
    return accepted_language(request.headers.get("accept-language"))
