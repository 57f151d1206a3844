// Compressed series on the page: decoders are fetched when they are needed, two work side by side, and one that breaks off
// costs a try and nothing else.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import test from "node:test";
import { ROOT, browse, scoredByCommandLine, scratch, serve } from "./harness.mjs";
import { filesOf, head } from "./studies.mjs";
import { WorklistPage } from "./worklist_page.mjs";

const EXPLICIT_LE = "1.2.840.10008.1.2.1";
const RLE = "1.2.840.10008.1.2.5";
const JPEG_XL = "1.2.840.10008.1.2.4.110";
const HTJ2K = "1.2.840.10008.1.2.4.201";

/** Of the T2 series. */
const SPACING = "0.9500\\0.9500";

const element = (tag, vr, value) => {
  const [length, size] = vr === "OB" ? [Buffer.alloc(6), 4] : [Buffer.alloc(2), 2];
  if (size === 2) length.writeUInt16LE(value.length);
  else length.writeUInt32LE(0xffffffff, 2);
  return Buffer.concat([Buffer.from(tag, "hex"), Buffer.from(vr), length, value]);
};

const item = (bytes) => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from("feff00e0", "hex"), length, bytes]);
};

/** A file of explicit VR, little endian, with its pixels packed: `pack` gives one frame's bytes. */
function repacked(file, uid, pack, change) {
  const metaEnd = 144 + file.readUInt32LE(140);
  const padded = uid + (uid.length % 2 ? "\0" : "");
  const syntax = file.indexOf(Buffer.from("02001000", "hex"));
  const end = syntax + 8 + file.readUInt16LE(syntax + 6);
  const meta = Buffer.concat([file.subarray(144, syntax), element("02001000", "UI", Buffer.from(padded)), file.subarray(end, metaEnd)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const pixels = file.lastIndexOf(Buffer.from("e07f1000", "hex"));
  const dataSet = Buffer.from(file.subarray(metaEnd, pixels));
  change(dataSet);
  const stream = pack(file.subarray(pixels + 12));
  const packed = stream.length % 2 ? Buffer.concat([stream, Buffer.alloc(1)]) : stream;
  const fragments = Buffer.concat([item(Buffer.alloc(0)), item(packed), Buffer.from("feffdde000000000", "hex")]);
  return Buffer.concat([file.subarray(0, 140), length, meta, dataSet, element("e07f1000", "OB", fragments)]);
}

/** RLE Lossless of literal runs alone: the simplest there is. */
function literalRuns(native) {
  const segment = (offset) => {
    const bytes = Buffer.from(native.filter((_, at) => at % 2 === offset));
    const runs = [];
    for (let at = 0; at < bytes.length; at += 128) {
      const run = bytes.subarray(at, at + 128);
      runs.push(Buffer.from([run.length - 1]), run);
    }
    return Buffer.concat(runs);
  };
  const [high, low] = [segment(1), segment(0)];
  const header = Buffer.alloc(64);
  [2, 64, 64 + high.length].forEach((word, at) => header.writeUInt32LE(word, 4 * at));
  return Buffer.concat([header, high, low]);
}

/** The synthetic study with its T2 series packed. */
function packedStudy(t, uid, pack, change = () => {}, seed = 1) {
  const folder = join(scratch(t), "packed");
  mkdirSync(folder);
  const files = filesOf(head(t, seed)).filter((file) => readFileSync(file).includes("t2_tse_tra"));
  assert.ok(files.length >= 30 && readFileSync(files[0]).includes(EXPLICIT_LE));
  files.forEach((file, n) => writeFileSync(join(folder, `${n}-${basename(file)}`), repacked(readFileSync(file), uid, pack, change)));
  return folder;
}

/** A data set of so many rows and columns, spaced so. */
const of = (rows, columns, spacing) => (dataSet) => {
  for (const [tag, value] of [["28001000", rows], ["28001100", columns]]) dataSet.writeUInt16LE(value, dataSet.indexOf(Buffer.from(tag, "hex")) + 8);
  dataSet.write(spacing.padEnd(SPACING.length), dataSet.indexOf(SPACING));
};

const loaded = (log, name) => log().filter(({ url }) => url.includes(`/${name}_bg.wasm`)).length;

test("a compressed series is decoded by workers that are fetched for it, and scored as on the command line", async (t) => {
  const folder = packedStudy(t, RLE, literalRuns);
  const { origin, log } = await serve(t);
  // Kept for the time without a network, everything would be fetched in any case.
  const worklist = await WorklistPage.open(await browse(t, { serviceWorkers: "block" }), origin);
  assert.deepEqual(["decode", "decode-jxl"].map((name) => loaded(log, name)), [0, 0], "nothing compressed has come");
  await worklist.drop(folder);
  const [row] = await worklist.settled(1);
  const [study] = scoredByCommandLine(folder).studies;
  assert.deepEqual([row.state, study.state], ["scored", "scored"]);
  assert.ok(Math.abs(row.logit - study.logit) < 1e-4, `${row.logit} and ${study.logit}`);
  assert.ok(loaded(log, "decode") > 0);
  assert.equal(loaded(log, "decode-jxl"), 0, "nothing is in JPEG XL");
  assert.deepEqual(worklist.faults, []);
});

test("JPEG XL is decoded by a module of its own", async (t) => {
  const stream = readFileSync(join(ROOT, "tests/streams/jpeg_xl.bin"));
  // The stream's picture is no head: that it is said to be none shows that it was decoded.
  const folder = packedStudy(t, JPEG_XL, () => stream, of(64, 96, "3.0\\2.0"));
  const { origin, log } = await serve(t);
  const worklist = await WorklistPage.open(await browse(t, { serviceWorkers: "block" }), origin);
  await worklist.drop(folder);
  const [row] = await worklist.settled(1);
  const [study] = scoredByCommandLine(folder).studies;
  assert.deepEqual([row.state, row.code, row.reason], ["not_scored", study.reason.code, study.reason.text]);
  assert.notEqual(row.code, "worker_stopped");
  assert.ok(!["transfer_syntax", "damaged_pixels", "incomplete_head"].includes(row.code), row.code);
  assert.ok(loaded(log, "decode-jxl") > 0);
  assert.equal(loaded(log, "decode"), 0);
});

test("a decoder that breaks off is ended, the row says so, and another is started for the next try", async (t) => {
  const folder = packedStudy(t, RLE, literalRuns);
  const { origin } = await serve(t);
  const context = await browse(t, { serviceWorkers: "block" });
  let broken = true;
  await context.route("**/decode_bg.wasm", (route) => (broken ? route.fulfill({ status: 200, contentType: "application/wasm", body: "no module" }) : route.continue()));
  const worklist = await WorklistPage.open(context, origin);
  await worklist.drop(folder);
  const [row] = await worklist.settled(1);
  assert.deepEqual([row.state, row.code], ["not_scored", "worker_stopped"]);
  broken = false;
  await worklist.page.getByRole("button", { name: "Try again" }).click();
  await worklist.page.locator("[data-testid=row]:not([data-state=not_scored])").waitFor();
  const [again] = await worklist.settled(1);
  assert.equal(again.state, "scored");
});

test("a stream that leads a decoder past its own arrays costs its series; the next study finds the decoders as before", async (t) => {
  const stream = readFileSync(join(ROOT, "tests/streams/damaged_htj2k.bin"));
  const { origin } = await serve(t);
  const worklist = await WorklistPage.open(await browse(t, { serviceWorkers: "block" }), origin);
  await worklist.drop(packedStudy(t, HTJ2K, () => stream, of(8, 12, "24.\\16.")));
  const [row] = await worklist.settled(1);
  assert.deepEqual([row.state, row.code], ["not_scored", "worker_stopped"]);
  assert.match(row.reason, /stopped the decoder/);
  await worklist.drop(packedStudy(t, RLE, literalRuns, () => {}, 2));
  const rows = await worklist.settled(2);
  assert.deepEqual([rows.map(({ state }) => state).sort(), worklist.faults], [["not_scored", "scored"], []]);
});
