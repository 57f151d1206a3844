// A thousand studies: the list stands, scrolls and sorts. They come back as a list that was kept on the device.

import assert from "node:assert/strict";
import test from "node:test";
import { browse, serve } from "./harness.mjs";
import { scored } from "./scores.mjs";
import { WorklistPage, keptText } from "./worklist_page.mjs";

const STUDIES = 1000;
/** Far above what is measured on an idle machine: this catches a list that stands still, not one that is a little slower. */
const MOST_MS = 1_500;
const MOST_DRAWN = 100;

/** Runs in the page: makes a thousand studies of the one that was kept. */
async function multiply(count) {
  const open = () => new Promise((resolve) => (indexedDB.open("headway").onsuccess = (event) => resolve(event.target.result)));
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const database = await open();
  const store = () => database.transaction("kept", "readwrite").objectStore("kept");
  const kept = JSON.parse(await done(store().get("list")));
  const [row] = kept.rows;
  kept.rows = Array.from({ length: count }, (_, n) => {
    const copy = structuredClone(row);
    const uid = `2.25.${1 + ((n * 7919) % count)}`;
    copy.key = { patient_id: `P${n}`, study_uid: uid };
    Object.assign(copy, { arrival: n, patient: { ...copy.patient, id: `P${n}`, name: `NAME${String((n * 31) % count).padStart(4, "0")}` } });
    Object.assign(copy.study, { uid, date: `2025${String(1 + (n % 12)).padStart(2, "0")}${String(1 + (n % 28)).padStart(2, "0")}` });
    const score = ((n * 37) % count) / count;
    Object.assign(copy.stage.scored.finding, { score, band: score >= 0.7 ? "flagged" : score >= 0.3 ? "uncertain" : "not_flagged" });
    return copy;
  });
  await done(store().put(JSON.stringify(kept), "list"));
  database.close();
}

/** Runs in the page: clicks, and waits until the rows stand in another order and are painted: ms. */
async function timeToSort(column) {
  const first = () => document.querySelector(".row").dataset.studyUid;
  const before = first();
  const begin = performance.now();
  document.querySelector(`[data-testid=sort][data-column="${column}"]`).click();
  while (first() === before && performance.now() - begin < 5_000) await new Promise((drawn) => requestAnimationFrame(drawn));
  // The frame in which the order changed is painted before the next task.
  await new Promise((painted) => setTimeout(painted));
  return performance.now() - begin;
}

/** Runs in the page: scrolls as a turned wheel does, tells the times between frames, ms, and goes to the end. */
async function scroll() {
  const gaps = [];
  let last = performance.now();
  for (let step = 0; step <= 120; step++) {
    scrollBy(0, 60);
    const now = await new Promise((frame) => requestAnimationFrame(frame));
    gaps.push(now - last);
    last = now;
  }
  scrollTo(0, document.documentElement.scrollHeight);
  return gaps.slice(1).sort((a, b) => a - b);
}

test("a thousand studies stand, sort and scroll, and only those near the part that is seen are drawn", async (t) => {
  const { dir, high } = scored(t);
  const { origin } = await serve(t, dir);
  const worklist = await WorklistPage.open(await browse(t), origin);
  await worklist.drop(high.folder);
  await worklist.settled(1);
  await worklist.panel("device-panel");
  await worklist.by("keep").click();
  await worklist.becomes(async () => (await worklist.page.evaluate(keptText)) !== "", true);
  // Away from the page, which would write its own list over this one.
  const build = await worklist.page.evaluate(() => document.documentElement.dataset.buildUrl);
  await worklist.page.goto(`${build}manifest.json`);
  await worklist.page.evaluate(multiply, STUDIES);
  await worklist.page.goto(`${origin}/#engine=cpu`);
  await worklist.by("shown").filter({ hasText: `${STUDIES} of ${STUDIES}` }).waitFor();
  await worklist.becomes(() => worklist.by("row").count(), STUDIES);
  await worklist.becomes(async () => (await worklist.rows())[0].place, "flagged");
  const drawn = () => worklist.page.locator(".row:not(.far)").count();
  await worklist.page.waitForFunction((most) => document.querySelectorAll(".row:not(.far)").length <= most, MOST_DRAWN);
  t.diagnostic(`${await drawn()} of ${STUDIES} rows drawn`);
  for (const column of ["Name", "Score", "Study date"]) {
    const ms = await worklist.page.evaluate(timeToSort, column);
    t.diagnostic(`sorted by ${column.toLowerCase()} and painted in ${ms.toFixed(0)} ms`);
    assert.ok(ms < MOST_MS, `${ms} ms`);
  }
  const gaps = await worklist.page.evaluate(scroll);
  t.diagnostic(`frames while scrolling: median ${gaps[60].toFixed(0)} ms, 95th percentile ${gaps[114].toFixed(0)} ms`);
  await worklist.by("row").last().getByTestId("row-patient").waitFor();
  assert.ok((await drawn()) <= MOST_DRAWN, "rows left behind are let go");
  assert.ok(gaps[60] < MOST_MS);
  assert.deepEqual(worklist.faults, []);
});
