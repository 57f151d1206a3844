// The list as a file: what was saved comes back, urgencies join, and nothing says more than it was asked to.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { browse, scratch, serve } from "./harness.mjs";
import { scored } from "./scores.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const SECRET = "sixteen characters at least";
const NAMES = /SAMPLE|1970|2\.25\.|1\.2\./;

async function twoScored(t, mode) {
  const { dir, high, low } = scored(t);
  const { origin } = await serve(t, dir);
  const context = await browse(t);
  const worklist = await WorklistPage.open(context, origin, "cpu", mode);
  await worklist.drop(low.folder);
  await worklist.settled(1);
  await worklist.drop(high.folder);
  await worklist.settled(2);
  return { worklist, context, origin, high, low };
}

/** Saves a file by a button of the panel: { name, text, path }. */
async function save(worklist, button) {
  const [download] = await Promise.all([worklist.page.waitForEvent("download"), worklist.by(button).click()]);
  const path = await download.path();
  return { name: download.suggestedFilename(), path, text: readFileSync(path, "utf8") };
}

/** Writes a file to drop. */
function file(t, name, text) {
  const path = join(scratch(t), name);
  writeFileSync(path, text);
  return path;
}

test("the JSON holds scores, places and what the reader said; the CSV holds the same; without identifiers none is left", async (t) => {
  const { worklist, high, low } = await twoScored(t);
  await worklist.row(low.uid).getByRole("button", { name: "Disagree" }).click();
  const panel = await worklist.panel("exports");
  const json = await save(worklist, "export-json");
  assert.match(json.name, /^headway-worklist-\d{4}-\d\d-\d\d\.json$/);
  const { studies } = JSON.parse(json.text);
  assert.deepEqual(studies.map((study) => [study.study_uid, study.place, study.verdict]), [
    [high.uid, "flagged", null],
    [low.uid, "not_flagged", "disagree"],
  ]);
  assert.equal(studies[0].evidence, "synthetic");
  assert.match(studies[0].model_sha256, /^[0-9a-f]{64}$/);
  const csv = await save(worklist, "export-csv");
  assert.deepEqual([csv.text.trim().split("\n").length, csv.text.includes(low.uid)], [3, true]);
  await panel.getByLabel("without identifiers").check();
  for (const button of ["export-json", "export-csv"]) assert.doesNotMatch((await save(worklist, button)).text, NAMES);
});

test("an export names the operating point in use, and its bands are of it", async (t) => {
  const { worklist, low } = await twoScored(t);
  await worklist.panel("operating-point");
  await worklist.by("flagged-from").fill("0.01");
  await worklist.row(low.uid).locator("[data-place=flagged]").waitFor();
  await worklist.panel("exports");
  const { studies } = JSON.parse((await save(worklist, "export-json")).text);
  assert.deepEqual(studies.map((study) => [study.band, study.sensitive_threshold, study.specific_threshold]), [
    ["flagged", 0.01, 0.01],
    ["flagged", 0.01, 0.01],
  ]);
});

test("pseudonyms and pooling need the site's secret, which the page does not keep", async (t) => {
  const { worklist } = await twoScored(t);
  const panel = await worklist.panel("exports");
  await worklist.by("export-pooling").click();
  await worklist.by("said").filter({ hasText: "16 or more" }).waitFor();
  await worklist.by("secret").fill(SECRET);
  const pooling = await save(worklist, "export-pooling");
  assert.match(pooling.name, /^headway-pooling-/);
  assert.match(pooling.text, /^study_pseudonym,/);
  assert.doesNotMatch(pooling.text, NAMES);
  await worklist.becomes(() => worklist.by("secret").textContent(), "");
  await panel.getByLabel("with pseudonyms").check();
  await worklist.by("secret").fill(SECRET);
  const named = JSON.parse((await save(worklist, "export-json")).text).studies;
  assert.match(named[0].pseudonym, /^[0-9a-f]{64}$/);
  assert.equal(pooling.text.includes(named[0].pseudonym), true, "one study, one pseudonym");
});

