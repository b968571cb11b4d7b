// Takes the gateway's notices. `npm install standardwebhooks`, then `node receiver.mjs` beside `gateway dev`.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.GATEWAY_NOTIFY_SECRETS.split(",")[0]);
const done = new Set(); // In your shop: a table, written in the transaction that fulfils.

const receive = async (request, response) => {
  let body = "";
  for await (const piece of request.setEncoding("utf8")) body += piece;
  let notice;
  try {
    notice = webhook.verify(body, request.headers);
  } catch {
    return response.writeHead(400).end();
  }
  const id = request.headers["webhook-id"]; // The same id may come again, never another order.
  if (!done.has(id) && ["payment.paid", "payment.no_payment_required"].includes(notice.type)) {
    console.log("fulfil", notice.clientReferenceId, notice.paidAmount.formatted);
  }
  done.add(id);
  return response.writeHead(204).end(); // Only once it is done: anything else, and it comes again.
};

createServer(receive).listen(Number(process.env.PORT ?? 4000), "127.0.0.1");
