// The engine beside onnxruntime-web: same weights, same input, one browser, order alternated.
// `cargo xtask bench engine` calls it. Prints a table and writes benches/results/engine.json.
//
// CPU seconds are those of the browser's whole process tree while one inference runs: on a machine that does other
// things as well they move far less than the time on the clock.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../serve.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const { HEADWAY_TARGET = join(ROOT, "target"), HEADWAY_PYTHON = "python3", CHROMIUM = "/usr/bin/chromium" } = process.env;
const SITE = join(HEADWAY_TARGET, "bench/engine");
const SIZES = [64, 120];
const ROUNDS = 5;
const ENGINES = [
  { name: "Headway, 1 thread", query: "engine=headway&threads=1", threads: 1 },
  { name: "Headway, 2 threads", query: "engine=headway&threads=2", threads: 2 },
  { name: "onnxruntime-web wasm, 1 thread", query: "engine=onnx&threads=1", threads: 1 },
  { name: "onnxruntime-web wasm, 2 threads", query: "engine=onnx&threads=2", threads: 2 },
];
/** onnxruntime-web over onnxruntime, CPU seconds: outside it, something else was measured. */
const PLAUSIBLE = [2.5, 3.5];
const MODEL = "models/densenet121-synthetic";

const python = (...args) => execFileSync(HEADWAY_PYTHON, args, { cwd: join(ROOT, "training"), encoding: "utf8", maxBuffer: 1 << 26 });
const onnx = (size) => join(SITE, `densenet121-${size}.onnx`);

/** Everything the browser will ask for: the built page's engine once for each size, the peer, the network as ONNX. */
function stage() {
  const dist = join(ROOT, "dist");
  const build = existsSync(dist) && readdirSync(dist).find((name) => statSync(join(dist, name)).isDirectory());
  if (!build) throw new Error("dist/ holds no page. Call `cargo xtask build` first.");
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(SITE, { recursive: true });
  for (const file of ["page.html", "page.mjs"]) cpSync(join(HERE, file), join(SITE, file));
  cpSync(join(HERE, "../node_modules/onnxruntime-web/dist"), join(SITE, "ort"), { recursive: true });
  for (const size of SIZES) {
    const app = join(SITE, `app-${size}`);
    cpSync(join(dist, build), app, { recursive: true });
    const card = JSON.parse(readFileSync(join(app, MODEL, "card.json"), "utf8"));
    card.input.size_voxels = size;
    // One run of the network, as the others measure it.
    card.output.mirror_averaged = false;
    writeFileSync(join(app, MODEL, "card.json"), JSON.stringify(card));
    python("-m", "headway_training.to_onnx", join(app, MODEL), "--size", String(size), "--out", onnx(size));
  }
  return readFileSync(join(dist, "BUILD"), "utf8");
}

/** User and system seconds of all browser processes so far. */
function cpuSeconds() {
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      if (!stat.includes("(chrom")) continue;
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // The process has ended.
    }
  }
  return ticks / 100;
}

const renderers = () =>
  readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("--type=renderer");
    } catch {
      return false;
    }
  });

/** Most memory these processes have held so far, MB. */
function peakMegabytes(pids) {
  const peak = (pid) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
  return Math.round(Math.max(...pids.map(peak)) / 1000);
}

