// What the engine holds of memory: as much for the tenth volume as for the fourth, and no more than promised.

import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { DIST, ROOT, browse, scratch, serve } from "./harness.mjs";
import { phantom } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const MOST_BYTES = 150e6;

/** The page with an engine worker that counts its memories, those it shares with its crew among them. */
function counting(t) {
  const dist = scratch(t);
  cpSync(DIST, dist, { recursive: true });
  const [loader] = readdirSync(dist, { recursive: true }).filter((path) => path.endsWith("/engine-cpu_loader.js"));
  const program = join(dist, loader);
  writeFileSync(program, readFileSync(join(ROOT, "benches/memories.js"), "utf8") + readFileSync(program, "utf8"));
  return dist;
}

test("volumes 4 to 10 use the same memory, and less than 150 MB", async (t) => {
  const { origin } = await serve(t, counting(t));
  const worklist = await WorklistPage.open(await browse(t), origin);
  const engine = worklist.page.workers().find((worker) => worker.url().includes("engine-cpu"));
  const bytes = [];
  for (let volume = 1; volume <= 10; volume++) {
    await worklist.drop(phantom(t, volume));
    await worklist.settled(volume);
    bytes.push(await engine.evaluate(() => memoryBytes()));
  }
  t.diagnostic(`${(bytes[9] / 1e6).toFixed(0)} MB after ten volumes`);
  assert.ok(bytes[9] > 1e6, "nothing was counted");
  assert.ok(bytes[9] <= 1.02 * bytes[3], `bytes after each volume: ${bytes}`);
  assert.ok(bytes[9] < MOST_BYTES, `${bytes[9]} bytes`);
});
