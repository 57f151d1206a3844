// The page for people who do not see it or do not use a mouse: axe finds nothing, and the keyboard
// reaches what the mouse reaches.

import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import test from "node:test";
import { browse, serve } from "./harness.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const FAR = 40;

async function open(t, scheme) {
  const { origin } = await serve(t);
  const worklist = await WorklistPage.open(await browse(t), origin);
  await worklist.theme(scheme);
  return worklist;
}

/** Axe's findings, each with the element it is about. */
async function violations(worklist) {
  const { violations, passes } = await new AxeBuilder({ page: worklist.page }).analyze();
  assert.ok(passes.length > 0, "axe looked at nothing");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing on the empty page nor with a row, its details and its images, ${scheme}`, async (t) => {
    const worklist = await open(t, scheme);
    assert.deepEqual(await violations(worklist), []);
    await worklist.by("sample-button").click();
    await worklist.settled(1);
    await worklist.by("row").locator(".series summary").click();
    assert.deepEqual(await violations(worklist), []);
    await worklist.by("view-images").first().click();
    await worklist.page.locator(".pane canvas[data-shown]").first().waitFor();
    assert.deepEqual(await violations(worklist), []);
  });
}

test("at 390 pixels nothing has to be scrolled sideways to be read, and axe finds nothing", async (t) => {
  const { origin } = await serve(t);
  const worklist = await WorklistPage.open(await browse(t, { viewport: { width: 390, height: 844 } }), origin);
  const beyond = () => worklist.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok((await beyond()) <= 0);
  await worklist.by("sample-button").click();
  await worklist.settled(1);
  assert.ok((await beyond()) <= 0, `${await beyond()} pixels`);
  assert.deepEqual(await violations(worklist), []);
  await worklist.by("view-images").first().click();
  await worklist.page.locator(".pane canvas[data-shown]").first().waitFor();
  assert.deepEqual(await violations(worklist), []);
});

test("axe notices a button without a name", async (t) => {
  const worklist = await open(t, "light");
  await worklist.page.evaluate(() => document.querySelector("main").append(document.createElement("button")));
  assert.match((await violations(worklist)).join("\n"), /^button-name/m);
});

/** Presses Tab until `matches` has the focus. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < FAR; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
  }
  assert.fail(`${FAR} presses of Tab do not reach ${selector}`);
}

test("the keyboard alone opens the folder dialogue, starts the sample study and reads a row's details", async (t) => {
  const worklist = await open(t, "light");
  const { page } = worklist;
  await tabTo(page, "[data-testid=folder-button]");
  const dialogue = page.waitForEvent("filechooser", { timeout: 10_000 });
  // Dialogues are caught only once the browser has been told to; an answer from it shows that it has.
  await page.evaluate(() => document.activeElement.id);
  await page.keyboard.press("Enter");
  await dialogue;
  await tabTo(page, "[data-testid=sample-button]");
  await page.keyboard.press("Space");
  await worklist.settled(1);
  const reasons = worklist.by("row-reasons");
  assert.equal(await reasons.isVisible(), false);
  await tabTo(page, "[data-testid=row] summary");
  await page.keyboard.press("Enter");
  assert.equal(await reasons.isVisible(), true);
});
