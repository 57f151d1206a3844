// What stands between an empty cache and a page that can be used: few bytes, and none of an engine or a codec.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { DIST, browse, serve } from "./harness.mjs";
import { WorklistPage } from "./worklist_page.mjs";

/** The page as tests build it is neither optimised as a whole nor shrunk by wasm-opt, and carries the names of its functions. */
const MOST_KB = 1_000;
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

test("the page is drawn before anything of an engine, a reader or a model is asked for", async (t) => {
  const { origin } = await serve(t);
  const context = await browse(t);
  await context.addInitScript(() => {
    const drawn = () => document.querySelector("[data-testid=drop-zone]");
    new MutationObserver((_, observer) => {
      if (!drawn()) return;
      observer.disconnect();
      window.usableMs = performance.now();
      window.askedBefore = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname.slice(1));
    }).observe(document, { childList: true, subtree: true });
  });
  const { page } = await WorklistPage.openAtOnce(context, origin);
  const [ms, asked] = await page.evaluate(() => [window.usableMs, window.askedBefore]);
  const kb = ["index.html", ...asked].reduce((sum, path) => sum + brotliCompressSync(readFileSync(join(DIST, path)), QUALITY).length, 0) / 1e3;
  t.diagnostic(`usable after ${ms.toFixed(0)} ms, ${kb.toFixed(0)} kB compressed: ${asked.map((path) => path.split("/").pop()).join(", ")}`);
  assert.deepEqual(asked.filter((path) => /engine|ingest|evidence|models|crew/.test(path)), []);
  assert.ok(kb < MOST_KB, `${kb} kB`);
});
