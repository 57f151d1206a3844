// Not a test: pictures of the page for people to look at, in target/screenshots.
// Call it with `node tests/e2e/look.mjs [FOLDER]` once `dist/` is built; without a folder it takes a synthetic one.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT, browse, serve } from "./harness.mjs";
import { messy } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const OUT = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "screenshots");
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/** Stands in for a test: what must end is kept until the end. */
const cleanups = [];
const t = { after: (cleanup) => cleanups.push(cleanup) };

/** Takes pictures of one page. */
function camera(worklist, scheme, width) {
  return async (state, fullPage = true) => {
    const path = join(OUT, `${state}-${scheme}-${width}.png`);
    await worklist.page.screenshot({ path, fullPage });
    console.log(path);
  };
}

async function look(origin, folder, scheme, viewport) {
  const worklist = await WorklistPage.open(await browse(t, { viewport }), origin);
  await worklist.theme(scheme);
  const shoot = camera(worklist, scheme, viewport.width);
  await shoot("empty");
  await worklist.drop(folder);
  await worklist.by("row").waitFor();
  await shoot("working");
  await worklist.settled(1);
  await shoot("scored");
  await worklist.by("row").locator(".series summary").click();
  await worklist.by("model").locator("summary").click();
  await shoot("details");
  await lookAtImages(worklist, shoot);
  await worklist.by("shadow").click();
  for (const panel of ["operating-point", "filters", "waiting", "exports", "device-panel"]) await worklist.panel(panel);
  await shoot("panels");
  await worklist.by("shortcuts-button").click();
  await shoot("keys");
  await worklist.page.keyboard.press("Escape");
  await evidence(worklist, shoot);
}

/** Every part of the evidence room with an answer. */
async function evidence(worklist, shoot) {
  const { page } = worklist;
  const asked = async (state) => {
    await worklist.by("ask").click();
    await page.locator("[data-testid=report], [data-testid=reports], .refusal[role=alert]:not(:empty)").first().waitFor();
    await unfolded(page, () => shoot(`evidence-${state}`, false));
  };
  const file = (role, lines) => page.locator(`#evidence-file-${role}`).setInputFiles({ name: `${role}.csv`, mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });
  const examinations = Array.from({ length: 240 }, (_, n) => ({ n, abnormal: Number((n * 61) % 100 < 35), score: ((n * 37) % 100) / 160 }));
  await worklist.by("open-evidence").click();
  await file("scores", ["id,score", ...examinations.map(({ n, abnormal, score }) => `A${n},${score + 0.35 * abnormal}`)]);
  await file("labels", ["id,label,site,patient", ...examinations.map(({ n, abnormal }) => `A${n},${abnormal},${n % 2 ? "North" : "South"},P${n >> 1}`)]);
  await asked("evaluate");
  await page.getByRole("tab", { name: "Reporting times" }).click();
  await worklist.by("example").click();
  await asked("times");
  await page.getByRole("tab", { name: "Reading room" }).click();
  await asked("queue");
  await page.getByRole("tab", { name: "Labels from reports" }).click();
  await file("reports", ["id,text", '1,"No infarct, haemorrhage or mass. Normal study."', '2,"Large left frontal meningioma with oedema."', '3,"Comparison with 2019. No new lesion."']);
  await asked("labels");
  await page.getByRole("tab", { name: "Over time" }).click();
  await asked("monitor");
  await page.getByRole("tab", { name: "The paper" }).click();
  await asked("paper");
}

/** A dialogue scrolls inside of the window: for its picture the window is made as tall as what it holds. */
async function unfolded(page, shoot) {
  const { width, height } = page.viewportSize();
  const tall = await page.locator("dialog.evidence").evaluate((room) => room.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, tall + 30) });
  await shoot();
  await page.setViewportSize({ width, height });
}

async function lookAtImages(worklist, shoot) {
  const { page } = worklist;
  await worklist.by("view-images").first().click();
  for (const plane of ["Axial", "Coronal", "Sagittal"]) await page.locator(`.pane[data-plane=${plane}] canvas[data-shown]`).waitFor();
  await shoot("images", false);
  await page.getByRole("button", { name: "Steps" }).click();
  await worklist.by("stages").locator("li").nth(4).waitFor();
  await shoot("steps", false);
  await page.getByRole("button", { name: "Steps" }).click();
  await page.getByRole("button", { name: "Header" }).click();
  await worklist.by("header-list").locator(".element").first().waitFor();
  await worklist.by("attention-button").click();
  await worklist.by("attention-overlay").first().waitFor({ timeout: 300_000 });
  await shoot("attention", false);
  await worklist.by("close-viewer").click();
}

async function lookAtLessons(origin, scheme, viewport) {
  const worklist = await WorklistPage.openLessons(await browse(t, { viewport }), origin);
  await worklist.theme(scheme);
  const shoot = camera(worklist, scheme, viewport.width);
  await worklist.settled(6);
  await shoot("lessons");
  for (const key of ["j", "b", "3", "r", "j", "n", "3", "r"]) await worklist.page.keyboard.press(key);
  await worklist.by("truth").nth(1).waitFor();
  await shoot("lessons-told");
  await worklist.by("projector").click();
  await shoot("lessons-projector", false);
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
try {
  const { origin } = await serve(t);
  const folder = process.argv[2] ?? messy(t).folder;
  for (const viewport of SIZES)
    for (const scheme of ["dark", "light"]) {
      await look(origin, folder, scheme, viewport);
      await lookAtLessons(origin, scheme, viewport);
    }
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}
