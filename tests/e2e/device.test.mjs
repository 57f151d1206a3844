// What stays on the device: nothing unless asked for, all of it after a reload if asked for, and nothing once forgotten;
// and who the patients are can be hidden from the page.

import assert from "node:assert/strict";
import test from "node:test";
import { browse, serve } from "./harness.mjs";
import { scored } from "./scores.mjs";
import { WorklistPage, keptText } from "./worklist_page.mjs";

/** A study with a score and a comment. */
async function commented(t) {
  const { dir, high } = scored(t);
  const { origin } = await serve(t, dir);
  const worklist = await WorklistPage.open(await browse(t), origin);
  await worklist.drop(high.folder);
  await worklist.settled(1);
  await worklist.row(high.uid).getByTestId("comment").fill("Motion");
  await worklist.row(high.uid).getByTestId("comment").press("Enter");
  await worklist.row(high.uid).getByTestId("urgency").selectOption("high");
  return { worklist, folder: high.folder, uid: high.uid };
}

/** All that the page has stored, in any of the browser's stores, but for its own files. */
function stored({ page }) {
  return page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    const caches_ = (await caches.keys()).filter((name) => !/^headway-[0-9a-f]{12}$/.test(name));
    return [...databases, ...caches_, ...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie].filter(Boolean);
  });
}

/** Waits until the kept text says something. */
async function kept(worklist, words) {
  await worklist.becomes(async () => {
    const text = await worklist.page.evaluate(keptText);
    return words.every((word) => text.includes(word));
  }, true);
}

test("nothing is stored, and a reload begins with an empty list", async (t) => {
  const { worklist } = await commented(t);
  assert.deepEqual(await stored(worklist), []);
  await worklist.page.reload();
  await worklist.by("drop-zone").waitFor();
  await worklist.becomes(() => worklist.by("row").count(), 0);
  assert.deepEqual(await stored(worklist), []);
});

test("what is kept comes back with its score, without its images, until it is forgotten", async (t) => {
  const { worklist, folder, uid } = await commented(t);
  await worklist.panel("device-panel");
  await worklist.by("keep").click();
  await kept(worklist, [uid, "Motion"]);
  await worklist.page.reload();
  await worklist.row(uid).waitFor();
  const row = worklist.row(uid);
  await worklist.says(uid, ["Urgency: high", "“Motion”"]);
  assert.equal(await row.getAttribute("data-state"), "scored");
  assert.equal(await row.getByTestId("remembered").isVisible(), true);
  assert.equal(await row.getByTestId("view-images").first().isVisible(), false);
  // Its images come again: it is scored anew, in the same row.
  await worklist.drop(folder);
  await row.getByTestId("view-images").first().waitFor();
  await worklist.settled(1);
  await worklist.says(uid, ["Urgency: high", "“Motion”"]);
  await worklist.panel("device-panel");
  await worklist.by("forget").click();
  await worklist.by("row").waitFor({ state: "detached" });
  await worklist.by("drop-zone").waitFor();
  assert.deepEqual(await stored(worklist), []);
  await worklist.page.reload();
  await worklist.by("drop-zone").waitFor();
  await worklist.becomes(() => worklist.by("row").count(), 0);
  assert.deepEqual(worklist.faults, []);
});

test("identities can be hidden: no name, number or date of birth stands on the page", async (t) => {
  const { worklist } = await commented(t);
  const text = () => worklist.page.evaluate(() => document.body.innerText);
  const names = /SAMPLE, SYNTHETIC|HEADWAY-SAMPLE|1970-01-01|Accession/;
  assert.match(await text(), names);
  await worklist.by("mask").click();
  await worklist.frame();
  assert.doesNotMatch(await text(), names);
  assert.match(await text(), /Patient 1/);
  await worklist.page.evaluate(() => document.activeElement.blur());
  await worklist.page.keyboard.press("m");
  await worklist.frame();
  assert.match(await text(), names);
});
