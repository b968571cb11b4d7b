"""Takes the gateway's notices. `pip install standardwebhooks`, then `python receiver.py` beside `gateway dev`."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["GATEWAY_NOTIFY_SECRETS"].split(",")[0])
done: set[str] = set()  # In your shop: a table, written in the transaction that fulfils.


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            notice = webhook.verify(body, dict(self.headers.items()))
        except WebhookVerificationError:
            return self.answer(400)
        if self.headers["webhook-id"] not in done:  # The same id may come again, never another order.
            if notice["type"] in {"payment.paid", "payment.no_payment_required"}:
                print("fulfil", notice["clientReferenceId"], notice["paidAmount"]["formatted"], flush=True)
            done.add(self.headers["webhook-id"])
        return self.answer(204)  # Only once it is done: anything else, and it comes again.

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "4000"))), Receiver).serve_forever()
