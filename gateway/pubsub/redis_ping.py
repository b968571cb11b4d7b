"""Whether Redis answers. For `gateway doctor` alone."""

import asyncio

try:
    import redis.asyncio as redis
    from redis.exceptions import RedisError
except ImportError:  # the extra [redis] is not installed; one process does not need it
    redis = None  # type: ignore[assignment]
    RedisError = OSError  # type: ignore[misc,assignment]

PING_SECONDS = 3.0


async def ping(url: str) -> str | None:
    """None when it answered, else what is wrong, without the url: that may hold a password."""
    if redis is None:
        return "the Python package is not installed: pip install 'payments-gateway[redis]'"
    client = redis.Redis.from_url(url, socket_timeout=PING_SECONDS, socket_connect_timeout=PING_SECONDS)
    try:
        async with asyncio.timeout(PING_SECONDS):
            await client.ping()
    except (RedisError, OSError, TimeoutError) as error:
        return f"it does not answer ({type(error).__name__})"
    finally:
        await client.aclose()
    return None
