// Long runs in one page that is never reloaded: ten thousand damaged files, then five hundred studies.
// `cargo xtask soak` calls this. Outside of the tests: it takes half an hour.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { browse, scratch, serve } from "../e2e/harness.mjs";
import { filesOf, head, phantom, renumbered } from "../e2e/studies.mjs";
import { WorklistPage } from "../e2e/worklist_page.mjs";

const [MUTATED = 10_000, STUDIES = 500] = process.argv.slice(2).map(Number);
const FILES_AT_ONCE = 250;
const STUDIES_AT_ONCE = 10;
/** Half of the damage lies here, where headers are. */
const HEADER_BYTES = 2048;
/** Memory may grow with the rows that stand in the list, and by no more than this once the first tenth is over, MB. */
const GROWTH_MB = 300;
const PATIENCE_MS = 600_000;

/** The same numbers in each run (xorshift32). */
function random(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A file with a few bytes changed, cut out, put in twice, or its end gone. */
function mutate(bytes, next) {
  const reach = next(2) === 0 ? Math.min(HEADER_BYTES, bytes.length) : bytes.length;
  let mutated = Buffer.from(bytes);
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(Math.min(reach, mutated.length));
    const length = 1 + next(16);
    switch (next(6)) {
      case 0:
        mutated[at] ^= 1 << next(8);
        break;
      case 1:
        for (let byte = at; byte < Math.min(at + length, mutated.length); byte++) mutated[byte] = next(256);
        break;
      case 2:
        mutated.fill(255, at, Math.min(at + 4, mutated.length));
        break;
      case 3:
        mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + length)]);
        break;
      case 4:
        mutated = Buffer.concat([mutated.subarray(0, at + length), mutated.subarray(at)]);
        break;
      default:
        mutated = mutated.subarray(0, Math.max(at, 1));
    }
  }
  return mutated;
}

/** Resident memory of the browser's renderer, MB: the page and its workers. */
function rendererMb(context) {
  const pid = context.pid;
  const lines = execFileSync("ps", ["-e", "-o", "pid=,ppid=,rss=,args="], { encoding: "utf8" }).split("\n").map((line) => line.trim().split(/\s+/));
  const below = new Set([pid]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const [id, parent] of lines) if (below.has(Number(parent))) below.add(Number(id));
  }
  const renderers = lines.filter(([id, , , ...args]) => below.has(Number(id)) && args.includes("--type=renderer"));
  return Math.round(renderers.reduce((sum, [, , rss]) => sum + Number(rss), 0) / 1024);
}

/** Waits until every file is accounted for and nothing is at work. */
async function idle({ page }, seen) {
  await page.waitForFunction(
    (seen) => {
      const files = document.querySelector("[data-testid=files-summary]");
      return !document.querySelector("[data-testid=cancel-button]") && Number(files?.dataset.seen) >= seen;
    },
    seen,
    { timeout: PATIENCE_MS },
  );
}

async function damagedFiles(t, worklist, memory) {
  const next = random(20_261_128);
  const sources = filesOf(process.env.HEADWAY_SOAK ?? phantom(t)).map((file) => ({ name: basename(file), bytes: readFileSync(file) }));
  let [seen, panics] = [0, 0];
  worklist.page.on("console", (message) => (panics += /Headway stopped at/.test(message.text()) ? 1 : 0));
  while (seen < MUTATED) {
    const folder = join(scratch(t), `batch-${seen}`);
    mkdirSync(folder);
    const count = Math.min(FILES_AT_ONCE, MUTATED - seen);
    for (let file = 0; file < count; file++) {
      const source = sources[next(sources.length)];
      writeFileSync(join(folder, `${file}-${source.name}`), mutate(source.bytes, next));
    }
    await worklist.drop(folder);
    await idle(worklist, (seen += count));
    const files = await worklist.files();
    // An archive's entries count besides; nothing is lost.
    assert.ok(files.seen >= seen && files.inRows + files.notices >= files.seen, JSON.stringify(files));
    rmSync(folder, { recursive: true });
    memory(`${seen} damaged files, ${await worklist.by("row").count()} rows, ${files.notices} notices`);
  }
  const stopped = (await worklist.notices()).filter(({ code }) => code === "worker_stopped" || code === "internal");
  assert.deepEqual([panics, stopped], [0, []], "no panic, and no worker that had to be started again");
}

async function studies(t, worklist, memory) {
  // Its series lie in folders of their own, with files of the same names.
  const files = filesOf(head(t)).map((file, n) => ({ name: `${n}-${basename(file)}`, bytes: readFileSync(file) }));
  const before = (await worklist.files()).seen;
  const rowsBefore = await worklist.by("row").count();
  let seen = before;
  for (let done = 0; done < STUDIES; done += STUDIES_AT_ONCE) {
    const folder = join(scratch(t), `studies-${done}`);
    for (let study = done; study < Math.min(done + STUDIES_AT_ONCE, STUDIES); study++) {
      mkdirSync(join(folder, String(study)), { recursive: true });
      for (const { name, bytes } of another(files, study)) writeFileSync(join(folder, String(study), name), bytes), seen++;
    }
    await worklist.drop(folder);
    await idle(worklist, seen);
    rmSync(folder, { recursive: true });
    memory(`${Math.min(done + STUDIES_AT_ONCE, STUDIES)} studies`);
  }
  const scored = (await worklist.rows()).filter(({ state }) => state === "scored").length;
  assert.equal((await worklist.by("row").count()) - rowsBefore, STUDIES);
  assert.ok(scored >= STUDIES, `${scored} of ${STUDIES} studies have a score`);
}

/** A study's files under UIDs of their own, for another patient. */
function another(files, number) {
  const patient = `HW${100_000 + number}SAMPLE`;
  return files.map(({ name, bytes }) => {
    const text = renumbered(bytes, number).toString("latin1").replaceAll("HEADWAY-SAMPLE", patient);
    return { name, bytes: Buffer.from(text, "latin1") };
  });
}

const cleaning = [];
const t = { after: (clean) => cleaning.unshift(clean) };
try {
  const { origin } = await serve(t);
  const context = await browse(t);
  const found = execFileSync("ps", ["-e", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n").find((line) => line.trim().split(/\s+/)[1] === String(process.pid) && line.includes("chromium"));
  context.pid = Number(found.trim().split(/\s+/)[0]);
  const worklist = await WorklistPage.open(context, origin);
  const began = Date.now();
  const measured = [];
  const memory = (what) => {
    const mb = rendererMb(context);
    measured.push(mb);
    console.log(`${((Date.now() - began) / 60_000).toFixed(1)} min: ${what}, ${mb} MB`);
  };
  for (const phase of [damagedFiles, studies]) {
    measured.length = 0;
    await phase(t, worklist, memory);
    const settled = measured[Math.floor(measured.length / 10)];
    const growth = measured.at(-1) - settled;
    console.log(`Memory from ${settled} to ${measured.at(-1)} MB.`);
    assert.ok(growth < GROWTH_MB, `memory grew by ${growth} MB`);
  }
  assert.deepEqual(worklist.faults, []);
  console.log(`Both soaks passed in ${((Date.now() - began) / 60_000).toFixed(0)} minutes: ${MUTATED} damaged files, ${STUDIES} studies, one page.`);
} finally {
  for (const clean of cleaning) await clean();
}