test("in shadow mode an export withholds scores that were not shown", async (t) => {
  const { worklist } = await twoScored(t, "shadow");
  await worklist.panel("exports");
  const { studies } = JSON.parse((await save(worklist, "export-json")).text);
  assert.deepEqual(studies.map((study) => [study.score, study.band, study.place, study.score_withheld]), [
    [null, null, null, "not_revealed"],
    [null, null, null, "not_revealed"],
  ]);
});

test("an earlier export, dropped on another page, brings back what was said, and its studies into the next export", async (t) => {
  const { worklist, context, origin, high, low } = await twoScored(t);
  await worklist.row(high.uid).getByRole("button", { name: "Agree", exact: true }).click();
  await worklist.row(low.uid).getByTestId("comment").fill("=Motion");
  await worklist.row(low.uid).getByTestId("comment").press("Enter");
  await worklist.panel("exports");
  const { text } = await save(worklist, "export-csv");
  const next = await WorklistPage.open(context, origin);
  await next.drop(file(t, "earlier.csv", text), low.folder);
  await next.settled(1);
  await next.page.locator("[data-testid=notice][data-code=list_read]").first().waitFor({ state: "attached" });
  await next.says(low.uid, ["“=Motion”"]);
  await next.panel("exports");
  const { studies } = JSON.parse((await save(next, "export-json")).text);
  assert.deepEqual(Object.fromEntries(studies.map((study) => [study.study_uid, study.verdict ?? study.comment])), {
    [high.uid]: "agree",
    [low.uid]: "=Motion",
  });
});

test("an urgency list is joined on the accession number, and says what fits no study", async (t) => {
  const { worklist } = await twoScored(t);
  await worklist.drop(file(t, "urgency.csv", "accession_number,urgency\nSAMPLE,stat\nunknown,high\n"));
  await worklist.page.locator("[data-testid=notice][data-code=list_read]").waitFor({ state: "attached" });
  await worklist.page.mouse.move(0, 0);
  await worklist.by("row").locator("[data-place=urgent]").nth(1).waitFor();
  await worklist.becomes(() => worklist.by("urgency-notices").locator("li").allTextContents(), ["1 line fits no study of this list."]);
  assert.match(await worklist.by("urgency").first().locator("option").first().textContent(), /stat, by the list/);
});

test("a list that cannot be used says why; other tables are files like any other", async (t) => {
  const { origin } = await serve(t);
  const worklist = await WorklistPage.openAtOnce(await browse(t), origin);
  const broken = file(t, "broken.json", `{"format": "headway-worklist", "version": 99, "studies": []}`);
  await worklist.drop(broken, file(t, "other.csv", "a,b\n1,2\n"));
  await worklist.page.locator("[data-testid=notice][data-code=not_dicom]").waitFor({ state: "attached" });
  const notices = Object.fromEntries((await worklist.notices()).map(({ path, code }) => [path, code]));
  assert.deepEqual(notices, { "broken.json": "unusable_list", "other.csv": "not_dicom" });
  assert.equal((await worklist.files()).seen, 2);
});

test("the list on paper holds every study in its order, and the page nothing else of it", async (t) => {
  const { worklist, high, low } = await twoScored(t);
  await worklist.stands(high.uid, low.uid);
  await worklist.page.evaluate(() => {
    window.print = () => (window.printed = document.querySelector("[data-testid=print-view]").innerText || document.querySelector("[data-testid=print-view]").textContent);
  });
  await worklist.panel("exports");
  await worklist.by("print").click();
  const printed = await (await worklist.page.waitForFunction(() => window.printed)).jsonValue();
  assert.match(printed, /not a medical device[\s\S]*flagged[\s\S]*not flagged/);
  await worklist.by("print-view").waitFor({ state: "detached" });
});
