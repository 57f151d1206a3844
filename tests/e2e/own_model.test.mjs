// A model of one's own on the page, what is said of its scores, their range under small shifts, and a calibration that is adopted.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { DIST, browse, headway, scratch, serve } from "./harness.mjs";
import { head } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const BUILT_IN = dirname(join(DIST, readdirSync(DIST, { recursive: true }).find((path) => path.endsWith("densenet121-synthetic/card.json"))));

/** The built-in weights under a card that says otherwise: a model folder { folder, card }. */
function model(t, name, changes) {
  const folder = join(scratch(t), name);
  mkdirSync(folder);
  cpSync(join(BUILT_IN, "weights.safetensors"), join(folder, "weights.safetensors"));
  const card = { ...JSON.parse(readFileSync(join(BUILT_IN, "card.json"), "utf8")), name, version: "9.1.0" };
  changes?.(card);
  writeFileSync(join(folder, "card.json"), JSON.stringify(card));
  return { folder, card };
}

function zipped(folder) {
  execFileSync("python3", ["-m", "zipfile", "-c", `${folder}.zip`, `${folder}/`]);
  return `${folder}.zip`;
}

const byCommandLine = (study, ...args) => JSON.parse(headway("score", study, "--device", "cpu", "--json", ...args)).studies[0];

/** A page with the synthetic study scored by the built-in model. */
async function scored(t) {
  const { origin } = await serve(t);
  const context = await browse(t);
  const worklist = await WorklistPage.open(context, origin);
  const study = head(t);
  await worklist.drop(study);
  const [{ studyUid: uid }] = await worklist.settled(1);
  return { worklist, study, uid, context, origin };
}

/** Waits until every row is scored by this model. */
const scoredBy = (worklist, name) =>
  worklist.by("row-model").filter({ hasText: `Model ${name} ` }).first().waitFor({ timeout: 120_000 });

test("a dropped model folder is checked and used, and every row names the model that scored it", async (t) => {
  const { worklist, study } = await scored(t);
  await scoredBy(worklist, "densenet121-synthetic");
  const [before] = await worklist.rows();
  const { folder } = model(t, "ours", (card) => {
    card.input.size_voxels = 40;
    card.calibration = { slope: 1, intercept: 4 };
  });
  await worklist.drop(folder);
  await scoredBy(worklist, "ours");
  const [row] = await worklist.settled(1);
  const told = byCommandLine(study, "--model", folder);
  assert.ok(Math.abs(row.logit - told.logit) < 1e-3, `${row.logit} on the page, ${told.logit} on the command line`);
  assert.notEqual(row.logit, before.logit);
  assert.equal(await worklist.by("row-logit").textContent(), String(told.score_0_to_100));
  assert.match(await worklist.by("model").textContent(), /ours 9\.1\.0/);
  const notices = await worklist.notices();
  assert.deepEqual(notices.map(({ path, code }) => [path, code]).sort(), [["ours/card.json", "model_read"], ["ours/weights.safetensors", "model_read"]]);
  await worklist.by("built-in-model").click();
  await scoredBy(worklist, "densenet121-synthetic");
  assert.equal((await worklist.settled(1))[0].logit, before.logit);
  assert.deepEqual(worklist.faults, []);
});

test("a zipped model is used as a folder is; the card is one click from the number", async (t) => {
  const { worklist, uid } = await scored(t);
  await worklist.drop(zipped(model(t, "packed", (card) => (card.population = "Adults of our town.")).folder));
  await scoredBy(worklist, "packed");
  await worklist.settled(1);
  await worklist.row(uid).getByTestId("row-model").click();
  await worklist.by("model-card").getByText("Adults of our town.").waitFor();
  assert.ok(await worklist.by("model-card").evaluate((panel) => panel.open && panel.contains(document.activeElement)));
});

test("a damaged model is refused in words, and the list stays as it was", async (t) => {
  const { worklist } = await scored(t);
  const [before] = await worklist.rows();
  const refused = async (path, words) => {
    await worklist.drop(path);
    // Notices of one reason stand under it.
    await worklist.by("notices").filter({ hasText: words }).waitFor({ state: "attached" });
    assert.deepEqual(await worklist.rows(), [before]);
    assert.match(await worklist.by("model").textContent(), /densenet121-synthetic/);
  };
  const flipped = model(t, "flipped").folder;
  const weights = readFileSync(join(flipped, "weights.safetensors"));
  weights[1_000_000] ^= 1;
  writeFileSync(join(flipped, "weights.safetensors"), weights);
  await refused(flipped, "The weights of model flipped are not those its card names");
  const misshapen = model(t, "misshapen", (card) => (card.architecture.growth_rate = 16)).folder;
  await refused(zipped(misshapen), "features.denseblock1.denselayer1.layers.conv1.weight of the model has shape");
  const torn = model(t, "torn").folder;
  writeFileSync(join(torn, "card.json"), "{");
  await refused(torn, "The model card is not valid JSON");
  const alone = join(model(t, "alone").folder, "weights.safetensors");
  await refused(alone, "Weights alone are no model");
  assert.deepEqual(worklist.faults, []);
});

