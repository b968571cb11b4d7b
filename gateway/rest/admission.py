"""One token of the caller's limit for every REST call, and the window announced on whatever answer follows."""

from starlette.requests import Request

from gateway.http.answer_headers import announce
from gateway.services.container import Services


async def admit(request: Request) -> Services:
    """The services, once the caller may use them. Raises RateLimitExceeded."""
    services: Services = request.app.state.services
    address = services.admission.client_address(request.scope)
    announce(request.scope, await services.admission.admit(address))
    return services
