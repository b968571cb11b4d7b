// The tools that read schema.graphql: Relay's compiler, graphql-codegen and graphql-inspector.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const schema = join(here, "../../schema.graphql");
const operations = join(here, "../../docs/frontend/operations.graphql");
const folder = mkdtempSync(join(tmpdir(), "tools-"));

after(() => rmSync(folder, { recursive: true }));

test("Relay's compiler makes artifacts of a fragment, a query and a subscription", () => {
  const source = join(folder, "relay");
  mkdirSync(source);
  cpSync(schema, join(source, "schema.graphql"));
  cpSync(join(here, "relay/payment.ts"), join(source, "payment.ts"));
  const settings = { src: ".", schema: "schema.graphql", language: "typescript" };
  writeFileSync(join(source, "relay.config.json"), JSON.stringify(settings));
  expectSuccess(run("relay-compiler", ["relay.config.json"], source));
  for (const name of ["payment_status.graphql", "paymentQuery.graphql", "paymentSubscription.graphql"]) {
    assert.ok(existsSync(join(source, "__generated__", `${name}.ts`)), name);
  }
});

test("graphql-codegen makes types of the whole schema and of the operations", () => {
  const generated = readFileSync(join(here, "build/frontend/generated.ts"), "utf8");
  assert.match(generated, /export type WatchPaymentSubscription /);
  assert.match(generated, /export type PaymentStatus =/);
});

test("graphql-inspector validates the guide's operations", () => {
  expectSuccess(run("graphql-inspector", ["validate", operations, schema], here));
});

test("graphql-inspector finds a schema equal to itself", () => {
  expectSuccess(run("graphql-inspector", ["diff", schema, schema], here));
});

test("an addition and a deprecation break nobody", () => {
  const changed = readFileSync(schema, "utf8")
    .replace("  prices: [Price!]!", '  prices: [Price!]! @deprecated(reason: "Use wares.")\n\n  wares: [Price!]!');
  expectSuccess(compare(changed));
});

test("a field taken away fails the comparison", () => {
  const changed = readFileSync(schema, "utf8").replace(/  """[^"]*"""\n  disputed: Boolean!\n/, "");
  const { status, stdout } = compare(changed);
  assert.notEqual(status, 0);
  assert.match(stdout, /disputed/);
});

function compare(changed) {
  const path = join(folder, "changed.graphql");
  writeFileSync(path, changed);
  return run("graphql-inspector", ["diff", schema, path], here);
}

function run(tool, given, cwd) {
  return spawnSync(join(here, "node_modules/.bin", tool), given, { cwd, encoding: "utf8" });
}

function expectSuccess({ status, stdout, stderr }) {
  assert.equal(status, 0, stdout + stderr);
}
