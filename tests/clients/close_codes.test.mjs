// The close codes of graphql-transport-ws (its PROTOCOL.md), spoken frame by frame because no client would.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import { WebSocket } from "ws";

import { newSession, WATCH } from "./checks/gateway.mjs";
import { gateway } from "./gateway.node.mjs";

const PROTOCOL = "graphql-transport-ws";
const INIT = JSON.stringify({ type: "connection_init" });

for (const junk of ["{", "[]", "null", "5", '"text"', "{}", '{"type":"start"}', '{"type":"subscribe"}']) {
  test(`4400: ${junk}`, async () => {
    const socket = await acknowledged();
    socket.send(junk);
    assert.equal(await closed(socket), 4400);
  });
}

test("4400: a binary frame", async () => {
  const socket = await acknowledged();
  socket.send(Buffer.from(INIT));
  assert.equal(await closed(socket), 4400);
});

test("4401: subscribe before connection_init", async () => {
  const socket = await opened();
  socket.send(subscribe("1", "{ prices { id } }"));
  assert.equal(await closed(socket), 4401);
});

for (const named of ["graphql-ws", undefined]) {
  test(`4406: the subprotocol ${named}`, async () => {
    // As a bare header: a client that knows it offered one refuses an answer without, and never hears the code.
    const headers = named ? { "Sec-WebSocket-Protocol": named } : {};
    assert.equal(await closed(new WebSocket(gateway.socketUrl, { headers })), 4406);
  });
}

test("4408: no connection_init within five seconds", async () => {
  const socket = await opened();
  const start = performance.now();
  assert.equal(await closed(socket), 4408);
  const seconds = (performance.now() - start) / 1000;
  assert.ok(seconds > 4 && seconds < 8, `after ${seconds} s`);
});

test("4409: an id that is still in use", async () => {
  const [socket, id] = [await acknowledged(), await newSession(gateway)];
  socket.send(subscribe("1", WATCH, { id }));
  socket.send(subscribe("1", WATCH, { id }));
  assert.equal(await closed(socket), 4409);
});

test("an id is free again after complete", async () => {
  const socket = await acknowledged();
  for (let round = 0; round < 2; round += 1) {
    socket.send(subscribe("1", "{ prices { id } }"));
    assert.equal((await heard(socket)).type, "next");
    assert.equal((await heard(socket)).type, "complete");
  }
  socket.close();
});

test("4429: a second connection_init", async () => {
  const socket = await acknowledged();
  socket.send(INIT);
  assert.equal(await closed(socket), 4429);
});

test("a ping is answered before and after connection_init", async () => {
  const socket = await opened();
  socket.send('{"type":"ping"}');
  assert.equal((await heard(socket)).type, "pong");
  socket.send(INIT);
  assert.equal((await heard(socket)).type, "connection_ack");
  socket.send('{"type":"ping","payload":{"n":1}}');
  assert.equal((await heard(socket)).type, "pong");
  socket.close();
});

async function opened() {
  const socket = new WebSocket(gateway.socketUrl, PROTOCOL);
  socket.heard = [];
  socket.on("message", (data) => socket.heard.push(JSON.parse(data)));
  await once(socket, "open");
  return socket;
}

async function acknowledged() {
  const socket = await opened();
  socket.send(INIT);
  assert.equal((await heard(socket)).type, "connection_ack");
  return socket;
}

async function heard(socket) {
  if (socket.heard.length === 0) await once(socket, "message");
  return socket.heard.shift();
}

async function closed(socket) {
  const [code] = await once(socket, "close");
  return code;
}

function subscribe(id, query, variables) {
  return JSON.stringify({ id, type: "subscribe", payload: { query, variables } });
}
