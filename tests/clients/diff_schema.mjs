// Holds schema.graphql against the last release: what would break a client fails, so a field is deprecated, not removed.
// Before the first release there is nobody to break: it shows the difference to the commit before, and never fails.
//
//   npm run diff            (or: node diff_schema.mjs REPOSITORY)

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(process.argv[2] ?? join(here, "../.."));

const release = git("describe", "--tags", "--abbrev=0")?.trim();
const before = release ?? "HEAD~1";
const known = git("show", `${before}:schema.graphql`);
process.exitCode = known === null ? sayNothingToCompare() : compare(known);

function compare(text) {
  const folder = mkdtempSync(join(tmpdir(), "schema-"));
  try {
    const old = join(folder, "schema.graphql");
    writeFileSync(old, text);
    console.log(`schema.graphql since ${before}:`);
    const inspector = join(here, "node_modules/.bin/graphql-inspector");
    const { status } = spawnSync(inspector, ["diff", old, join(root, "schema.graphql")], { cwd: here, stdio: "inherit" });
    if (release || status === null) return status ?? 1;
    console.log("No release carries this schema yet, so nothing of it can break anybody.");
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sayNothingToCompare() {
  console.log(`${before} has no schema.graphql to compare with.`);
  return 0;
}

/** Its output, or null where it failed. */
function git(...given) {
  const { status, stdout } = spawnSync("git", ["-C", root, ...given], { encoding: "utf8" });
  return status === 0 ? stdout : null;
}
