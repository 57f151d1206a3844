// What the engine holds of memory: as much for the tenth volume as for the fourth, and no more than promised.

import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { DIST, ROOT, browse, scratch, serve } from "./harness.mjs";
import { slow } from "./scores.mjs";
import { head } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

/** Whatever the model's input, and where the range of one volume is worked out beside the score of the next. */
const MOST_BYTES = 150e6;

/** The page with an engine worker that counts its memories, those it shares with its crew among them. */
function counting(t, page) {
  const dist = scratch(t);
  cpSync(page, dist, { recursive: true });
  const [loader] = readdirSync(dist, { recursive: true }).filter((path) => path.endsWith("/engine-cpu_loader.js"));
  const program = join(dist, loader);
  writeFileSync(program, readFileSync(join(ROOT, "benches/memories.js"), "utf8") + readFileSync(program, "utf8"));
  return dist;
}

/** Bytes of WebAssembly memory after each of that many volumes, in the end less than promised. */
async function bytesAfter(t, volumes, built) {
  const { origin } = await serve(t, counting(t, built));
  const worklist = await WorklistPage.open(await browse(t), origin);
  const engine = worklist.page.workers().find((worker) => worker.url().includes("engine-cpu"));
  const bytes = [];
  for (let volume = 1; volume <= volumes; volume++) {
    await worklist.drop(head(t, volume));
    const rows = await worklist.settled(volume);
    assert.ok(rows.every(({ state }) => state === "scored"));
    bytes.push(await engine.evaluate(() => memoryBytes()));
  }
  t.diagnostic(`${(bytes.at(-1) / 1e6).toFixed(0)} MB after ${volumes} volumes`);
  assert.ok(bytes.at(-1) > 1e6, "nothing was counted");
  assert.ok(bytes.at(-1) < MOST_BYTES, `${bytes.at(-1)} bytes`);
  return bytes;
}

test("volumes 4 to 10 use the same memory, and less than 150 MB", async (t) => {
  const bytes = await bytesAfter(t, 10, DIST);
  assert.ok(bytes[9] <= 1.02 * bytes[3], `bytes after each volume: ${bytes}`);
});

test("volumes of the paper's 120 voxels a side take less than 150 MB", async (t) => {
  await bytesAfter(t, 3, slow(t));
});
