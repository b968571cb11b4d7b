// Every check of checks/, in Node.

import { test } from "node:test";

import { CHECKS } from "./build/checks.mjs";
import { gateway } from "./gateway.node.mjs";

for (const [client, checks] of Object.entries(CHECKS)) {
  for (const [name, check] of Object.entries(checks)) {
    test(`${client} ${name}`, { timeout: 20_000 }, () => check(gateway));
  }
}
