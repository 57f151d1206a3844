// One engine in one page: `load` makes it ready, `run` asks it once and says how long it took.
// The page's address names it: ?engine=headway|onnx&tier=cpu|gpu&threads=N&size=N

const asked = new URLSearchParams(location.search);
const size = Number(asked.get("size"));
const tier = asked.get("tier");
const threads = Number(asked.get("threads"));

/** As `probe_input` in crates/core/src/preprocess.rs. */
function probe() {
  const values = new Float32Array(size ** 3);
  let at = 0;
  for (let x = 0; x < size; x++)
    for (let y = 0; y < size; y++)
      for (let z = 0; z < size; z++) {
        const value = 1.5 * (Math.sin(0.9 * x) + Math.cos(0.7 * y) * Math.sin(0.5 * z));
        values[at++] = Math.min(5, Math.max(-1, value));
      }
  return values;
}

/**
 * Messages to and from the engine worker are postcard: variants by their number in crates/web-app/src/workers/protocol.rs,
 * texts with their length before them, whole numbers in sevens of bits.
 */
const CONNECT = [0];
const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)]);
const text = (words) => [...varint(words.length), ...new TextEncoder().encode(words)];
const load = () => [5, tier === "gpu" ? 0 : 1, ...text("benchmark"), ...varint(threads), 0];
/** `Input::Run` for a score of a study without a patient. */
const run = (job) => [0, 0, ...varint(job), ...text(""), ...text("1.2")];
const [READY, LOADED, INFERRED] = [0, 1, 4];
const envelope = (bytes, attached = []) => [Uint8Array.from(bytes), attached];

/** Reads a reply from its start. */
function reader(bytes) {
  let at = 0;
  const number = () => {
    const low = bytes[at++];
    return low < 128 ? low : (low & 127) | (number() << 7);
  };
  const words = () => {
    const length = number();
    at += length;
    return new TextDecoder().decode(bytes.subarray(at - length, at));
  };
  const float = () => new DataView(bytes.buffer, bytes.byteOffset + at).getFloat64(0, true);
  return { number, words, float };
}

/** What is in a `Result`: whatever `read` makes of it, or the reason's text thrown. */
function outcome(reply, read) {
  if (reply.number() === 0) return read(reply);
  // A reason: its code, whose matter it is, its text.
  [reply.number(), reply.number()];
  throw new Error(reply.words());
}

/** The engine worker of the built page, spoken to as the page does. */
async function headway() {
  const worker = new Worker(`/app-${size}/engine-${tier}_loader.js`, { type: "module" });
  const heard = (kind) =>
    new Promise((resolve, reject) => {
      worker.addEventListener("error", () => reject(new Error("the worker stopped")), { once: true });
      worker.addEventListener("message", function listen({ data: [bytes] }) {
        const reply = reader(bytes);
        if (reply.number() !== kind) return;
        worker.removeEventListener("message", listen);
        resolve(reply);
      });
    });
  await heard(READY);
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(envelope(CONNECT, [port2]), [port2]);
  const loaded = heard(LOADED);
  worker.postMessage(envelope(load()));
  outcome(await loaded, () => {});
  let job = 0;
  return async (values) => {
    const answered = heard(INFERRED);
    port1.postMessage(envelope(run(job++), [values.buffer]), [values.buffer]);
    const reply = await answered;
    // Job, patient, study; then the finding: name, version and hash of the model, and the logit.
    [reply.number(), reply.words(), reply.words()];
    return outcome(reply, ({ words, float }) => ([words(), words(), words()], float()));
  };
}

/** onnxruntime-web's back end for the tier. */
async function onnx() {
  const ort = await import(tier === "gpu" ? "/ort/ort.webgpu.min.mjs" : "/ort/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = "/ort/";
  const session = await ort.InferenceSession.create(`/densenet121-${size}.onnx`, {
    executionProviders: [tier === "gpu" ? "webgpu" : "wasm"],
    graphOptimizationLevel: "all",
  });
  return async (values) => {
    const input = new ort.Tensor("float32", values, [1, 1, size, size, size]);
    const outputs = await session.run({ [session.inputNames[0]]: input });
    return outputs[session.outputNames[0]].data[0];
  };
}

let infer;

window.load = async () => {
  infer = await (asked.get("engine") === "headway" ? headway() : onnx());
  return { isolated: crossOriginIsolated };
};

window.run = async () => {
  const values = probe();
  const began = performance.now();
  const logit = await infer(values);
  return { wall_ms: performance.now() - began, logit };
};
