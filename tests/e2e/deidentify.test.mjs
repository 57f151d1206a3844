// A series saved without its patient: what is in the archive, what the page says of it, and that it is the same examination.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { browse, headway, scoredByCommandLine, scratch, serve } from "./harness.mjs";
import { filesOf, head, phantom } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const LOGIT_TOLERANCE = 1e-4;
/** Of the computed study: whose it is, when it was made, what it is called. */
const NAMES = ["SAMPLE", "SYNTHETIC", "20260101", "t2_tse_tra", "computed"];
/** Of one image of formulas. */
const PIXEL_BYTES = 256 * 256 * 2;

/** Opens the series on the page and saves it: the folder it was unpacked into. */
async function saved(t, worklist, ...choices) {
  await worklist.by("view-images").first().click();
  await worklist.by("deidentify-button").click();
  for (const choice of choices) await worklist.by(choice).check();
  const [download] = await Promise.all([worklist.page.waitForEvent("download"), worklist.by("deidentify-save").click()]);
  assert.match(download.suggestedFilename(), /^headway-deidentified-\d{4}-\d\d-\d\d\.zip$/);
  const folder = join(scratch(t), "unpacked");
  execFileSync("python3", ["-m", "zipfile", "-e", await download.path(), folder]);
  return folder;
}

async function shown(t, folder) {
  const { origin } = await serve(t);
  const worklist = await WorklistPage.open(await browse(t), origin);
  await worklist.drop(folder);
  await worklist.settled(1);
  return worklist;
}

test("what the page saves names nobody, says what it is, and is scored as before", async (t) => {
  const folder = head(t);
  const worklist = await shown(t, folder);
  const unpacked = await saved(t, worklist);
  assert.match(await worklist.by("deidentify-outcome").innerText(), /the face is not removed.*burned into the pixels/);
  const files = filesOf(unpacked);
  const images = files.filter((file) => file.endsWith(".dcm"));
  assert.equal(files.length, images.length + 1);
  const uids = new Set(filesOf(folder).flatMap((file) => readFileSync(file, "latin1").match(/2\.25\.\d{4}\.[\d.]+/g)));
  for (const file of files) {
    const text = readFileSync(file, "latin1");
    for (const name of [...NAMES, ...uids]) assert.ok(!text.includes(name), `${file} holds ${name}`);
  }
  const [before] = scoredByCommandLine(folder).studies;
  const [after] = scoredByCommandLine(unpacked).studies;
  assert.equal(after.state, "scored");
  assert.ok(Math.abs(before.logit - after.logit) < LOGIT_TOLERANCE, `${before.logit}, then ${after.logit}`);
  // The page takes its own file back, archive and all.
  await worklist.by("close-deidentify").click();
  await worklist.by("close-viewer").click();
  await worklist.drop(unpacked);
  const rows = await worklist.settled(2);
  assert.deepEqual(rows.map(({ state }) => state), ["scored", "scored"]);
  assert.deepEqual(worklist.faults, []);
});

test("age, sex and a blanked face are choices, on the page as on the command line", async (t) => {
  // The built-in head has no face.
  const folder = phantom(t);
  const worklist = await shown(t, folder);
  const onPage = await saved(t, worklist, "keep-age", "blank-face");
  const out = join(scratch(t), "out");
  const said = headway("deidentify", folder, "--keep-age-and-sex", "--blank-face", "--out", out);
  assert.match(said, /face blanked by a simple rule, unproven/);
  assert.match(await worklist.by("deidentify-outcome").innerText(), /Age and sex were kept/);
  const pixels = (folder) => filesOf(folder).filter((file) => file.endsWith(".dcm")).map((file) => readFileSync(file).subarray(-PIXEL_BYTES));
  assert.ok(Buffer.concat(pixels(onPage)).equals(Buffer.concat(pixels(out))), "the same pixels in the same order");
  const text = readFileSync(filesOf(out)[0], "latin1");
  assert.match(text, /113108/);
  assert.match(text, /\d{3}Y/);
  const plain = join(scratch(t), "plain");
  headway("deidentify", folder, "--out", plain);
  const zeros = (folder) => Buffer.concat(pixels(folder)).filter((byte) => byte === 0).length;
  assert.ok(zeros(out) > zeros(plain) + 10_000, "something was blanked");
});
