// Ours and theirs over the same bytes in one tab. Every task answers with the milliseconds of each round.

import init, { Study, copy, header, signal } from "./headway_bench_ingest.js";

/** As crates/core/src/intake.rs. */
const HEADER_BYTES = 24 * 1024;
// From the scripts in page.html.
const { dicomParser, CharLSWASM, OpenJPEGWASM, Module: OpenJPH } = window;

const fetchBytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

async function timed(rounds, work) {
  const millis = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await work();
    millis.push(performance.now() - began);
  }
  return millis;
}

let files;

window.load = async (paths) => {
  await init();
  files = await Promise.all(paths.map(fetchBytes));
  return files.length;
};

/** The elements that a viewer sorts by, as strings: what dicom-parser leaves to its caller. */
const ELEMENTS = ["x00080016", "x00080018", "x00080060", "x0008103e", "x00100020", "x00180080", "x00180081", "x0020000d", "x0020000e", "x00200011", "x00200013", "x00200032", "x00200037", "x00280010", "x00280011", "x00280030", "x00281052", "x00281053"];

function theirHeader(bytes) {
  const dataSet = dicomParser.parseDicom(bytes, { untilTag: "x7fe00010" });
  return ELEMENTS.filter((tag) => dataSet.string(tag) !== undefined).length;
}

/** Headers of all files, ours and dicom-parser's, one after the other in each round. */
window.headers = async (rounds) => {
  const heads = files.map((bytes) => bytes.subarray(0, HEADER_BYTES));
  const ours = () => heads.forEach((head, n) => { if (header(head, files[n].length) === 0) throw new Error(`file ${n} is no image`); });
  const theirs = () => heads.forEach(theirHeader);
  return alternate(rounds, { headway: ours, "dicom-parser": theirs });
};

/** All files to a volume, beside a plain copy of their bytes into the same memory. */
window.volume = async (rounds, card) => {
  const cardBytes = new TextEncoder().encode(card);
  const ours = () => {
    const study = Study.begin(cardBytes);
    files.forEach((bytes) => study.take(bytes.subarray(0, HEADER_BYTES), bytes.length));
    const began = performance.now();
    study.choose();
    let given = 0;
    for (let file; (file = study.wanted()) !== undefined; given++) study.give(file, files[file]);
    if (given === 0) throw new Error("no series was chosen");
    study.free();
    return performance.now() - began;
  };
  const plain = () => files.forEach((bytes) => copy(bytes));
  const samples = { headway: [], copy: [] };
  for (let round = 0; round < rounds; round++) {
    samples.headway.push(ours());
    samples.copy.push(...(await timed(1, plain)));
  }
  return samples;
};

async function alternate(rounds, arms) {
  const samples = Object.fromEntries(Object.keys(arms).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? Object.keys(arms).reverse() : Object.keys(arms);
    for (const name of order) samples[name].push(...(await timed(1, arms[name])));
  }
  return samples;
}

/** One compressed file decoded `times` times by one worker and by two, each given the next when it has done one. */
window.pooled = async (index, rounds, times) => {
  const workers = [0, 1].map(() => new Worker("decoder.mjs", { type: "module" }));
  const heard = (worker) => new Promise((resolve) => worker.addEventListener("message", ({ data }) => resolve(data), { once: true }));
  await Promise.all(workers.map(heard));
  const share = async (crew) => {
    let left = times;
    await Promise.all(crew.map(async (worker) => {
      while (left-- > 0) {
        const done = heard(worker);
        worker.postMessage(files[index]);
        if (!(await done)) throw new Error("it is not read");
      }
    }));
  };
  const samples = await alternate(rounds, { one: () => share(workers.slice(0, 1)), two: () => share(workers) });
  workers.forEach((worker) => worker.terminate());
  return samples;
};

const wasm = (factory, folder) => factory({ locateFile: (name) => new URL(`./${folder}/${name}`, import.meta.url).href });

/** Cornerstone's decoders share one way of being called. */
const embound = (decoder) => (packed) => {
  decoder.getEncodedBuffer(packed.length).set(packed);
  decoder.decode();
  return decoder.getDecodedBuffer().length;
};

const PEERS = {
  "1.2.840.10008.1.2.4.57": lossless,
  "1.2.840.10008.1.2.4.70": lossless,
  "1.2.840.10008.1.2.4.80": async () => embound(new (await wasm(CharLSWASM, "codec-charls")).JpegLSDecoder()),
  "1.2.840.10008.1.2.4.81": async () => embound(new (await wasm(CharLSWASM, "codec-charls")).JpegLSDecoder()),
  "1.2.840.10008.1.2.4.90": async () => embound(new (await wasm(OpenJPEGWASM, "codec-openjpeg")).J2KDecoder()),
  "1.2.840.10008.1.2.4.91": async () => embound(new (await wasm(OpenJPEGWASM, "codec-openjpeg")).J2KDecoder()),
  "1.2.840.10008.1.2.4.201": async () => embound(new (await wasm(OpenJPH, "codec-openjph")).HTJ2KDecoder()),
};

async function lossless() {
  const { Decoder } = await import("./jpeg-lossless/lossless.js");
  return (packed) => new Decoder().decode(packed.buffer, packed.byteOffset, packed.length).byteLength;
}

/** The one frame of a file by each decoder; nothing where there is no peer for its syntax. Theirs get the bare stream. */
window.codec = async (index, rounds) => {
  const bytes = files[index];
  const syntax = dicomParser.readPart10Header(bytes).string("x00020010");
  if (!PEERS[syntax]) return { syntax };
  const dataSet = dicomParser.parseDicom(bytes);
  const theirs = await PEERS[syntax]();
  const pixels = dataSet.elements.x7fe00010;
  const packed = dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, pixels, 0, pixels.fragments.length).slice();
  const ours = () => { if (signal(bytes) === undefined) throw new Error("it is not read"); };
  return { syntax, packed_bytes: packed.length, samples: await alternate(rounds, { headway: ours, peer: () => theirs(packed) }) };
};
