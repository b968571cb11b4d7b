"""The one StripeClient of the process: asynchronous, with bounded time and no retries of its own unless asked."""

import aiohttp
import stripe

from gateway.settings import Settings

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0


def build_client(settings: Settings) -> stripe.StripeClient:
    """A client for the account and mode of the key; `STRIPE_API_BASE` leads it to the sandbox."""
    # Without a total an answer that trickles would hold its caller, and its place in the gate, for ever.
    total = CONNECT_SECONDS + READ_SECONDS
    timeout = aiohttp.ClientTimeout(total=total, connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
    base = {"api": settings.stripe_api_base} if settings.stripe_api_base else {}
    return stripe.StripeClient(
        settings.stripe_api_key.get_secret_value(),
        base_addresses=base,  # type: ignore[arg-type]
        http_client=stripe.AIOHTTPClient(timeout=timeout),
        max_network_retries=0,
    )


async def close_client(client: stripe.StripeClient) -> None:
    """Close the pooled connections, which the SDK otherwise leaves to the garbage collector."""
    await client._requestor._client.close_async()  # type: ignore[union-attr]
