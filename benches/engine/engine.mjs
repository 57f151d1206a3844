// The engine beside onnxruntime-web: same weights, same input, one browser, order alternated. Then the same outside of the
// browser, beside onnxruntime and PyTorch; and WebGPU and Vulkan, which on a machine without a graphics processor are software.
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
const ON_PROCESSOR = [
  { name: "Headway, 1 thread", query: "engine=headway&tier=cpu&threads=1" },
  { name: "Headway, 2 threads", query: "engine=headway&tier=cpu&threads=2" },
  { name: "onnxruntime-web wasm, 1 thread", query: "engine=onnx&tier=cpu&threads=1" },
  { name: "onnxruntime-web wasm, 2 threads", query: "engine=onnx&tier=cpu&threads=2" },
];
/** An emulation: what it takes ranks kernels, and says nothing about a graphics processor. */
const ON_SWIFTSHADER = [
  { name: "Headway, WebGPU on SwiftShader", query: "engine=headway&tier=gpu&threads=1" },
  { name: "onnxruntime-web webgpu on SwiftShader", query: "engine=onnx&tier=gpu&threads=1" },
];
const SWIFTSHADER = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const SWIFTSHADER_ROUNDS = 2;
/** Who has not answered by then is not waited for, ms. */
const PATIENCE_MS = 300_000;
/** onnxruntime-web over onnxruntime, CPU seconds: outside it, something else was measured. */
const PLAUSIBLE = [2.5, 3.5];
/** Counts WebAssembly's memory in whatever it is put before. */
const MEMORIES = join(HERE, "../memories.js");
const MODEL = "models/densenet121-synthetic";

const run = (program, ...args) => execFileSync(program, args.map(String), { cwd: join(ROOT, "training"), encoding: "utf8", maxBuffer: 1 << 26 });
const python = (...args) => run(HEADWAY_PYTHON, ...args);
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
    for (const tier of ["cpu", "gpu"]) {
      const loader = join(app, `engine-${tier}_loader.js`);
      writeFileSync(loader, readFileSync(MEMORIES, "utf8") + readFileSync(loader, "utf8"));
    }
    const card = JSON.parse(readFileSync(join(app, MODEL, "card.json"), "utf8"));
    card.input.size_voxels = size;
    // One run of the network, as the others measure it.
    card.output.mirror_averaged = false;
    writeFileSync(join(app, MODEL, "card.json"), JSON.stringify(card));
    python("-m", "headway_training.to_onnx", join(app, MODEL), "--size", String(size), "--out", onnx(size));
  }
  return readFileSync(join(dist, "BUILD"), "utf8");
}

/** The processes that this one has started, and theirs: { pid, ticks } of each. */
function started() {
  const all = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number)) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
      all.set(pid, { pid, parent: fields[1], ticks: fields[11] + fields[12] });
    } catch {
      // The process has ended.
    }
  }
  const ours = ({ parent }) => parent === process.pid || (all.has(parent) && ours(all.get(parent)));
  return [...all.values()].filter(ours);
}

/** User and system seconds of all browser processes so far. */
const cpuSeconds = () => started().reduce((sum, { ticks }) => sum + ticks, 0) / 100;

const renderers = () =>
  started()
    .map(({ pid }) => pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
      } catch {
        return false;
      }
    });

/** Most memory these processes have held so far, MB. */
function peakMegabytes(pids) {
  const peak = (pid) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
  return Math.round(Math.max(...pids.map(peak)) / 1000);
}

/** A page with its engine loaded. */
async function open(browser, origin, size, { name, query }) {
  const others = new Set(renderers());
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.addInitScript({ path: MEMORIES });
  await page.goto(`${origin}/page.html?${query}&size=${size}`);
  await page.waitForFunction(() => window.load);
  const { isolated } = await page.evaluate(() => window.load());
  if (!isolated) throw new Error("the page is not isolated");
  return { engine: name, page, pids: renderers().filter((pid) => !others.has(pid)), samples: [] };
}

async function sample({ page, samples }) {
  const before = cpuSeconds();
  const taken = await page.evaluate(() => window.run());
  samples.push({ ...taken, cpu_s: cpuSeconds() - before, load: loadavg()[0] });
}

/** Of the page and its engine worker, MB; other workers share these memories, and sleep. */
async function wasmMegabytes(page) {
  const engines = page.workers().filter((worker) => worker.url().includes("/engine-"));
  const counts = await Promise.all([page, ...engines].map((scope) => scope.evaluate(() => globalThis.memoryBytes())));
  return Math.round(counts.reduce((sum, bytes) => sum + bytes, 0) / 1e6);
}

async function close({ page, pids, ...arm }) {
  const measured = { ...arm, peak_memory_mb: peakMegabytes(pids), wasm_memory_mb: await wasmMegabytes(page) };
  await page.close();
  return measured;
}

async function onProcessor(browser, origin, size) {
  const pages = [];
  for (const engine of ON_PROCESSOR) pages.push(await open(browser, origin, size, engine));
  for (let round = 0; round < ROUNDS; round++) {
    // Every other round backwards, so that none always follows the same one.
    for (const arm of round % 2 ? [...pages].reverse() : pages) await sample(arm);
  }
  const arms = [];
  for (const arm of pages) arms.push(await close(arm));
  return arms;
}

