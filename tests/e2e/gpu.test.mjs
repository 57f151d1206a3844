// The graphics processor, as the browser's software emulation of one: it gives the same number,
// and its end costs nothing but the time. Needs the whole build: `cargo xtask test --full`.

import assert from "node:assert/strict";
import test from "node:test";
import { browse, scoredByCommandLine, serve } from "./harness.mjs";
import { head } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const EMULATION = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
/** Two devices in f32 and in different order. */
const LOGIT_TOLERANCE = 1e-4;

async function open(t) {
  const { origin } = await serve(t);
  const worklist = await WorklistPage.open(await browse(t, { flags: EMULATION }), origin, "webgpu");
  assert.equal(await tier(worklist), "webgpu");
  return worklist;
}

const tier = (worklist) => worklist.by("device").getAttribute("data-tier");

test("the graphics processor gives the command line's number", async (t) => {
  const folder = head(t);
  const worklist = await open(t);
  await worklist.drop(folder);
  const [row] = await worklist.settled(1);
  const apart = Math.abs(row.logit - scoredByCommandLine(folder).studies[0].logit);
  t.diagnostic(`${apart.toExponential(1)} apart`);
  assert.ok(apart < LOGIT_TOLERANCE, `${apart} apart`);
  assert.equal(await tier(worklist), "webgpu");
  assert.deepEqual(worklist.faults, []);
});

test("a graphics processor that dies at work: the processor takes over, says so, and the number is right", async (t) => {
  const folder = head(t);
  const worklist = await open(t);
  await worklist.drop(folder);
  await worklist.page.locator("[data-testid=row][data-state=inferring] svg.bar").waitFor();
  const browser = await worklist.page.context().browser().newBrowserCDPSession();
  // The process that is to answer is the one that ends.
  await browser.send("Browser.crashGpuProcess").catch(() => {});
  const [row] = await worklist.settled(1);
  assert.equal(row.state, "scored");
  assert.ok(Math.abs(row.logit - scoredByCommandLine(folder).studies[0].logit) < LOGIT_TOLERANCE);
  assert.equal(await tier(worklist), "cpu");
  assert.match(await worklist.by("device").innerText(), /graphics processor was given up/i);
});
