"""The page that a person sees in place of an error's envelope: what happened, in their language, and a way on.

It says no more than the envelope does.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from gateway.domain.errors import GatewayError, NotFound
from gateway.http.refusals import ErrorPage
from gateway.settings import Settings
from gateway.storefront.rendering import Renderer, language_of
from gateway.storefront.texts import ERROR_WORDS
from gateway.telemetry.request_id import current_request_id


def create_error_page(settings: Settings) -> ErrorPage:
    renderer = Renderer(settings)

    def page(scope: Scope, error: GatewayError) -> Response:
        request = Request(scope)
        is_missing = isinstance(error, NotFound)
        response = renderer.page(
            "error.html",
            request,
            ERROR_WORDS,
            status=error.http_status,
            kind="missing" if is_missing else "ours" if error.http_status >= 500 else "refused",
            message="" if is_missing else error.message(language_of(request)),
            request_id="" if is_missing else current_request_id() or "",
        )
        # An address that is missing now may be there a second later.
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] += ", Accept, Sec-Fetch-Mode"
        return response

    return page
