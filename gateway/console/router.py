"""The console's routes: a page and its static files. It answers where GATEWAY_ADMIN_KEYS is set."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.console.texts import WORDS
from gateway.domain.currencies import THREE_DECIMAL, ZERO_DECIMAL, decimal_digits
from gateway.domain.language import Language, accepted_language
from gateway.settings import Settings

PATH = "/console"
STATIC_PATH = "/console/static"
HERE = Path(__file__).parent
DIGITS = {
    "usual": decimal_digits("usd"),
    "others": {one: decimal_digits(one) for one in sorted(ZERO_DECIMAL | THREE_DECIMAL)},
}
_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
}


def create_console(settings: Settings) -> list[BaseRoute]:
    """The routes to append to the application; none where no operator has a key."""
    if not settings.admin_keys:
        return []
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )

    async def page(request: Request) -> Response:
        language = _language_of(request)
        html = templates.get_template("console.html").render(
            language=language,
            other=Language.EN if language is Language.ZH else Language.ZH,
            base=settings.base_path,
            static=settings.base_path + STATIC_PATH,
            shop_name=settings.shop_name or "",
            is_live=settings.livemode,
            digits=DIGITS,
            words={name: text.in_(language) for name, text in WORDS.items()},
        )
        return HTMLResponse(html, headers={**_HEADERS, "Content-Language": language})

    static = Mount(STATIC_PATH, _Static(directory=HERE / "static"), name="console-static")
    return [static, Route(PATH, page, name="console")]


def _language_of(request: Request) -> Language:
    """`?lang=` first, then what the browser prefers."""
    chosen = request.query_params.get("lang")
    return Language(chosen) if chosen in tuple(Language) else accepted_language(request.headers.get("accept-language"))


class _Static(StaticFiles):
    """Revalidated each time: a page never runs yesterday's script after an upgrade."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
