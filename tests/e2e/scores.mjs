// Studies with scores that are known beforehand: the network's own numbers, under a card that a test writes.

import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, scoredByCommandLine, scratch } from "./harness.mjs";
import { head } from "./studies.mjs";

/** The odds of the score of the flagged study, and against that of the other: 0.98 and 0.02, however near their logits. */
const ODDS = 49;

/** What the card says of its two operating points. */
const MEASURED = {
  on: "ten heads of this test",
  evidence: "synthetic",
  points: [
    { name: "sensitive", score: 0.3, sensitivity: 0.9, specificity: 0.6 },
    { name: "specific", score: 0.7, sensitivity: 0.5, specificity: 0.9 },
  ],
};

/** Two studies and a page whose card flags one of them and not the other: { dir, high, low }, each { folder, uid }. `measured` changes what the card says of its operating points. */
export function scored(t, measured = {}) {
  const studies = [1, 2].map((seed) => {
    const folder = head(t, seed);
    const [{ study_uid: uid, logit }] = scoredByCommandLine(folder).studies;
    return { folder, uid, logit };
  });
  const [low, high] = studies.sort((a, b) => a.logit - b.logit);
  const middle = (low.logit + high.logit) / 2;
  const slope = (2 * Math.log(ODDS)) / (high.logit - low.logit);
  const calibration = { slope, intercept: -slope * middle };
  const logit = (score) => (Math.log(score / (1 - score)) - calibration.intercept) / slope;
  const points = MEASURED.points.map(({ score, ...point }) => ({ ...point, threshold_logit: logit(score) }));
  const thresholds = { sensitive: 0.3, specific: 0.7 };
  const card = { evidence: "synthetic", calibration, thresholds, measured: { ...MEASURED, points, ...measured } };
  return { dir: withCard(t, () => card), high, low };
}

/** A copy of the built page for a larger input, so that there is time to watch the network at work. */
export function slow(t) {
  return withCard(t, ({ input }) => ({ input: { ...input, size_voxels: 120 } }));
}

/** A copy of the built page whose models' cards say something else. */
function withCard(t, changes) {
  const dir = join(scratch(t), "dist");
  cpSync(DIST, dir, { recursive: true });
  const cards = readdirSync(dir, { recursive: true }).filter((path) => path.endsWith("card.json"));
  for (const file of cards.map((path) => join(dir, path))) {
    const card = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...card, ...changes(card) }));
  }
  return dir;
}
