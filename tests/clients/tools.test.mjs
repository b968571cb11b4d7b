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

test("since a release, an addition and a deprecation break nobody", () => {
  const deprecated = '  prices: [Price!]! @deprecated(reason: "Use wares.")\n\n  wares: [Price!]!';
  const repository = repositoryWith({ tag: "v1.0.0", change: (text) => text.replace("  prices: [Price!]!", deprecated) });
  const { status, stdout } = compare(repository);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /since v1\.0\.0[^]*wares/);
});

test("since a release, a field taken away fails", () => {
  const { status, stdout } = compare(repositoryWith({ tag: "v1.0.0", change: withoutDisputed }));
  assert.equal(status, 1);
  assert.match(stdout, /disputed/);
});

test("before the first release, it is only reported", () => {
  const { status, stdout } = compare(repositoryWith({ tag: null, change: withoutDisputed }));
  assert.equal(status, 0);
  assert.match(stdout, /disputed[^]*No release/);
});

function withoutDisputed(text) {
  return text.replace(/  """[^"]*"""\n  disputed: Boolean!\n/, "");
}

/** A repository with today's schema, perhaps released, and a commit after it that changes it. */
function repositoryWith({ tag, change }) {
  const repository = mkdtempSync(join(folder, "repository-"));
  const text = readFileSync(schema, "utf8");
  const git = (...given) => {
    const name = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    expectSuccess(spawnSync("git", [...name, ...given], { cwd: repository, encoding: "utf8" }));
  };
  const commit = (schemaText) => {
    writeFileSync(join(repository, "schema.graphql"), schemaText);
    git("add", "schema.graphql");
    git("commit", "--quiet", "--no-verify", "--message", "Change the schema");
  };
  git("init", "--quiet");
  commit(text);
  if (tag) git("tag", tag);
  commit(change(text));
  return repository;
}

function compare(repository) {
  return spawnSync(process.execPath, [join(here, "diff_schema.mjs"), repository], { cwd: here, encoding: "utf8" });
}

function run(tool, given, cwd) {
  return spawnSync(join(here, "node_modules/.bin", tool), given, { cwd, encoding: "utf8" });
}

function expectSuccess({ status, stdout, stderr }) {
  assert.equal(status, 0, stdout + stderr);
}
