// Not a test: pictures of the page for people to look at, in target/screenshots.
// Call it with `node tests/e2e/look.mjs` once `dist/` is built.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT, browse, serve } from "./harness.mjs";
import { messy } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const OUT = join(ROOT, "target/screenshots");
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/** Stands in for a test: what must end is kept until the end. */
const cleanups = [];
const t = { after: (cleanup) => cleanups.push(cleanup) };

async function look(origin, folder, colorScheme, viewport) {
  const worklist = await WorklistPage.open(await browse(t, { colorScheme, viewport }), origin);
  const shoot = async (state) => {
    const path = join(OUT, `${state}-${colorScheme}-${viewport.width}.png`);
    await worklist.page.screenshot({ path, fullPage: true });
    console.log(path);
  };
  await shoot("empty");
  await worklist.drop(folder);
  await worklist.by("row").waitFor();
  await shoot("working");
  await worklist.settled(1);
  await shoot("scored");
  await worklist.by("row").locator(".series summary").click();
  await shoot("details");
  await worklist.by("shadow").click();
  for (const panel of ["filters", "waiting", "exports", "device-panel"]) await worklist.panel(panel);
  await shoot("panels");
  await worklist.by("shortcuts-button").click();
  await shoot("keys");
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
try {
  const { origin } = await serve(t);
  const { folder } = messy(t);
  for (const viewport of SIZES) for (const colorScheme of ["light", "dark"]) await look(origin, folder, colorScheme, viewport);
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}
