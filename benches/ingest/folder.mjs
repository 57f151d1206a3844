// The page over thousands of files: what memory its reader takes, whether the page ever stands still, what a file costs.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const IMAGES_OF_A_STUDY = 55;
/** Explicit VR, little endian: the tag of *Rows*, *Columns*, *Pixel Spacing*, *Pixel Data*. */
const ROWS = Buffer.from("28001000", "hex");
const COLUMNS = Buffer.from("28001100", "hex");
const SPACING = Buffer.from("28003000", "hex");
const PIXELS = Buffer.from("e07f1000", "hex");

/** Writes the built-in study again and again, each time under other UIDs, until there are at least `count` files: { files, bytes }. */
export function writeFolder(headway, root, folder, count) {
  rmSync(folder, { recursive: true, force: true });
  const sample = join(folder, "sample");
  execFileSync(headway, ["sample", sample], { cwd: root, stdio: "ignore" });
  const images = readdirSync(sample, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => ({ path: relative(sample, path), image: doubled(readFileSync(path)).toString("latin1") }));
  if (images.length !== IMAGES_OF_A_STUDY) throw new Error(`a study of ${images.length} files`);
  rmSync(sample, { recursive: true });
  const studies = Math.ceil(count / IMAGES_OF_A_STUDY);
  for (let number = 1; number <= studies; number++) {
    for (const { path, image } of images) {
      const file = join(folder, `study-${number}`, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, image.replaceAll("2.25.4119.", `2.25.${4119 + number}.`), "latin1");
    }
  }
  const bytes = studies * images.reduce((sum, { image }) => sum + image.length, 0);
  return { files: studies * IMAGES_OF_A_STUDY, bytes };
}

/** The same image with every pixel four times. */
function doubled(file) {
  const spacing = file.indexOf(SPACING);
  const pixels = file.lastIndexOf(PIXELS);
  const [rows, columns] = [ROWS, COLUMNS].map((tag) => file.readUInt16LE(file.indexOf(tag) + 8));
  const head = Buffer.from(file.subarray(0, spacing));
  const size = (tag, value) => head.writeUInt16LE(value, head.indexOf(tag) + 8);
  size(ROWS, 2 * rows);
  size(COLUMNS, 2 * columns);
  const old = file.subarray(spacing + 8, spacing + 8 + file.readUInt16LE(spacing + 6)).toString();
  const text = old.split("\\").map((mm) => String(Number(mm) / 2)).join("\\");
  const value = Buffer.from(text.padEnd(text.length + (text.length % 2)));
  const element = Buffer.concat([SPACING, Buffer.from("DS"), Buffer.from([value.length, 0]), value]);
  const after = file.subarray(spacing + 8 + old.length, pixels + 8);
  const samples = new Uint16Array(Uint8Array.from(file.subarray(pixels + 12, pixels + 12 + 2 * rows * columns)).buffer);
  const larger = new Uint16Array(4 * samples.length);
  for (let row = 0; row < 2 * rows; row++) {
    for (let column = 0; column < 2 * columns; column++) {
      larger[row * 2 * columns + column] = samples[(row >> 1) * columns + (column >> 1)];
    }
  }
  const length = Buffer.alloc(4);
  length.writeUInt32LE(larger.byteLength);
  return Buffer.concat([head, element, after, length, Buffer.from(larger.buffer)]);
}

/** Drops the first `studies` of the folder on a fresh page and waits until every row is done. */
export async function dropFolder(browser, origin, folder, studies) {
  const context = await browser.newContext({ serviceWorkers: "block" });
  // wasm-bindgen keeps the module's exports to itself.
  await context.route(/\/(page|ingest|engine-cpu)\.js$/, async (route) => {
    const response = await route.fetch();
    const door = "globalThis.memoryBytes = () => wasm.memory.buffer.byteLength;\n";
    const body = (await response.text()).replace("async function __wbg_init(", `${door}async function __wbg_init(`);
    if (!body.includes(door)) throw new Error(`${route.request().url()} has another shape`);
    await route.fulfill({ response, body });
  });
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.longest = { task: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longest.task = Math.max(window.longest.task, duration);
    }).observe({ type: "longtask", buffered: true });
  });
  await page.goto(`${origin}/#engine=cpu`);
  await page.locator("[data-testid=device][data-ready=true]").waitFor({ timeout: 120_000 });
  // What the page makes beforehand is made by then: nobody drags a folder in its first second.
  await page.waitForTimeout(3_000);
  await page.evaluate(() => (window.longest.task = 0));
  const memoryOf = (name) => page.workers().find((worker) => worker.url().includes(`${name}_loader`)).evaluate(() => globalThis.memoryBytes());
  const paths = Array.from({ length: studies }, (_, n) => join(folder, `study-${n + 1}`));
  const began = performance.now();
  await drop(page, paths);
  const isRead = (count) =>
    document.querySelectorAll("[data-testid=row]").length === count && !document.querySelector("[data-testid=progress]").textContent.includes(" read");
  await page.waitForFunction(isRead, studies, { timeout: 300_000, polling: 20 });
  const headersMs = performance.now() - began;
  await page.waitForFunction(() => !document.querySelector("[data-testid=cancel-button]"), undefined, { timeout: 1_800_000, polling: 200 });
  const doneMs = performance.now() - began;
  const result = {
    studies,
    files: studies * IMAGES_OF_A_STUDY,
    headers_ms: headersMs,
    done_ms: doneMs,
    // WebAssembly's memories only grow: what they are in the end is the most they were.
    peak_wasm_bytes: {
      page: await page.evaluate(() => globalThis.memoryBytes()),
      ingest: await memoryOf("ingest"),
      engine: await memoryOf("engine-cpu"),
    },
    longest_task_ms: await page.evaluate(() => window.longest.task),
    progress: await page.locator("[data-testid=progress]").textContent(),
  };
  await context.close();
  return result;
}

/** The browser's own drag: a synthetic event carries no folder. */
async function drop(page, files) {
  const session = await page.context().newCDPSession(page);
  const { x, y, width, height } = await page.getByTestId("drop-zone").boundingBox();
  const at = { x: x + width / 2, y: y + height / 2 };
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, ...at, data });
  await session.detach();
}
