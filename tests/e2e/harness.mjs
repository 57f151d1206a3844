// What every end-to-end test stands on: the built page on a local server, a browser with a fresh
// profile, and a folder dropped as a person drops it.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const DIST = join(ROOT, "dist");
const TARGET = process.env.HEADWAY_TARGET ?? process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--no-first-run",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A folder of its own that is gone after the test. */
export function scratch(t) {
  const folder = mkdtempSync(join(tmpdir(), "headway-e2e-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Serves `dir` with the page's headers until the test ends or `stop()`: { origin, log(), stop() }, `log` being what was asked for. */
export async function serve(t, dir = DIST) {
  if (!existsSync(join(dir, "index.html"))) throw new Error(`${dir} holds no page. Call \`cargo xtask page\` first.`);
  const log = join(scratch(t), "access.log");
  const server = spawn(join(TARGET, "debug/xtask"), ["serve", "--no-build", "--port", "0", "--dir", dir, "--log", log], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => server.kill());
  for await (const line of createInterface({ input: server.stdout })) {
    const origin = /http:\/\/[\w.:]+/.exec(line)?.[0];
    if (origin) return { origin, log: () => accessLog(log), stop: () => ended(server) };
  }
  throw new Error("The server ended before it named its address.");
}

/** Ends a process and waits until it is gone. */
function ended(server) {
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill();
  return gone;
}

function accessLog(file) {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const [method, url, bodyBytes] = line.split(" ");
    return { method, url, bodyBytes: Number(bodyBytes) };
  });
}

/** A browser with a fresh profile until the test ends. */
export async function browse(t, { flags = [], ...options } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "headway-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: [...FLAGS, ...flags],
    ...options,
  });
  t.after(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return context;
}

/** Drops a folder or file from the disk: the browser's own drag, since a synthetic event carries no folder. */
export async function drop(page, ...paths) {
  const session = await page.context().newCDPSession(page);
  const { x, y, width, height } = await page.getByTestId("drop-zone").boundingBox();
  const at = { x: x + width / 2, y: y + height / 2 };
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, ...at, data });
  await session.detach();
}

/** Runs the command line program and returns what it prints. */
export function headway(...args) {
  const { status, stdout, stderr, error } = spawnSync(join(TARGET, "debug/headway"), args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 });
  if (error) throw error;
  if (status !== 0) throw new Error(`headway ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}

/** The command line program's report on the same files. */
export function scoredByCommandLine(...paths) {
  return JSON.parse(headway("score", ...paths, "--device", "cpu", "--json"));
}
