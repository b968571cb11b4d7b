"""Buys and watches through the client that ariadne-codegen wrote; prints the statuses it saw.

python watch_a_payment.py GATEWAY SANDBOX      with `shop_client` in the working directory
"""

import asyncio
import sys
import urllib.parse
import urllib.request

# Written by ariadne-codegen just before this runs.
from shop_client import Client, CreateCheckoutSessionInput  # type: ignore[import-not-found]

STARTER = "price_1QlYNRHVMy0i1BlJA1y0DxB2"


async def main(gateway: str, sandbox: str) -> None:
    address = f"{gateway}/graphql"
    async with Client(url=address, ws_url=address.replace("http", "ws", 1)) as client:
        assert len((await client.prices()).prices) == 7
        created = await client.create_checkout(CreateCheckoutSessionInput(priceId=STARTER))
        session_id = created.create_checkout_session.session_id
        read = await client.read_payment(session_id)
        assert read.payment_status.status == "UNPAID"
        seen = []
        async for change in client.watch_payment(session_id):
            seen.append(change.payment_status.status)
            if len(seen) == 1:
                await asyncio.to_thread(pay, sandbox, session_id)
        print(*(status.value for status in seen))


def pay(sandbox: str, session_id: str) -> None:
    urllib.request.urlopen(
        urllib.request.Request(
            f"{sandbox}/v1/payment_pages/{session_id}/confirm",
            data=urllib.parse.urlencode({"payment_method": "pm_card_visa"}).encode(),
            headers={"Authorization": "Bearer sk_test_sandbox"},
        )
    ).close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
