// The list's order on the page: a score brings a row forward and moves it in no other way, and says why it stands there.

import assert from "node:assert/strict";
import test from "node:test";
import { browse, serve } from "./harness.mjs";
import { scored } from "./scores.mjs";
import { filesOf } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

async function open(t, dir) {
  const { origin } = await serve(t, dir);
  return WorklistPage.open(await browse(t), origin);
}

/** Two scored studies, the low score first come. */
async function twoScored(t, measured) {
  const { dir, high, low } = scored(t, measured);
  const worklist = await open(t, dir);
  await worklist.drop(low.folder);
  await worklist.settled(1);
  await worklist.drop(high.folder);
  await worklist.settled(2);
  await worklist.page.mouse.move(0, 0);
  return { worklist, high: high.uid, low: low.uid };
}

test("the flagged study goes first and says why; as they came is one click away", async (t) => {
  const { worklist, high, low } = await twoScored(t);
  await worklist.stands(high, low);
  assert.deepEqual((await worklist.rows()).map((row) => row.place), ["flagged", "not_flagged"]);
  assert.match(await worklist.row(low).getByTestId("row-place").textContent(), /to be read all the same/);
  assert.match(await worklist.row(low).getByTestId("row-waiting").textContent(), /^Waiting \d+ minutes?\.$/);
  assert.match(await worklist.by("said").textContent(), /flagged study has appeared/);
  await worklist.orderBy("As they came");
  await worklist.stands(low, high);
  await worklist.orderBy("By score");
  await worklist.stands(high, low);
  assert.deepEqual(worklist.faults, []);
});

test("a click on a heading sorts by its column, a second one the other way round, Shift adds a column", async (t) => {
  const { worklist, high, low } = await twoScored(t);
  const heading = (name) => worklist.by("headings").locator(`[data-column="${name}"]`);
  await heading("Score").click();
  await worklist.stands(high, low);
  await heading("Score").click();
  await worklist.stands(low, high);
  await heading("Name").click();
  await heading("Score").click({ modifiers: ["Shift"] });
  await worklist.stands(high, low);
  await worklist.becomes(() => worklist.by("headings").locator("[aria-pressed=true]").count(), 2);
});

test("a study that waits too long is overdue, below the flagged one, and says so; switched off it is not", async (t) => {
  const { worklist, high, low } = await twoScored(t);
  const panel = await worklist.panel("waiting");
  await panel.getByLabel("the examination").check();
  await worklist.row(low).locator("[data-place=overdue]").waitFor();
  assert.match(await worklist.row(low).getByTestId("row-place").textContent(), /^Overdue: waiting \d+ days, longer than the maximum of 14 days\.$/);
  await worklist.stands(high, low);
  await panel.getByLabel("Maximum wait, days").fill("9999");
  await panel.getByLabel("Maximum wait, days").press("Enter");
  await worklist.row(low).locator("[data-place=not_flagged]").waitFor();
  await panel.getByLabel("A study is overdue after").uncheck();
  assert.match(await panel.locator("summary").textContent(), /off/);
});

for (const by of ["pointer", "focus", "focus where the pointer was"]) {
  test(`the row under the ${by} stays where it is while studies are scored, and goes to its place afterwards`, async (t) => {
    const { dir, high, low } = scored(t);
    const worklist = await open(t, dir);
    await worklist.drop(low.folder);
    await worklist.settled(1);
    const row = worklist.row(low.uid);
    if (by !== "focus") await row.hover({ position: { x: 5, y: 5 } });
    if (by !== "pointer") await row.focus();
    if (by === "focus where the pointer was") await worklist.page.mouse.move(0, 0);
    const { y } = await row.boundingBox();
    // Chosen, not dropped: a drop would move the pointer.
    await worklist.page.locator("#files-input").setInputFiles(filesOf(high.folder));
    await worklist.settled(2);
    await worklist.stands(low.uid, high.uid);
    assert.equal((await row.boundingBox()).y, y);
    if (by !== "pointer") assert.equal(await row.evaluate((row) => row === document.activeElement), true);
    await (by === "pointer" ? worklist.page.mouse.move(0, 0) : row.evaluate((row) => row.blur()));
    await worklist.stands(high.uid, low.uid);
  });
}

/** Writes in a field and takes it. */
async function write(field, text) {
  await field.fill(text);
  await field.press("Enter");
}

const FILTERS = [
  { what: "band", ask: (panel) => panel.getByLabel("Flagged", { exact: true }).check(), shows: "high" },
  { what: "state", ask: (panel) => panel.getByLabel("Failed").check(), shows: "none" },
  { what: "site", ask: (panel) => panel.getByLabel("Synthetic").check(), shows: "both" },
  { what: "text", ask: (panel) => panel.getByTestId("filter-text").fill("nobody"), shows: "none" },
  { what: "date", ask: (panel) => write(panel.getByTestId("filter-from"), "2026-01-02"), shows: "none" },
];

test("filters leave out rows, say how many, and give them all back", async (t) => {
  const { worklist, high, low } = await twoScored(t);
  const shown = { high: [high], both: [high, low], none: [] };
  const panel = await worklist.panel("filters");
  for (const { what, ask, shows } of FILTERS) {
    await ask(panel);
    await worklist.stands(...shown[shows]);
    await worklist.becomes(() => worklist.by("shown").textContent(), `${shown[shows].length} of 2 studies shown`, what);
    await worklist.becomes(() => worklist.by("no-rows").isVisible(), shows === "none", what);
    await worklist.by("clear-filter").click();
    await worklist.stands(high, low);
  }
  assert.deepEqual(worklist.faults, []);
});

test("the operating point moves scores into other bands and says what was measured there", async (t) => {
  const { worklist, high, low } = await twoScored(t);
  const panel = await worklist.panel("operating-point");
  const measured = () => worklist.by("measured").textContent();
  await worklist.becomes(measured, "Sensitivity 50 %, specificity 90 %, measured on ten heads of this test.");
  await panel.getByLabel("sensitive, from 30").check();
  await worklist.becomes(measured, "Sensitivity 90 %, specificity 60 %, measured on ten heads of this test.");
  await worklist.by("flagged-from").fill("0.5");
  await worklist.becomes(measured, "Sensitivity 50 to 90 %, specificity 60 to 90 %, measured on ten heads of this test.");
  await worklist.by("flagged-from").fill("0.01");
  await worklist.row(low).locator("[data-place=flagged]").waitFor();
  await worklist.stands(...[low, high].sort());
  assert.match(await worklist.by("said").textContent(), /flagged study has appeared/);
  await panel.getByLabel("specific, from 70").check();
  await worklist.stands(high, low);
  assert.match(await worklist.by("no-predictive-values").textContent(), /measured on patients/, "not on synthetic evidence");
  assert.deepEqual(worklist.faults, []);
});

test("where the card was measured on patients, predictive values follow the prevalence that the reader sets", async (t) => {
  const { worklist } = await twoScored(t, { evidence: "local" });
  await worklist.panel("operating-point");
  const worth = () => worklist.by("predictive-values").textContent();
  await worklist.becomes(worth, "Then 56 % of the flagged are abnormal, and 88 % of the others are normal.");
  await worklist.by("prevalence").fill("0.5");
  await worklist.becomes(worth, "Then 83 % of the flagged are abnormal, and 64 % of the others are normal.");
});
