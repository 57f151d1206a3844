// What goes wrong around the page, caused for real or at the browser's own doors: the worklist survives, and says what happened.

import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { DIST, browse, scratch, serve } from "./harness.mjs";
import { slow } from "./scores.mjs";
import { filesOf, head } from "./studies.mjs";
import { WorklistPage, keptText } from "./worklist_page.mjs";

async function open(t, dir, clock = false) {
  const { origin } = await serve(t, dir);
  const context = await browse(t);
  if (clock) await context.clock.install();
  return WorklistPage.open(context, origin);
}

/** A copy of the built page in which a test damages something. */
function damaged(t, change) {
  const dir = join(scratch(t), "dist");
  cpSync(DIST, dir, { recursive: true });
  change((end) => {
    const file = readdirSync(dir, { recursive: true }).find((path) => path.endsWith(end));
    return join(dir, file);
  });
  return dir;
}

async function scoresTheSample(worklist, rows = 1) {
  await worklist.by("sample-button").click();
  const settled = await worklist.settled(rows);
  assert.equal(settled.at(-1).state, "scored");
}

/** One of the page's workers, once it is there. */
async function worker({ page }, name) {
  const find = () => page.workers().findLast((worker) => worker.url().includes(name));
  while (!find()) await page.waitForTimeout(20);
  return find();
}

/**
 * Has the reader of files fail when it turns to a file of this name: it traps, or never comes back.
 * The page is told of every file before the reader opens it, so this is where a file's own fault would strike.
 */
async function failsAt(worklist, name, how) {
  const reader = await worker(worklist, "ingest");
  await reader.evaluate(
    ({ name, how }) => {
      // Messages are postcard: a file's number (one byte below 128), then its path with the length before it.
      const numberOf = (bytes) => {
        const end = new TextDecoder("latin1").decode(bytes).indexOf(name) + name.length;
        for (let start = end - name.length; start > 1 && end >= name.length; start--) if (bytes[start - 1] === end - start) return bytes[start - 2];
      };
      const [WORK, READ_HEADERS, READING, SOME] = [1, 0, 1, 1];
      let culprit;
      const hear = self.onmessage;
      self.onmessage = (event) => {
        const bytes = event.data[0];
        if (bytes[0] === WORK && bytes[1] === READ_HEADERS) culprit ??= numberOf(bytes);
        hear.call(self, event);
      };
      const post = self.postMessage.bind(self);
      self.postMessage = (message, ...rest) => {
        post(message, ...rest);
        const [kind, some, file] = message[0];
        if (culprit === undefined || kind !== READING || some !== SOME || file !== culprit) return;
        if (how === "hang") for (;;);
        setTimeout(() => {
          throw new Error("unreachable");
        });
      };
    },
    { name, how },
  );
}

/** A study and one file more, which will be to blame. */
function withCulprit(t) {
  const folder = head(t);
  const [first] = filesOf(folder);
  cpSync(first, join(folder, "culprit.dcm"));
  return folder;
}

for (const how of ["trap", "hang"]) {
  test(`a file at which the reader ${how}s is named and set aside; the study is scored`, async (t) => {
    const worklist = await open(t, undefined, how === "hang");
    const folder = withCulprit(t);
    await failsAt(worklist, "culprit.dcm", how);
    await worklist.drop(folder);
    if (how === "hang") {
      await worklist.by("files-summary").waitFor();
      // Until it has come to the file; then the minute that it is given passes at once.
      await new Promise((later) => setTimeout(later, 3_000));
      await worklist.page.clock.runFor(80_000);
    }
    const [row] = await worklist.settled(1);
    assert.equal(row.state, "scored");
    const notices = await worklist.notices();
    assert.deepEqual(notices.map(({ path, code }) => [path.split("/").pop(), code]), [["culprit.dcm", "worker_stopped"]]);
  });
}

test("a device that sleeps over its work wakes up to it: nothing is blamed and nothing is read twice", async (t) => {
  const worklist = await open(t, slow(t), true);
  await worklist.drop(head(t));
  await worklist.page.locator("[data-testid=row][data-state=inferring]").waitFor({ timeout: 60_000 });
  const device = await worklist.by("device").innerText();
  await worklist.page.clock.fastForward("08:00:00");
  const [row] = await worklist.settled(1);
  assert.equal(row.state, "scored");
  assert.deepEqual([await worklist.notices(), await worklist.by("device").innerText()], [[], device]);
  assert.deepEqual(worklist.faults, []);
});

test("an engine that traps at work is started again, and the study is scored", async (t) => {
  const worklist = await open(t, slow(t));
  await worklist.drop(head(t));
  await worklist.page.locator("[data-testid=row][data-state=inferring]").waitFor({ timeout: 60_000 });
  const engine = await worker(worklist, "engine-cpu");
  await engine.evaluate(() => setTimeout(() => { throw new Error("unreachable"); }));
  const [row] = await worklist.settled(1);
  assert.equal(row.state, "scored");
  assert.notEqual(await worker(worklist, "engine-cpu"), engine, "another one did it");
});

/** Has a module of the build no more memory than it begins with and so many pages of 64 KiB. */
function bounded(file, pages) {
  const bytes = readFileSync(file);
  const number = (at) => {
    let [value, shift, byte] = [0, 0];
    do value |= ((byte = bytes[at++]) & 127) << shift, (shift += 7); while (byte & 128);
    return [value, at];
  };
  const leb = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]);
  for (let at = 8; at < bytes.length; ) {
    const [length, content] = number(at + 1);
    if (bytes[at] === 5) {
      const [least] = number(content + 2);
      const section = [1, 1, ...leb(least), ...leb(least + pages)];
      return writeFileSync(file, Buffer.concat([bytes.subarray(0, at), Buffer.from([5, ...leb(section.length), ...section]), bytes.subarray(content + length)]));
    }
    at = content + length;
  }
  throw new Error(`${file} has no memory of its own`);
}

