// Makes build/ from what is written down: types from the schema, docs/frontend compiled with them, the bundles.
// docs/frontend is copied beside node_modules first, because that is how a reader's own project lies.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const out = join(here, "build");
const frontend = join(out, "frontend");

rmSync(out, { recursive: true, force: true });
mkdirSync(out);
cpSync(join(root, "docs/frontend"), frontend, { recursive: true });
cpSync(join(root, "schema.graphql"), join(frontend, "schema.graphql"));
run("graphql-codegen", ["--config", "codegen.yml"], frontend);
cpSync(join(here, "relay"), join(out, "relay"), { recursive: true });
cpSync(join(root, "schema.graphql"), join(out, "relay/schema.graphql"));
run("relay-compiler", ["relay.config.json"], join(out, "relay"));
run("tsc", ["--noEmit", "--project", join(here, "tsconfig.json")], here);

await build({
  entryPoints: { checks: "checks/all.mjs" },
  platform: "node",
  packages: "external",
  outExtension: { ".js": ".mjs" },
  ...common(),
});
await build({
  entryPoints: { "checks.page": "pages/checks.mjs", "shop.page": "pages/shop.tsx", "traced.page": "pages/traced.mjs" },
  platform: "browser",
  define: {
    "import.meta.env": "window.SETTINGS", // as Vite does it
    "process.env.NODE_ENV": '"production"',
  },
  jsx: "automatic",
  ...common(),
});

function common() {
  return { absWorkingDir: here, outdir: out, bundle: true, format: "esm", target: "es2022", logLevel: "warning" };
}

function run(tool, tooling, cwd) {
  const { status } = spawnSync(join(here, "node_modules/.bin", tool), tooling, { cwd, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
