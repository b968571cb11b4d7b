"""What people would pick instead, as small as it can be: `python -m tests.benchmarks.baselines NAME PORT DATABASE_URL`.

One worker each, on uvloop and httptools as the gateway is, without an access log. `bare` is the least that an answer
costs; the others read the gateway's own rows through Tortoise. `hooks` keeps tables of its own.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import strawberry
import stripe
import uvicorn
from fastapi import FastAPI, Request
from strawberry.fastapi import GraphQLRouter
from tortoise import Tortoise, fields
from tortoise.models import Model
from tortoise.transactions import in_transaction

from gateway.models import Payment

SECRET = "whsec_benchmarks"
STATUS_PATH = "/api/check-payment-status/"
HOOK_PATH = "/api/stripe/webhook"


class Order(Model):
    id = fields.CharField(100, primary_key=True)
    status = fields.CharField(20)

    class Meta:
        table = "benchmark_order"


class Event(Model):
    id = fields.CharField(100, primary_key=True)
    body = fields.TextField()

    class Meta:
        table = "benchmark_event"


def lifespan_of(url: str, models: str, *, create: bool = False) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        address = url.replace("sqlite://", "sqlite:///", 1) if url.startswith("sqlite://./") else url
        await Tortoise.init(db_url=address, modules={"models": [models]}, _enable_global_fallback=True)
        if create:
            await Tortoise.generate_schemas(safe=True)
        yield
        await Tortoise.close_connections()

    return lifespan


async def bare(scope: Any, _receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    """The answer of a status read, from nowhere."""
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", b"19")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"status":"unpaid"}'})


def rest(url: str) -> FastAPI:
    """FastAPI and Tortoise's `.get()`."""
    app = FastAPI(lifespan=lifespan_of(url, "gateway.models"))

    @app.get(STATUS_PATH + "{session_id}")
    async def status(session_id: str) -> dict[str, str]:
        return {"status": (await Payment.get(session_id=session_id)).status}

    return app


@strawberry.type
class Amount:
    formatted: str


@strawberry.type
class Price:
    id: strawberry.ID
    name: str
    unit_amount: Amount


@strawberry.type
class ReadPayment:
    session_id: strawberry.ID
    status: str
    version: int
    is_final: bool


@strawberry.type
class Query:
    @strawberry.field
    async def payment_status(self, session_id: strawberry.ID) -> ReadPayment | None:
        row = await Payment.get_or_none(session_id=session_id)
        if row is None:
            return None
        return ReadPayment(
            session_id=strawberry.ID(row.session_id or ""),
            status=row.status,
            version=row.version,
            is_final=row.is_final,
        )

    @strawberry.field
    def prices(self) -> list[Price]:
        amount = Amount(formatted="$5.00")
        return [Price(id=strawberry.ID(f"price_{n}"), name="A package", unit_amount=amount) for n in range(7)]


def graphql(url: str) -> FastAPI:
    """strawberry's own router, as its documentation shows it."""
    app = FastAPI(lifespan=lifespan_of(url, "gateway.models"))
    router: Any = GraphQLRouter(strawberry.Schema(Query))
    app.include_router(router, prefix="/graphql")
    return app


def hooks(url: str) -> FastAPI:
    """Stripe's SDK verifies and parses; one transaction stores the event and writes the status."""
    app = FastAPI(lifespan=lifespan_of(url, __name__, create=True))

    @app.post(HOOK_PATH)
    async def receive(request: Request) -> dict[str, bool]:
        body = await request.body()
        event = stripe.Webhook.construct_event(body, request.headers["stripe-signature"], SECRET)
        session_id = event["data"]["object"]["id"]
        async with in_transaction() as connection:
            _, is_new = await Event.get_or_create({"body": body.decode()}, connection, id=event["id"])
            if is_new:
                order, _ = await Order.get_or_create({"status": "unpaid"}, connection, id=session_id)
                order.status = "paid"
                await order.save(using_db=connection)
        return {"received": True}

    return app


BY_NAME: dict[str, Callable[[str], Any]] = {"bare": lambda _url: bare, "rest": rest, "graphql": graphql, "hooks": hooks}


if __name__ == "__main__":
    name, port, database_url = sys.argv[1:]
    app = BY_NAME[name](database_url)
    uvicorn.run(app, host="127.0.0.1", port=int(port), access_log=False, log_level="warning", loop="uvloop")
