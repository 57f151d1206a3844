// The page on hosts as hospitals have them: under a path, without headers, over plain http; with a study that carries markup,
// and closed by mistake.

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import test from "node:test";
import { DIST, browse, scratch, serve } from "./harness.mjs";
import { filesOf, head } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

async function scoresTheSample(worklist) {
  await worklist.by("sample-button").click();
  const [row] = await worklist.settled(1);
  assert.equal(row.state, "scored");
  assert.deepEqual(worklist.faults, []);
}

test("under any path the page finds its files, scores, and is kept", async (t) => {
  const root = scratch(t);
  const below = join(root, "it/headway");
  mkdirSync(below, { recursive: true });
  cpSync(DIST, below, { recursive: true });
  writeFileSync(join(root, "index.html"), "the intranet");
  const { origin } = await serve(t, root);
  const worklist = await WorklistPage.open(await browse(t), `${origin}/it/headway`);
  await scoresTheSample(worklist);
  await worklist.page.locator("#kept", { hasText: "Kept on this device" }).waitFor({ timeout: 60_000 });
});

const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", wasm: "application/wasm", svg: "image/svg+xml" };

/** A host that sends the page's files and no header beside their type; its origin. */
async function bareHost(t) {
  const server = createServer(({ url }, response) => {
    const path = join(DIST, url === "/" ? "index.html" : new URL(url, "http://host").pathname);
    const type = TYPES[path.split(".").pop()] ?? "application/octet-stream";
    if (existsSync(path)) response.writeHead(200, { "content-type": type }).end(readFileSync(path));
    else response.writeHead(404).end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

test("on a host without headers the page holds itself to its policy, and scores on one thread", async (t) => {
  const worklist = await WorklistPage.open(await browse(t), await bareHost(t));
  assert.match(await worklist.by("device").innerText(), /1 thread\b/);
  await scoresTheSample(worklist);
  const refused = await worklist.page.evaluate(() => fetch("https://elsewhere.example/").then(() => "sent", (error) => error.message));
  assert.match(refused, /Failed to fetch|Content Security/);
  const policies = await worklist.page.evaluate(
    () =>
      new Promise((told) => {
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => told(effectiveDirective));
        fetch("https://elsewhere.example/").catch(() => {});
      }),
  );
  assert.equal(policies, "connect-src", "it was the page's own policy that refused");
});

test("over plain http on an intranet the page says what the browser keeps back, and scores all the same", async (t) => {
  const { origin } = await serve(t);
  const { port } = new URL(origin);
  const context = await browse(t, { flags: ["--host-resolver-rules=MAP headway.intranet 127.0.0.1"] });
  const worklist = await WorklistPage.open(context, `http://headway.intranet:${port}`, "auto");
  assert.equal(await worklist.page.evaluate(() => isSecureContext), false);
  assert.match(await worklist.by("device").innerText(), /https/);
  await scoresTheSample(worklist);
});

/** The synthetic study with other texts of the same length in every file. */
function rewritten(t, texts) {
  const folder = head(t);
  for (const file of filesOf(folder)) {
    let bytes = readFileSync(file).toString("latin1");
    for (const [from, to] of Object.entries(texts)) bytes = bytes.replaceAll(from, to.padEnd(from.length));
    writeFileSync(file, bytes, "latin1");
  }
  return folder;
}

test("markup in names, descriptions and file names is shown as text", async (t) => {
  const markup = { "SAMPLE^SYNTHETIC": "<u>injected</u>x", "SYNTHETIC head, computed, no patient": "<img src=x onerror=alert(1)>" };
  const folder = rewritten(t, markup);
  writeFileSync(join(folder, "<img src=y onerror=alert(2)>.txt"), "no image");
  const { origin } = await serve(t);
  const context = await browse(t);
  // The door by which the page's own constant markup comes in: nothing of a file may use it.
  await context.addInitScript(() => {
    window.markup = [];
    const { set, ...door } = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
    Object.defineProperty(Element.prototype, "innerHTML", { ...door, set(text) { window.markup.push(text), set.call(this, text); } });
  });
  const worklist = await WorklistPage.open(context, origin);
  const dialogs = [];
  worklist.page.on("dialog", (dialog) => dialogs.push(dialog.message()) && dialog.dismiss());
  await worklist.drop(folder);
  await worklist.settled(1);
  const patient = await worklist.by("row-patient").textContent();
  for (const text of Object.values(markup)) assert.ok(patient.includes(text), `${text} in ${patient}`);
  await worklist.by("files-summary").click();
  assert.match(await worklist.by("notice").textContent(), /<img src=y/);
  await worklist.by("view-images").first().click();
  await worklist.page.locator(".pane canvas[data-shown]").first().waitFor();
  assert.equal(await worklist.page.locator("u, img").count(), 0);
  const written = await worklist.page.evaluate(() => window.markup);
  assert.ok(written.length > 0, "the door was watched");
  assert.deepEqual(written.filter((text) => /injected|alert|onerror|SYNTHETIC/.test(text)), []);
  assert.deepEqual([dialogs, worklist.faults], [[], []]);
});

test("the browser asks before a list is lost, and not once it was saved", async (t) => {
  const { origin } = await serve(t);
  const worklist = await WorklistPage.open(await browse(t), origin);
  const { page } = worklist;
  const asked = [];
  page.on("dialog", (dialog) => asked.push(dialog.type()) && dialog.dismiss());
  const leave = () => page.close({ runBeforeUnload: true }).then(() => page.waitForTimeout(1000), () => {});
  await scoresTheSample(worklist);
  await leave();
  assert.deepEqual(asked, ["beforeunload"]);
  await (await worklist.panel("exports")).getByTestId("export-json").click();
  const closed = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await closed;
  assert.deepEqual(asked, ["beforeunload"], "not asked again");
});
