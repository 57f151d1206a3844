// The processor's threads: all of them where the host lets the page share memory, one where it does not,
// and the same answer in both.

import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { DIST, browse, scoredByCommandLine, scratch, serve } from "./harness.mjs";
import { head } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const LOGIT_TOLERANCE = 1e-4;
const THREADS = Math.min(cpus().length, 8);

/** Drops a study on the page, whose processor must call itself so. */
async function score(t, context, origin, device, engine, faults = []) {
  const folder = head(t);
  const worklist = await WorklistPage.open(context, origin, engine);
  assert.match(await worklist.by("device").innerText(), device);
  await worklist.drop(folder);
  const [row] = await worklist.settled(1);
  const [study] = scoredByCommandLine(folder).studies;
  assert.ok(Math.abs(row.logit - study.logit) < LOGIT_TOLERANCE, `${row.logit} in the page, ${study.logit} on the command line`);
  assert.deepEqual(worklist.faults, faults);
}

const threads = (count) => (count === 1 ? "1 thread\\b" : `${count} threads`);

test("every thread works where the host isolates the page", async (t) => {
  const { origin } = await serve(t);
  await score(t, await browse(t), origin, new RegExp(`relaxed SIMD, ${threads(THREADS)}`));
});

test("the address can ask for fewer threads", async (t) => {
  const { origin } = await serve(t);
  await score(t, await browse(t), origin, /relaxed SIMD, 1 thread\b/, "cpu&threads=1");
});

test("a host that does not isolate the page gets one thread, and is told why", async (t) => {
  const { origin } = await serve(t);
  const context = await browse(t);
  await context.route(`${origin}/`, async (route) => {
    const response = await route.fetch();
    const { "cross-origin-opener-policy": _, "cross-origin-embedder-policy": __, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  await score(t, context, origin, / SIMD, 1 thread[^]*does not send the headers that allow more/);
});

test("a browser without relaxed SIMD gets the plain module", async (t) => {
  const { origin } = await serve(t);
  const context = await browse(t);
  await context.route("**/crew-relaxed.wasm", (route) => route.fulfill({ body: "not what this browser takes" }));
  await score(t, context, origin, new RegExp(` SIMD, ${threads(THREADS)}`));
});

test("helpers that do not come are gone without", async (t) => {
  // The browser fetches a helper's program itself, out of reach of a route.
  const dist = scratch(t);
  cpSync(DIST, dist, { recursive: true, filter: (path) => !path.endsWith("crew.js") });
  const { origin } = await serve(t, dist);
  await score(t, await browse(t), origin, /relaxed SIMD, 1 thread\b/);
});

test("workers that break off at work are gone without, and the page says why", { skip: THREADS < 2 && "one core has no helpers" }, async (t) => {
  const dist = scratch(t);
  cpSync(DIST, dist, { recursive: true });
  const [crew] = readdirSync(dist, { recursive: true }).filter((path) => path.endsWith("/crew.js"));
  const program = readFileSync(join(dist, crew), "utf8");
  // Hardly any stack: a helper traps in the middle of a unit that nobody else will do.
  const broken = program.replace("__stack_pointer.value = stack", "__stack_pointer.value = 256");
  assert.notEqual(broken, program);
  writeFileSync(join(dist, crew), broken);
  const { origin } = await serve(t, dist);
  await score(t, await browse(t), origin, / SIMD, 1 thread[^]*its workers failed at the self-test/, undefined, ["memory access out of bounds"]);
});