test("a file for which memory does not suffice is named and set aside; the study beside it is scored", async (t) => {
  const worklist = await open(t, damaged(t, (file) => bounded(file("ingest_bg.wasm"), 1600)));
  const folder = head(t);
  // A header that does not end in its first bytes has the file read whole: 200 MB, where 100 are to be had.
  const [first] = filesOf(folder);
  const bytes = readFileSync(first);
  const explicit = Buffer.concat([Buffer.from("\x09\x00\x10\x10OB\0\0", "latin1"), Buffer.alloc(4), Buffer.alloc(200_000_000)]);
  explicit.writeUInt32LE(200_000_000, 8);
  const at = bytes.indexOf("\x10\x00\x10\x00PN", "latin1");
  writeFileSync(join(folder, "enormous.dcm"), Buffer.concat([bytes.subarray(0, at), explicit, bytes.subarray(at)]));
  await worklist.drop(folder);
  const [row] = await worklist.settled(1);
  assert.equal(row.state, "scored");
  const notices = await worklist.notices();
  assert.deepEqual(notices.map(({ path, code }) => [path.split("/").pop(), code]), [["enormous.dcm", "worker_stopped"]]);
});

test("a model file that is damaged: studies are read and listed, and each says why it has no score", async (t) => {
  const dir = damaged(t, (file) => {
    const weights = file(".safetensors");
    const bytes = readFileSync(weights);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(weights, bytes);
  });
  const { origin } = await serve(t, dir);
  const worklist = await WorklistPage.openAtOnce(await browse(t), origin);
  await worklist.drop(head(t));
  const [row] = await worklist.settled(1);
  assert.deepEqual([row.state, row.code, row.series], ["failed", "model_unusable", "t2_tse_tra"]);
  assert.match(await worklist.by("device").innerText(), /No engine/);
});

test("a browser without room keeps nothing, says so, and asks before the page is closed", async (t) => {
  const worklist = await open(t);
  await scoresTheSample(worklist);
  const { page } = worklist;
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize: 1 });
  await worklist.panel("device-panel");
  await worklist.by("keep").click();
  await page.getByText(/is not kept on this device .*Quota/).waitFor();
  assert.match(await worklist.by("device-panel").innerText(), /nothing kept/i);
  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  await (await asked).dismiss();
  assert.equal((await worklist.rows()).length, 1);
});

test("a browser that refuses storage altogether: the page works, and says so when asked to keep", async (t) => {
  const { origin } = await serve(t);
  const context = await browse(t);
  await context.addInitScript(() => {
    const refuse = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
    for (const door of ["indexedDB", "caches", "localStorage"]) Object.defineProperty(window, door, { get: refuse });
    navigator.serviceWorker.register = async () => refuse();
  });
  const worklist = await WorklistPage.open(context, origin);
  await scoresTheSample(worklist);
  await worklist.panel("device-panel");
  await worklist.by("keep").click();
  await worklist.page.getByText(/is not kept on this device .*insecure/).waitFor();
  await worklist.page.locator("#kept", { hasText: "Not kept on this device" }).waitFor();
  assert.deepEqual(worklist.faults, []);
});

test("two tabs never overwrite each other: the one that began last keeps the list, the other says that it does not", async (t) => {
  const { origin } = await serve(t);
  const context = await browse(t);
  const first = await WorklistPage.open(context, origin);
  await scoresTheSample(first);
  await first.panel("device-panel");
  await first.by("keep").click();
  await first.becomes(async () => (await first.page.evaluate(keptText)) !== "", true);
  const second = await WorklistPage.open(context, origin);
  await second.becomes(() => second.by("row").count(), 1);
  await second.by("comment").fill("From the second tab");
  await second.by("comment").press("Enter");
  await first.page.bringToFront();
  await first.by("comment").fill("From the first tab");
  await first.by("comment").press("Enter");
  await first.page.getByText(/another tab of this page keeps its list now/).waitFor();
  await second.page.waitForTimeout(2_000);
  await second.page.close();
  const third = await WorklistPage.open(context, origin);
  await third.by("row-said").waitFor();
  assert.match(await third.by("row-said").innerText(), /From the second tab/);
});

test("a tab out of sight goes on, and shows what was done once it is seen again", async (t) => {
  const worklist = await open(t, slow(t));
  const { page } = worklist;
  const session = await page.context().newCDPSession(page);
  await worklist.drop(head(t));
  await page.locator("[data-testid=row][data-state=inferring]").waitFor({ timeout: 60_000 });
  // As a tab out of sight has it: no frames.
  await page.evaluate(() => {
    window.due = [];
    window.frames = window.requestAnimationFrame;
    window.requestAnimationFrame = (run) => window.due.push(run);
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await page.waitForTimeout(20_000);
  await page.evaluate(() => {
    delete document.visibilityState;
    window.requestAnimationFrame = window.frames;
    document.dispatchEvent(new Event("visibilitychange"));
    window.due.forEach((run) => run(performance.now()));
  });
  const [row] = await worklist.settled(1);
  assert.equal(row.state, "scored");
  await session.detach();
  assert.deepEqual(worklist.faults, []);
});