async function measure(browser, origin, size) {
  const pages = [];
  for (const engine of ENGINES) {
    const others = new Set(renderers());
    const page = await browser.newPage();
    await page.goto(`${origin}/page.html?${engine.query}&size=${size}`);
    await page.waitForFunction(() => window.load);
    const { isolated } = await page.evaluate(() => window.load());
    if (!isolated) throw new Error("the page is not isolated");
    const pids = renderers().filter((pid) => !others.has(pid));
    pages.push({ engine: engine.name, threads: engine.threads, page, pids, samples: [] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    // Every other round backwards, so that none always follows the same one.
    for (const arm of round % 2 ? [...pages].reverse() : pages) {
      const before = cpuSeconds();
      const sample = await arm.page.evaluate(() => window.run());
      arm.samples.push({ ...sample, cpu_s: cpuSeconds() - before, load: loadavg()[0] });
    }
  }
  const arms = [];
  for (const { page, pids, ...arm } of pages) {
    arms.push({ ...arm, peak_memory_mb: peakMegabytes(pids) });
    await page.close();
  }
  for (const threads of [1, 2]) {
    const { version, samples } = JSON.parse(python(join(HERE, "native.py"), onnx(size), String(size), String(threads), String(ROUNDS)));
    arms.push({ engine: `onnxruntime ${version} native, ${threads} thread${threads > 1 ? "s" : ""}`, threads, samples });
  }
  return { size_voxels: size, arms };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** The first run warms up. */
const warm = (arm, key) => median(arm.samples.slice(1).map((sample) => sample[key]));

function summary({ size_voxels, arms }) {
  const [oursOne, oursTwo, one, two, nativeOne] = arms;
  const plausible = warm(one, "cpu_s") / warm(nativeOne, "cpu_s");
  return {
    size_voxels,
    cpu_over_onnxruntime_web_1_thread: warm(oursOne, "cpu_s") / warm(one, "cpu_s"),
    wall_over_onnxruntime_web_2_threads: warm(oursTwo, "wall_ms") / warm(two, "wall_ms"),
    onnxruntime_web_over_native: plausible,
    valid: plausible >= PLAUSIBLE[0] && plausible <= PLAUSIBLE[1],
    logit: one.samples[0].logit,
    logits_apart: Math.max(...arms.map((arm) => Math.abs(arm.samples[0].logit - one.samples[0].logit))),
  };
}

function table(result) {
  const lines = [
    "# Engine benchmark",
    "",
    `Written by \`cargo xtask bench engine\`: ${result.machine}, ${result.browser}, commit ${result.commit}, build ${result.build}, ${result.date}.`,
    `Medians of ${ROUNDS - 1} runs after the first; CPU seconds of the browser's whole process tree. Ratios under 1 are ours ahead.`,
  ];
  for (const { size_voxels, arms } of result.sizes) {
    lines.push("", `## ${size_voxels}³`, "", "| engine | first, ms | warm, ms | warm, CPU-s | peak memory of its process, MB |", "|---|---|---|---|---|");
    for (const arm of arms) {
      lines.push(`| ${arm.engine} | ${arm.samples[0].wall_ms.toFixed(0)} | ${warm(arm, "wall_ms").toFixed(0)} | ${warm(arm, "cpu_s").toFixed(2)} | ${arm.peak_memory_mb ?? ""} |`);
    }
    const sums = result.summaries.find((sums) => sums.size_voxels === size_voxels);
    lines.push(
      "",
      `- CPU seconds of 1 thread over onnxruntime-web's: **${sums.cpu_over_onnxruntime_web_1_thread.toFixed(2)}**`,
      `- time of 2 threads over onnxruntime-web's: **${sums.wall_over_onnxruntime_web_2_threads.toFixed(2)}**`,
      `- onnxruntime-web over onnxruntime native, 1 thread, CPU seconds: ${sums.onnxruntime_web_over_native.toFixed(2)}` +
        (sums.valid ? "" : ` (outside ${PLAUSIBLE.join(" to ")}: this run is void)`),
      `- logits at most ${sums.logits_apart.toExponential(1)} apart, of ${sums.logit.toFixed(4)}`,
    );
  }
  return lines.join("\n") + "\n";
}

const build = stage();
const server = await serve(SITE);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--headless=new", "--no-sandbox", "--disable-features=SpareRendererForSitePerProcess"] });
try {
  const sizes = [];
  for (const size of SIZES) sizes.push(await measure(browser, `http://127.0.0.1:${server.address().port}`, size));
  const result = {
    date: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim(),
    build,
    browser: `Chromium ${browser.version()}`,
    machine: `${cpus().length} cores of ${cpus()[0].model.trim()}`,
    sizes,
    summaries: sizes.map(summary),
  };
  mkdirSync(join(ROOT, "benches/results"), { recursive: true });
  writeFileSync(join(ROOT, "benches/results/engine.json"), JSON.stringify(result, null, 2) + "\n");
  writeFileSync(join(ROOT, "docs/benchmarks.md"), table(result));
  console.log(table(result));
} finally {
  await browser.close();
  server.close();
}