test("below local evidence a score is 0 to 100 and not validated on patients: no percent on the page; its range comes by itself", async (t) => {
  const { worklist, study, uid } = await scored(t);
  const row = worklist.row(uid);
  await row.getByTestId("row-range").filter({ hasText: " to " }).waitFor({ timeout: 120_000 });
  const told = byCommandLine(study, "--range");
  const { low, high, runs } = told.range_under_small_shifts;
  const [from, to] = [low, high].map((score) => Math.round(100 * score));
  assert.ok((await row.getByTestId("row-range").textContent()).startsWith(`Range under small shifts: ${from} to ${to}`));
  assert.ok(low <= told.score && told.score <= high && runs === 10, JSON.stringify(told.range_under_small_shifts));
  assert.equal(await row.getByTestId("score-means").textContent(), "Score 0 to 100, not validated on patients.");
  assert.doesNotMatch(await row.getByTestId("row-score").textContent(), /%|probability|confidence/i);
  await worklist.panel("exports");
  const [download] = await Promise.all([worklist.page.waitForEvent("download"), worklist.by("export-json").click()]);
  const [exported] = JSON.parse(readFileSync(await download.path(), "utf8")).studies;
  assert.equal(exported.score_means, "score 0 to 100, not validated on patients");
  assert.equal(exported.score_0_to_100, told.score_0_to_100);
  assert.ok(Math.abs(exported.range_low - low) < 1e-3 && Math.abs(exported.range_high - high) < 1e-3);
  assert.match(headway("score", study, "--device", "cpu"), /(flagged|uncertain), \d+ \(score 0 to 100, not validated on patients\)/);
});

/** Three hundred examinations of the model in use: an exported list, and labels that it half agrees with. */
function examinations(t, sha256) {
  const rows = Array.from({ length: 300 }, (_, n) => {
    const score = ((n * 37) % 100) / 101 + 0.004;
    return { study_uid: `1.2.${n}`, score, chosen_by: "rules", model_sha256: sha256, abnormal: (n * 61) % 100 < 20 + 60 * score };
  });
  const folder = scratch(t);
  const list = { format: "headway-worklist", version: 1, studies: rows.map(({ abnormal, ...row }) => row) };
  writeFileSync(join(folder, "list.json"), JSON.stringify(list));
  writeFileSync(join(folder, "labels.csv"), `id,label\n${rows.map(({ study_uid, abnormal }) => `${study_uid},${Number(abnormal)}`).join("\n")}\n`);
  return { scores: join(folder, "list.json"), labels: join(folder, "labels.csv") };
}

async function evaluate(worklist, { scores, labels }) {
  await worklist.by("open-evidence").click();
  await worklist.page.locator("#evidence-file-scores").setInputFiles(scores);
  await worklist.page.locator("#evidence-file-labels").setInputFiles(labels);
  await worklist.by("ask").click();
  await worklist.by("report").waitFor();
}

test("a calibration on the site's own labels is adopted, lifts the evidence to local, and comes back with its card", async (t) => {
  const { worklist, uid, context, origin } = await scored(t);
  const sha256 = await worklist.by("row-model").getAttribute("data-sha256");
  const files = examinations(t, sha256);
  await evaluate(worklist, examinations(t, "of another model"));
  await worklist.by("adopt").click();
  await worklist.by("adopted").filter({ hasText: "come from another model" }).waitFor();
  await worklist.page.locator("#evidence-file-scores").setInputFiles(files.scores);
  await worklist.by("ask").click();
  await worklist.by("adopted").filter({ hasNotText: "another" }).waitFor({ state: "attached" });
  await worklist.by("adopt").click();
  await worklist.by("adopted").filter({ hasText: "evidence is local now" }).waitFor();
  await worklist.by("close-evidence").click();
  await worklist.page.locator("[data-testid=model][data-evidence=local]").waitFor({ timeout: 60_000 });
  await worklist.settled(1);
  assert.match(await worklist.row(uid).getByTestId("row-logit").textContent(), /^\d+ %$/);
  assert.match(await worklist.by("model-card").textContent(), /on \d+ normal and \d+ abnormal examinations of this site; AUC 0\.\d+/);
  const [download] = await Promise.all([worklist.page.waitForEvent("download"), worklist.by("save-card").click()]);
  const saved = join(scratch(t), "card.json");
  writeFileSync(saved, readFileSync(await download.path()));
  const adopted = join(scratch(t), "adopted");
  headway("evaluate", "--scores", files.scores, "--labels", files.labels, "--model", BUILT_IN, "--adopt", adopted);
  const [page, line] = [saved, join(adopted, "card.json")].map((path) => JSON.parse(readFileSync(path, "utf8")));
  const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
  for (const of of ["slope", "intercept"]) near(page.calibration[of], line.calibration[of]);
  for (const of of ["sensitive", "specific"]) near(page.thresholds[of], line.thresholds[of]);
  assert.equal(line.evidence, "local");
  const again = await WorklistPage.open(context, origin);
  await again.drop(saved);
  await again.page.locator("[data-testid=model][data-evidence=local]").waitFor({ timeout: 60_000 });
  assert.deepEqual([...worklist.faults, ...again.faults], []);
});
