// The page in browsers other than the one that every test uses: built-in study and files to a row, worklist, viewer.
// `cargo xtask browsers` calls this, and it writes the table of the README. Outside of the tests: the browsers are large.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, scoredByCommandLine, serve } from "../e2e/harness.mjs";
import { filesOf, head, sample } from "../e2e/studies.mjs";
import { Browser } from "./webdriver.mjs";

const LOGIT_TOLERANCE = 1e-4;
const TARGET = process.env.HEADWAY_TARGET ?? join(ROOT, "target");
const WEBKIT = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

const BROWSERS = [
  {
    name: "Chromium",
    start: () => Browser.start("chromedriver", [], { "goog:chromeOptions": { args: ["--headless=new", "--no-sandbox"] } }),
  },
  {
    name: "Firefox ESR",
    start: () => Browser.start("geckodriver", [], { "moz:firefoxOptions": { binary: "/usr/bin/firefox-esr", args: ["-headless"] } }),
  },
  {
    name: "WebKitGTK",
    start: () => Browser.start("WebKitWebDriver", [], { "webkitgtk:browserOptions": { binary: WEBKIT, args: ["--automation"] } }),
  },
];

/** The steps, each a promise of its own: what it says stands in the table. */
const STEPS = [
  ["starts", starts],
  ["built-in study", builtIn],
  ["files", files],
  ["worklist", worklist],
  ["viewer", viewer],
  ["without a network", kept],
];

const rows = () =>
  [...document.querySelectorAll("[data-testid=row]")].map((row) => ({
    uid: row.dataset.studyUid,
    state: row.dataset.state,
    logit: Number(row.querySelector("[data-testid=row-logit]")?.dataset.logit),
  }));

const settled = (count) => {
  const rows = [...document.querySelectorAll("[data-testid=row]")];
  const final = (row) => ["scored", "not_scored", "failed"].includes(row.dataset.state);
  return rows.length === count && rows.every(final) && !document.querySelector("[data-testid=cancel-button]");
};

async function starts({ browser, origin }) {
  await browser.open(`${origin}/#mode=open`);
  await browser.until(() => document.querySelector("[data-testid=device][data-ready=true]") !== null, { what: "a loaded model" });
  return browser.run(() => document.querySelector("[data-testid=device] .value").textContent);
}

async function scores({ browser, studies }, count) {
  await browser.until(settled, { args: [count], what: `${count} rows, all of them final` });
  for (const row of await browser.run(rows)) {
    const { logit } = studies.find(({ uid }) => uid === row.uid);
    assert.equal(row.state, "scored");
    assert.ok(Math.abs(row.logit - logit) < LOGIT_TOLERANCE, `${row.logit}, on the command line ${logit}`);
  }
}

async function builtIn(at) {
  await at.browser.click("[data-testid=sample-button]");
  await scores(at, 1);
  return "the command line's number";
}

async function files(at) {
  await at.browser.type("#files-input", filesOf(at.studies[1].folder).join("\n"));
  await scores(at, 2);
  return "the command line's number";
}

/** What is urgent comes first. */
async function worklist({ browser }) {
  const lower = (await browser.run(rows))[1].uid;
  await browser.run((uid) => {
    const select = document.querySelector(`[data-testid=row][data-study-uid="${uid}"] [data-testid=urgency]`);
    select.value = "stat";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    document.activeElement.blur();
  }, lower);
  await browser.until((uid) => document.querySelector("[data-testid=row]").dataset.studyUid === uid, { args: [lower], ms: 20_000, what: "the urgent study on top" });
  return "orders itself";
}

async function viewer({ browser, folder }) {
  await browser.run(() => document.querySelector("[data-testid=view-images]").click());
  const drawn = () => {
    const canvases = [...document.querySelectorAll(".pane canvas[data-shown]")];
    const varied = (canvas) => new Set(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data).size > 20;
    return canvases.length === 3 && canvases.every(varied);
  };
  await browser.until(drawn, { ms: 60_000, what: "three planes with pictures in them" });
  writeFileSync(join(folder, `${browser.name.split(" ")[0]}.png`), await browser.screenshot());
  return "three planes";
}

/** Last, since the server goes away. */
async function kept({ browser, server, origin }) {
  const says = await browser.until(() => document.getElementById("kept")?.textContent.trim(), { ms: 120_000, what: "a word on whether the page is kept" });
  assert.match(says, /^Kept on this device/);
  await server.stop();
  await browser.open(`${origin}/#engine=cpu`);
  await browser.until(() => document.querySelector("[data-testid=drop-zone]") !== null, { ms: 60_000, what: "the page" });
  return "opens";
}

async function check({ name, start }, studies, folder) {
  const cleaning = [];
  const t = { after: (clean) => cleaning.unshift(clean) };
  const outcome = { name, version: "", steps: {} };
  try {
    const server = await serve(t);
    const browser = await start();
    cleaning.unshift(() => browser.end());
    outcome.version = browser.name;
    const at = { browser, server, origin: server.origin, studies, folder };
    for (const [step, run] of STEPS) {
      outcome.steps[step] = await run(at).then((value) => ({ ok: true, value }), (error) => ({ ok: false, value: error.message.split("\n")[0] }));
      console.log(`${name}: ${step}: ${outcome.steps[step].ok ? "" : "FAILED "}${outcome.steps[step].value}`);
    }
  } catch (error) {
    outcome.version = "did not start";
    console.log(`${name}: ${error.message}`);
  }
  for (const clean of cleaning) await clean();
  return outcome;
}

/** Into the README, between its two marks. */
function writeTable(outcomes) {
  const day = new Date().toISOString().slice(0, 10);
  const cell = (step) => (step === undefined ? "not reached" : `${step.ok ? "" : "**no**: "}${step.value}`);
  const lines = [
    `| ${day} | ${STEPS.map(([step]) => step).join(" | ")} |`,
    `|---|${STEPS.map(() => "---").join("|")}|`,
    ...outcomes.map(({ name, version, steps }) => `| ${name} (${version}) | ${STEPS.map(([step]) => cell(steps[step])).join(" | ")} |`),
  ];
  const file = join(ROOT, "README.md");
  const readme = readFileSync(file, "utf8");
  const written = readme.replace(/(<!-- browsers -->\n)[^]*?(<!-- \/browsers -->)/, (_, begin, end) => `${begin}${lines.join("\n")}\n${end}`);
  writeFileSync(file, written);
  console.log(`\n${lines.join("\n")}`);
}

/** Stands in for a test: what must end is kept until the end. */
const cleanups = [];
const t = { after: (cleanup) => cleanups.push(cleanup) };
const pictures = join(TARGET, "browsers");
mkdirSync(pictures, { recursive: true });
// The page's own, and one to be chosen.
const studies = [sample(t), head(t)].map((folder) => {
  const [{ study_uid: uid, logit }] = scoredByCommandLine(folder).studies;
  return { folder, uid, logit };
});
const wanted = process.argv.slice(2);
const outcomes = [];
for (const browser of BROWSERS.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().startsWith(word)))) {
  outcomes.push(await check(browser, studies, pictures));
}
cleanups.forEach((cleanup) => cleanup());
if (wanted.length === 0) writeTable(outcomes);
process.exitCode = outcomes.every(({ steps }) => STEPS.every(([step]) => steps[step]?.ok)) ? 0 : 1;
