// The job itself: a folder is dropped, the row is right, and right means what the command line program
// says of the same files.

import assert from "node:assert/strict";
import test from "node:test";
import { browse, scoredByCommandLine, serve } from "./harness.mjs";
import { slow } from "./scores.mjs";
import { MESS, ZIPPED_MESS, absent, filesOf, messy, head, phantom, real, sample, zipped } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

/** Browser and command line run the same network in different arithmetic order. */
const LOGIT_TOLERANCE = 1e-4;

async function open(t, dir) {
  const { origin } = await serve(t, dir);
  const context = await browse(t);
  await context.addInitScript(watchFrames);
  return WorklistPage.open(context, origin);
}

/** Runs in the page: keeps the longest time between two frames. */
function watchFrames() {
  window.longestGapMs = 0;
  let last = performance.now();
  const frame = (now) => {
    window.longestGapMs = Math.max(window.longestGapMs, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** The page's rows say what the command line program says of the same studies, and no error went unhandled. */
function assertAgrees(t, worklist, rows, report) {
  assert.deepEqual(rows.map((row) => row.studyUid).sort(), report.studies.map((study) => study.study_uid).sort());
  for (const study of report.studies) {
    const row = rows.find((row) => row.studyUid === study.study_uid);
    assert.equal(row.state, study.state);
    assert.equal(row.reason, study.reason?.text ?? null);
    assert.equal(row.code, study.reason?.code ?? null);
    assert.deepEqual(row.reasons, study.reasons);
    assert.deepEqual(
      row.rejected.map(({ description, code, text }) => [description, code, text]),
      study.rejected.map(({ description, reasons }) => [description, reasons[0].code, reasons[0].text]),
    );
    assertSameLogit(t, row.logit, study.logit);
  }
  assert.deepEqual(worklist.faults, []);
}

function assertSameLogit(t, inPage, onCommandLine) {
  if (onCommandLine === null) return assert.equal(inPage, null);
  const apart = Math.abs(inPage - onCommandLine);
  t.diagnostic(`logit ${onCommandLine} on the command line, in the page ${apart.toExponential(1)} apart`);
  assert.ok(inPage !== null && apart < LOGIT_TOLERANCE, `${inPage} in the page, ${onCommandLine} on the command line`);
}

test("a dropped study gets its row: series chosen, FLAIR rejected with its reason, the command line's number", async (t) => {
  const folder = head(t);
  const worklist = await open(t);
  await worklist.page.evaluate(() => (window.longestGapMs = 0));
  await worklist.drop(folder);
  const rows = await worklist.settled(1);
  const gap = await worklist.page.evaluate(() => window.longestGapMs);
  t.diagnostic(`longest time between two frames while working: ${gap.toFixed(0)} ms`);
  assert.equal(rows[0].series, "t2_tse_tra");
  assert.deepEqual(rows[0].rejected.map(({ description, code }) => [description, code]), [["t2_flair_tra", "wrong_contrast"]]);
  assert.equal(rows[0].state, "scored");
  assertAgrees(t, worklist, rows, scoredByCommandLine(folder));
  const count = filesOf(folder).length;
  assert.deepEqual(await worklist.files(), { seen: count, inRows: count, notices: 0 });
  assert.ok(gap < 1_000, `the page stood still for ${gap} ms`);
});

test("the sample button shows the study that the command line program writes", async (t) => {
  const worklist = await open(t);
  await worklist.by("sample-button").click();
  assertAgrees(t, worklist, await worklist.settled(1), scoredByCommandLine(sample(t)));
});

test("a head drawn from formulas is no head: no score, and the command line's reason", async (t) => {
  const folder = phantom(t);
  const worklist = await open(t);
  await worklist.drop(folder);
  const rows = await worklist.settled(1);
  assert.deepEqual([rows[0].state, rows[0].code], ["not_scored", "not_a_head"]);
  assert.match(rows[0].reason, /drawn from formulas/);
  assertAgrees(t, worklist, rows, scoredByCommandLine(folder));
});

test("a messy folder: the study is scored, every other file is told what is wrong with it", async (t) => {
  const { folder, images } = messy(t);
  const worklist = await open(t);
  await worklist.drop(folder);
  assertAgrees(t, worklist, await worklist.settled(1), scoredByCommandLine(folder));
  const notices = await worklist.notices();
  assert.deepEqual(Object.fromEntries(notices.map(({ path, code }) => [path, code]).sort()), MESS);
  // The empty folder is a path with a notice and no file.
  const files = Object.keys(MESS).length - 1;
  assert.deepEqual(await worklist.files(), { seen: images + files, inRows: images, notices: files + 1 });
});

test("an archive is read as the folder it holds, on the page as on the command line", async (t) => {
  const { folder, images } = zipped(t);
  const worklist = await open(t);
  await worklist.drop(folder);
  const rows = await worklist.settled(1);
  assertAgrees(t, worklist, rows, scoredByCommandLine(folder));
  assert.equal(rows[0].state, "scored");
  const notices = Object.fromEntries((await worklist.notices()).map(({ path, code }) => [path, code]));
  assert.deepEqual(notices, ZIPPED_MESS);
  const strays = Object.keys(ZIPPED_MESS).length;
  assert.deepEqual(await worklist.files(), { seen: images + strays, inRows: images, notices: strays });
});

test("the reader may choose another series, and leave the choice to the rules again", async (t) => {
  const worklist = await open(t);
  await worklist.drop(head(t));
  const [before] = await worklist.settled(1);
  await worklist.page.locator("summary", { hasText: "Why this series" }).click();
  await worklist.by("choose-series").filter({ hasText: "t2_flair_tra" }).click();
  await worklist.by("by-reader").waitFor();
  const [chosen] = await worklist.settled(1);
  assert.equal(chosen.series, "t2_flair_tra");
  assert.deepEqual([chosen.state, chosen.code], ["not_scored", "contradicted_contrast"], "the picture is looked at all the same");
  assert.equal(await worklist.page.evaluate(() => document.activeElement.tagName), "SUMMARY", "the keyboard stays where it was");
  await worklist.by("choose-series").filter({ hasText: "rules" }).click();
  await worklist.by("by-reader").waitFor({ state: "detached" });
  assert.deepEqual(await worklist.settled(1), [before]);
  assert.deepEqual(worklist.faults, []);
});

test("studies dropped while the engine is still loading are all scored", async (t) => {
  const folders = [head(t, 1), head(t, 2)];
  const { origin } = await serve(t);
  const worklist = await WorklistPage.openAtOnce(await browse(t), origin);
  await worklist.drop(...folders);
  assertAgrees(t, worklist, await worklist.settled(2), scoredByCommandLine(...folders));
});

test("cancelling ends the work, and says so in the row", async (t) => {
  const worklist = await open(t, slow(t));
  await worklist.drop(head(t));
  await worklist.page.locator("[data-testid=row][data-state=inferring]").waitFor({ timeout: 60_000 });
  await worklist.by("cancel-button").click();
  const [row] = await worklist.settled(1);
  assert.deepEqual([row.state, row.code], ["not_scored", "cancelled"]);
  await worklist.page.getByRole("button", { name: "Try again" }).click();
  await worklist.page.locator("[data-testid=row]:not([data-state=not_scored])").waitFor();
  const [again] = await worklist.settled(1);
  assert.equal(again.state, "scored");
  assert.deepEqual(worklist.faults, []);
});

const REAL = [
  { name: "dicom_study_ms03", state: "scored", code: null },
  { name: "dicom_study_ms01", state: "scored", code: null },
  { name: "dicom_study_ms03_short", state: "not_scored", code: "incomplete_head" },
  { name: "dicom_ge_fse_pd_axial", state: "not_scored", code: "no_suitable_series" },
  { name: "dicom_philips_t1_mprage_sag", state: "not_scored", code: "no_suitable_series" },
  { name: "dicom_canon_enhanced_dti", state: "not_scored", code: "no_suitable_series" },
];

for (const { name, state, code } of REAL) {
  test(`real scan ${name}: ${code ?? state}, as on the command line`, { skip: absent(name) }, async (t) => {
    const folder = real(name);
    const worklist = await open(t);
    await worklist.drop(folder);
    const rows = await worklist.settled(1);
    assert.deepEqual([rows[0].state, rows[0].code], [state, code]);
    const report = scoredByCommandLine(folder);
    assertAgrees(t, worklist, rows, report);
    const { seen, inRows, notices } = await worklist.files();
    assert.deepEqual([seen, inRows, notices], [report.files.seen, report.files.used, report.files.notices.length]);
    assert.equal(seen, filesOf(folder).length);
  });
}
