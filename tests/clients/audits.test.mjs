// GraphQL over HTTP to the letter: the audits of the `graphql-http` package, each a test under its own id.

import assert from "node:assert/strict";
import { test } from "node:test";

import { serverAudits } from "graphql-http";

import { gateway } from "./gateway.node.mjs";

const audits = serverAudits({ url: gateway.url });

test("there are the 61 audits we promise", () => assert.equal(audits.length, 61));

for (const { id, name, fn } of audits) {
  test(`${id} ${name}`, async () => {
    const { status, reason } = await fn();
    assert.equal(status, "ok", reason);
  });
}
