// What stands between an empty cache and a page that can be used: few bytes, and none of an engine or a codec.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { DIST, browse, serve } from "./harness.mjs";
import { WorklistPage } from "./worklist_page.mjs";

/** The page as tests build it is neither optimised as a whole nor shrunk by wasm-opt; docs/develop.md has what is shipped. */
const MOST_KB = 750;
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

/** A WebAssembly module without its custom sections: the names of functions, which a shipped one does not carry. */
function withoutNames(bytes) {
  if (bytes.readUInt32LE(0) !== 0x6d736100) return bytes;
  const kept = [bytes.subarray(0, 8)];
  for (let start = 8, end; start < bytes.length; start = end) {
    // A section: its number, its length as LEB128, its content.
    let at = start + 1;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      length += (bytes[at] & 0x7f) * 2 ** shift;
      if (bytes[at++] < 0x80) break;
    }
    end = at + length;
    if (bytes[start] !== 0) kept.push(bytes.subarray(start, end));
  }
  return Buffer.concat(kept);
}

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
  const kb = ["index.html", ...asked].reduce((sum, path) => sum + brotliCompressSync(withoutNames(readFileSync(join(DIST, path))), QUALITY).length, 0) / 1e3;
  t.diagnostic(`usable after ${ms.toFixed(0)} ms, ${kb.toFixed(0)} kB compressed: ${asked.map((path) => path.split("/").pop()).join(", ")}`);
  assert.deepEqual(asked.filter((path) => /engine|ingest|clerk|evidence|models|crew/.test(path)), []);
  assert.ok(kb < MOST_KB, `${kb} kB`);
});
