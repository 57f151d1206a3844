// The page without a network: kept whole or not at all, and never two builds at once.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { DIST, browse, scratch, serve } from "./harness.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const PATIENCE_MS = 120_000;

/** A copy of the built page that a test may change. */
function copy(t) {
  const dir = join(scratch(t), "dist");
  cpSync(DIST, dir, { recursive: true });
  return dir;
}

const buildOf = (dir) => /BUILD = "([0-9a-f]{12})"/.exec(readFileSync(join(dir, "sw.js"), "utf8"))[1];

const kept = (page, words) => page.locator("#kept", { hasText: words }).waitFor({ timeout: PATIENCE_MS });

/** Makes another build of a copy, in place: the same files under another name. */
function rebuild(dir, to) {
  const from = buildOf(dir);
  renameSync(join(dir, from), join(dir, to));
  for (const file of ["index.html", "sw.js"]) writeFileSync(join(dir, file), readFileSync(join(dir, file), "utf8").replaceAll(from, to));
  const manifest = {};
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const path = file.slice(dir.length + 1);
    if (/manifest\.json$|BUILD$/.test(path)) continue;
    const bytes = readFileSync(file);
    manifest[path] = { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  }
  writeFileSync(join(dir, to, "manifest.json"), JSON.stringify(manifest));
}

test("once it is kept, the page opens, scores and evaluates with the server gone", async (t) => {
  const server = await serve(t);
  const context = await browse(t);
  const first = await WorklistPage.open(context, server.origin);
  await kept(first.page, "Kept on this device");
  await first.page.close();
  await server.stop();
  const worklist = await WorklistPage.open(context, server.origin);
  await worklist.by("sample-button").click();
  const [row] = await worklist.settled(1);
  assert.equal(row.state, "scored");
  assert.ok(await worklist.page.evaluate(() => crossOriginIsolated), "isolation, and with it threads, survives");
  await worklist.by("open-evidence").click();
  await worklist.page.getByRole("tab", { name: "Reading room" }).click();
  await worklist.by("ask").click();
  await worklist.by("report").waitFor();
  assert.deepEqual(worklist.faults, []);
});

test("what is kept of the page is told and deleted on request, and kept again when the page is next opened", async (t) => {
  const { origin } = await serve(t);
  const context = await browse(t);
  const { page } = await WorklistPage.open(context, origin);
  await kept(page, "Kept on this device");
  const names = () => page.evaluate(() => caches.keys());
  assert.equal((await names()).length, 1);
  await page.getByTestId("privacy-button").click();
  await page.getByTestId("forget-page").click();
  await page.getByTestId("kept-page").filter({ hasText: "is not kept" }).waitFor();
  assert.deepEqual(await names(), []);
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
  await page.reload();
  await kept(page, "Kept on this device");
  assert.equal((await names()).length, 1);
});

test("a damaged file is never kept: nothing is, and the page says so and works", async (t) => {
  const dir = copy(t);
  const icon = join(dir, buildOf(dir), "icon.svg");
  writeFileSync(icon, `${readFileSync(icon, "utf8")} `);
  const { origin } = await serve(t, dir);
  const worklist = await WorklistPage.open(await browse(t), origin);
  await kept(worklist.page, "Not kept on this device");
  assert.deepEqual(await worklist.page.evaluate(() => caches.keys()), []);
  await worklist.by("sample-button").click();
  assert.equal((await worklist.settled(1))[0].state, "scored");
});

test("a new build waits until it is asked for, then takes the place of the old one", async (t) => {
  const dir = copy(t);
  const { origin } = await serve(t, dir);
  const context = await browse(t);
  const worklist = await WorklistPage.open(context, origin);
  const { page } = worklist;
  const build = () => page.evaluate(() => new URL(document.documentElement.dataset.buildUrl).pathname.slice(1, 13));
  await kept(page, "Kept on this device");
  const old = await build();
  rebuild(dir, "0123456789ab");
  await page.reload();
  await kept(page, "A new version is ready");
  assert.equal(await build(), old, "the build in use stays");
  await page.getByRole("button", { name: "Reload with the new version" }).click();
  await page.waitForFunction(() => document.documentElement.dataset.buildUrl?.includes("0123456789ab"), null, { timeout: PATIENCE_MS });
  await kept(page, "Kept on this device");
  await worklist.becomes(() => page.evaluate(() => caches.keys()), ["headway-0123456789ab"]);
});