/** One at a time in a browser of its own, since an emulation takes all there is, and may have to be broken off. */
async function onSwiftShader(launch, origin, size, engine) {
  const browser = await launch(SWIFTSHADER);
  const answered = (async () => {
    const arm = await open(browser, origin, size, engine);
    for (let round = 0; round < SWIFTSHADER_ROUNDS; round++) await sample(arm);
    return close(arm);
  })();
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, { engine: engine.name, failed: `no answer in ${PATIENCE_MS / 1000} s` }));
  const failed = (error) => ({ engine: engine.name, failed: error.message.split("\n")[0] });
  try {
    return await Promise.race([answered.catch(failed), late]);
  } finally {
    await browser.close();
  }
}

const inWords = (threads) => (threads === 1 ? "1 thread" : `${threads} threads`);

/** Outside of the browser. Adapters that this machine lacks are said and left out. */
function natively(site, size) {
  const arms = [];
  for (const threads of [1, 2]) {
    const { version, samples } = JSON.parse(python(join(HERE, "native.py"), onnx(size), size, threads, ROUNDS));
    arms.push({ engine: `onnxruntime ${version} native, ${inWords(threads)}`, samples });
  }
  const model = join(site, `app-${size}`, MODEL);
  for (const threads of [1, 2]) {
    const { version, ways } = JSON.parse(python(join(HERE, "../gpu/densenet.py"), model, size, "cpu", threads, ROUNDS));
    arms.push({ engine: `PyTorch ${version} native, ${inWords(threads)}`, samples: ways.eager.samples });
  }
  const ours = (device, ...rest) => JSON.parse(run(join(HEADWAY_TARGET, "release/headway-bench-native"), model, size, device, ...rest));
  for (const threads of [1, 2]) {
    const { device, samples } = ours("cpu", ROUNDS, threads);
    arms.push({ engine: `Headway native, ${device}, ${inWords(threads)}`, samples });
  }
  try {
    const { device, samples, peak_memory_mb } = ours("gpu", SWIFTSHADER_ROUNDS + 1);
    arms.push({ engine: `Headway native, ${device}`, samples, peak_memory_mb });
  } catch (error) {
    arms.push({ engine: "Headway native, Vulkan", failed: String(error.stderr ?? error).trim().split("\n").at(-1) });
  }
  return arms;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** The first run warms up. */
const warm = (arm, key) => median(arm.samples.slice(1).map((sample) => sample[key]));

function summary({ size_voxels, arms }) {
  const called = (start) => arms.find(({ engine }) => engine.startsWith(start));
  const [oursOne, oursTwo, one, two] = ON_PROCESSOR.map(({ name }) => called(name));
  const nativeOne = called("onnxruntime ");
  const answered = arms.filter(({ samples }) => samples);
  const plausible = warm(one, "cpu_s") / warm(nativeOne, "cpu_s");
  return {
    size_voxels,
    cpu_over_onnxruntime_web_1_thread: warm(oursOne, "cpu_s") / warm(one, "cpu_s"),
    wall_over_onnxruntime_web_2_threads: warm(oursTwo, "wall_ms") / warm(two, "wall_ms"),
    onnxruntime_web_over_native: plausible,
    valid: plausible >= PLAUSIBLE[0] && plausible <= PLAUSIBLE[1],
    logit: one.samples[0].logit,
    logits_apart: Math.max(...answered.map((arm) => Math.abs(arm.samples[0].logit - one.samples[0].logit))),
  };
}

function table(result) {
  const lines = [
    "# Engine benchmark",
    "",
    `Written by \`cargo xtask bench engine\`: ${result.machine}, ${result.browser}, commit ${result.commit}, build ${result.build}, ${result.date}.`,
    `Medians of ${ROUNDS - 1} runs after the first (of ${SWIFTSHADER_ROUNDS - 1} or ${SWIFTSHADER_ROUNDS} on emulations); CPU seconds of the browser's whole process tree, or of the process.`,
    "Ratios under 1 are ours ahead. SwiftShader and llvmpipe emulate a graphics processor on these cores: they rank kernels, and say nothing about a real one.",
  ];
  for (const { size_voxels, arms } of result.sizes) {
    lines.push("", `## ${size_voxels}³`, "", "| engine | first, ms | warm, ms | warm, CPU-s | peak memory of its process, MB | of it WebAssembly's |", "|---|---|---|---|---|---|");
    for (const arm of arms) {
      lines.push(
        arm.failed
          ? `| ${arm.engine} | ${arm.failed} | | | | |`
          : `| ${arm.engine} | ${arm.samples[0].wall_ms.toFixed(0)} | ${warm(arm, "wall_ms").toFixed(0)} | ${warm(arm, "cpu_s").toFixed(2)} | ${arm.peak_memory_mb ?? ""} | ${arm.wasm_memory_mb ?? ""} |`,
      );
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
const origin = `http://127.0.0.1:${server.address().port}`;
const launch = (flags) => chromium.launch({ executablePath: CHROMIUM, args: ["--headless=new", "--no-sandbox", "--disable-features=SpareRendererForSitePerProcess", ...flags] });
const browser = await launch([]);
try {
  const sizes = [];
  for (const size of SIZES) {
    // What the ratios compare comes first, and nothing else runs meanwhile.
    const arms = [...(await onProcessor(browser, origin, size)), ...natively(SITE, size)];
    for (const engine of ON_SWIFTSHADER) arms.push(await onSwiftShader(launch, origin, size, engine));
    sizes.push({ size_voxels: size, arms });
  }
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
