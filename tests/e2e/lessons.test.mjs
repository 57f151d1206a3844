// The first lessons: six made-up cases, read before their score and their truth are shown, in a page of their own.

import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import test from "node:test";
import { browse, serve } from "./harness.mjs";
import { filesOf, phantom } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const CASES = { lesions: 1, normal: 2, wrongSequence: 3, tumour: 4, artefact: 5, infarct: 6 };
const uid = (number) => `2.25.${2026110000 + number}`;
const ABNORMAL = [CASES.lesions, CASES.tumour, CASES.infarct];

/** The lessons, all six of them worked out. */
async function lessons(t, options) {
  const { origin } = await serve(t);
  const worklist = await WorklistPage.openLessons(await browse(t, options), origin);
  await worklist.settled(6);
  return { worklist, page: worklist.page };
}

/** Reads a case and has score and truth shown. */
async function read(worklist, number, impression) {
  const row = worklist.row(uid(number));
  await row.getByLabel(impression, { exact: true }).check();
  await row.getByLabel("Certain").check();
  await row.getByTestId("record").click();
  await row.getByTestId("reveal").click();
  await row.getByTestId("truth").waitFor();
  return row;
}

test("six cases stand without names, scores and reasons; a wrong and a right reading are told from each other", async (t) => {
  const { worklist } = await lessons(t);
  await worklist.becomes(() => worklist.by("hidden-score").count(), 6);
  await worklist.becomes(() => worklist.by("truth").count(), 0);
  assert.doesNotMatch(await worklist.by("worklist").innerText(), /LESSON\^|tumour|infarct|flagged|FLAIR/i);
  for (const id of ["drop-zone", "shadow", "exports", "filters"]) assert.equal(await worklist.by(id).count(), 0, id);
  const tumour = await read(worklist, CASES.tumour, "Abnormal");
  assert.equal(await tumour.getByTestId("truth").getAttribute("data-reader"), "right");
  const normal = await read(worklist, CASES.normal, "Abnormal");
  assert.equal(await normal.getByTestId("truth").getAttribute("data-reader"), "wrong");
  assert.match(await worklist.by("tally").textContent(), /^2 cases of 6 done\. You were right in 1, the model in \d\.$/);
  await worklist.becomes(() => worklist.by("hidden-score").count(), 4);
  assert.deepEqual(worklist.faults, []);
});

test("that the wrong sequence has no score shows only after the reading, and calling it unusable is right", async (t) => {
  const { worklist } = await lessons(t);
  const row = worklist.row(uid(CASES.wrongSequence));
  assert.equal(await row.getByTestId("row-reason").count(), 0);
  await row.getByRole("button", { name: "Not usable" }).click();
  await row.getByTestId("reveal").click();
  await row.locator("[data-testid=row-reason][data-code=contradicted_contrast]").waitFor();
  const truth = row.getByTestId("truth");
  assert.deepEqual([await truth.getAttribute("data-reader"), await truth.getAttribute("data-model")], ["right", "right"]);
});

test("the model fails somewhere, each failure is explained, and nothing else is", async (t) => {
  const { worklist } = await lessons(t);
  const failed = [];
  for (const number of Object.values(CASES)) {
    const row = await read(worklist, number, ABNORMAL.includes(number) ? "Abnormal" : "Normal");
    const wrong = (await row.getByTestId("truth").getAttribute("data-model")) === "wrong";
    assert.equal(await row.getByTestId("failure").count(), wrong ? 1 : 0);
    if (wrong) failed.push(number);
  }
  t.diagnostic(`the model fails in cases ${failed.join(", ")}`);
  assert.ok(failed.length >= 1, "a lesson about failure needs one");
  assert.match(await worklist.by("tally").textContent(), /^6 cases of 6 done\. You were right in 6/);
});

test("the place of a finding opens with the point on it", async (t) => {
  const { worklist, page } = await lessons(t);
  const row = await read(worklist, CASES.tumour, "Normal");
  await row.getByTestId("show-place").click();
  const axial = page.locator(".pane[data-plane=Axial]");
  await axial.locator("canvas[data-shown]").waitFor();
  const [slice, slices] = (await axial.getByTestId("slice-now").innerText()).split(" / ").map(Number);
  // In the cerebellum, far below the middle.
  assert.ok(slice > 4 && slice < slices / 2 - 3, `slice ${slice} of ${slices}`);
  // The point lies beside L, where the tumour was put: right of the middle as radiologists look at it.
  const x = Number(await axial.locator(".cross").nth(1).getAttribute("x1"));
  const { width } = await axial.getByTestId("stage").boundingBox();
  assert.ok(x > width / 2 + 10, `${x} of ${width}`);
});

test("the projector's view is larger, and goes again", async (t) => {
  const { worklist } = await lessons(t, { viewport: { width: 1440, height: 900 } });
  const size = () => worklist.by("tally").evaluate((tally) => Number.parseFloat(getComputedStyle(tally).fontSize));
  const before = await size();
  await worklist.by("projector").click();
  await worklist.becomes(async () => (await size()) > before * 1.3, true);
  await worklist.by("projector").click();
  await worklist.becomes(size, before);
});

test("a study dropped onto the lessons stays out, in words; the worklist in its own tab knows nothing of them", async (t) => {
  const { origin } = await serve(t);
  const context = await browse(t);
  const worklist = await WorklistPage.openAtOnce(context, origin);
  const [tab] = await Promise.all([context.waitForEvent("page"), worklist.by("open-lessons").click()]);
  await tab.getByTestId("lessons").waitFor();
  await tab.waitForFunction(() => document.querySelectorAll("[data-testid=row]").length === 6, undefined, { timeout: 240_000 });
  const opened = new WorklistPage(tab);
  const session = await context.newCDPSession(tab);
  const data = { items: [], files: filesOf(phantom(t)), dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  await opened.by("said").filter({ hasText: "made-up cases only" }).waitFor();
  assert.equal(await opened.by("row").count(), 6);
  assert.equal(await worklist.by("row").count(), 0);
  assert.equal(await worklist.page.evaluate(async () => (await indexedDB.databases()).length), 0);
});

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing in the lessons, before and after a case, ${scheme}`, async (t) => {
    const { worklist, page } = await lessons(t);
    await worklist.theme(scheme);
    const violations = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
    };
    assert.deepEqual(await violations(), []);
    await read(worklist, CASES.normal, "Abnormal");
    await read(worklist, CASES.lesions, "Normal");
    await worklist.by("projector").click();
    assert.deepEqual(await violations(), []);
  });
}
