// What the reader says of a study: by pointer and by keys, undone again, and in shadow mode before the score is seen.

import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import test from "node:test";
import { browse, serve } from "./harness.mjs";
import { scored } from "./scores.mjs";
import { filesOf, phantom } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

/** Two scored studies, the low score first come. */
async function twoScored(t, mode, scheme = "dark") {
  const { dir, high, low } = scored(t);
  const { origin } = await serve(t, dir);
  const worklist = await WorklistPage.open(await browse(t), origin, "cpu", mode);
  await worklist.theme(scheme);
  await worklist.drop(low.folder);
  await worklist.settled(1);
  await worklist.drop(high.folder);
  await worklist.settled(2);
  await worklist.page.mouse.move(0, 0);
  return { worklist, high: high.uid, low: low.uid };
}

test("urgency that the reader sets goes before any score, and undo takes it back", async (t) => {
  const { worklist, high, low } = await twoScored(t);
  await worklist.stands(high, low);
  await worklist.row(low).getByTestId("urgency").selectOption("stat");
  await letGo(worklist);
  await worklist.stands(low, high);
  await worklist.says(low, ["Urgency: stat"]);
  assert.equal((await worklist.rows())[0].place, "urgent");
  await worklist.row(low).getByTestId("undo").click();
  await letGo(worklist);
  await worklist.stands(high, low);
  assert.deepEqual(worklist.faults, []);
});

/** Takes pointer and focus out of the list: rows in use stay where they are. */
async function letGo({ page }) {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement.blur());
}

test("verdict, comment and a later reading stand in the row; Ctrl Z takes back one after the other", async (t) => {
  const { worklist, low } = await twoScored(t);
  const row = worklist.row(low);
  await row.getByRole("button", { name: "Disagree" }).click();
  await row.getByTestId("comment").fill("Motion artefact");
  await row.getByTestId("comment").press("Enter");
  await row.locator("summary", { hasText: "Record a reading" }).click();
  await row.getByLabel("Abnormal").check();
  await row.getByTestId("category").selectOption({ label: "Mass" });
  await row.getByLabel("Probable").check();
  await row.getByTestId("record").click();
  const all = ["Read with the score in view: abnormal, mass, probable", "Disagree", "“Motion artefact”"];
  await worklist.says(low, all);
  await worklist.page.keyboard.press("Control+z");
  await worklist.frame();
  await worklist.says(low, all.slice(1));
  await worklist.page.keyboard.press("Control+z");
  await worklist.frame();
  await worklist.says(low, ["Disagree"]);
  await worklist.page.keyboard.press("Control+z");
  await worklist.frame();
  await worklist.says(low, []);
  await worklist.page.keyboard.press("Control+z");
  await worklist.by("said").filter({ hasText: "nothing to undo" }).waitFor();
});

test("in shadow mode scores are hidden until the study was read, and what was read first stays the truth", async (t) => {
  const { worklist, high, low } = await twoScored(t, "shadow");
  await worklist.stands(low, high);
  const row = worklist.row(high);
  assert.deepEqual((await worklist.rows()).map((row) => row.place), [null, null]);
  await worklist.becomes(() => worklist.by("hidden-score").count(), 2);
  for (const told of await worklist.by("row-score").allTextContents()) assert.doesNotMatch(told, /flagged|uncertain|\d/i);
  await worklist.becomes(() => worklist.by("order").getByLabel("Most urgent first").isDisabled(), true);
  assert.equal(await row.getByTestId("reveal").isDisabled(), true);
  await row.getByLabel("Normal", { exact: true }).check();
  await row.getByLabel("Certain").check();
  await row.getByTestId("record").click();
  await row.getByTestId("reveal").click();
  await row.getByText("Flagged by the model.").waitFor();
  await worklist.becomes(() => worklist.by("hidden-score").count(), 1, "the other score stays hidden");
  await worklist.stands(low, high);
  await row.getByTestId("undo").click();
  await worklist.by("said").filter({ hasText: "stays as it was said" }).waitFor();
  await worklist.says(high, ["Read before the score: normal, certain"]);
});

test("leaving shadow mode asks first while scores are hidden, and then puts the flagged study first", async (t) => {
  const { worklist, high, low } = await twoScored(t, "shadow");
  await worklist.by("shadow").click();
  await worklist.by("leave-shadow").getByRole("button", { name: "Stay" }).click();
  await worklist.becomes(() => worklist.by("hidden-score").count(), 2);
  await worklist.by("shadow").click();
  await worklist.by("leave-shadow-yes").click();
  await worklist.stands(high, low);
  await worklist.becomes(() => worklist.by("hidden-score").count(), 0);
});

test("the keyboard alone reads a study in shadow mode, has its score shown and agrees", async (t) => {
  const { worklist, low } = await twoScored(t, "shadow");
  for (const key of ["j", "a", "b", "3", "r", "a", "s"]) await worklist.page.keyboard.press(key);
  await worklist.frame();
  await worklist.says(low, ["Read before the score: abnormal, certain", "Agree", "Urgency: stat"]);
  assert.equal(await worklist.row(low).evaluate((row) => row.contains(document.activeElement)), true);
  await worklist.page.keyboard.press("c");
  await worklist.page.keyboard.type("adjacent");
  await worklist.page.keyboard.press("Enter");
  await worklist.frame();
  assert.equal((await worklist.said(low)).at(-1), "“adjacent”", "letters typed in a field are text");
});

test("the keyboard alone leads from the file dialogue to the images and to agreeing", async (t) => {
  const { origin } = await serve(t);
  const worklist = await WorklistPage.open(await browse(t), origin);
  const { page } = worklist;
  while (!(await page.evaluate(() => document.activeElement.matches("[data-testid=files-button]")))) await page.keyboard.press("Tab");
  const dialogue = page.waitForEvent("filechooser");
  await page.evaluate(() => document.activeElement.id);
  await page.keyboard.press("Enter");
  await (await dialogue).setFiles(filesOf(phantom(t)));
  const [{ studyUid }] = await worklist.settled(1);
  for (const key of ["j", "v"]) await page.keyboard.press(key);
  await page.locator(".pane canvas[data-shown]").first().waitFor();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Escape");
  await worklist.by("viewer").waitFor({ state: "hidden" });
  await page.keyboard.press("a");
  await worklist.says(studyUid, ["Agree"]);
  assert.deepEqual(worklist.faults, []);
});

test("a question mark shows the keys, Escape puts them away, and letters can be switched off", async (t) => {
  const { origin } = await serve(t);
  const worklist = await WorklistPage.openAtOnce(await browse(t), origin);
  const sheet = worklist.by("shortcuts");
  await worklist.page.keyboard.press("?");
  await sheet.waitFor();
  await worklist.page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  await worklist.by("shortcuts-button").click();
  await sheet.getByRole("checkbox").uncheck();
  await worklist.by("close-shortcuts").click();
  await worklist.page.keyboard.press("?");
  await worklist.frame();
  assert.equal(await sheet.isVisible(), false);
});

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing in shadow mode, with panels, readings and keys, ${scheme}`, async (t) => {
    const { worklist, low } = await twoScored(t, "shadow", scheme);
    const violations = async () => {
      const { violations } = await new AxeBuilder({ page: worklist.page }).analyze();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
    };
    for (const panel of await worklist.page.locator("details.panel").all()) await panel.locator("summary").first().click();
    await worklist.row(low).focus();
    for (const key of ["n", "1", "r", "d"]) await worklist.page.keyboard.press(key);
    await worklist.by("shadow").click();
    assert.deepEqual(await violations(), []);
    await worklist.by("shortcuts-button").click();
    assert.deepEqual(await violations(), []);
  });
}
