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

/** The engine worker of the built page, spoken to as the page does (crates/web-app/src/workers/protocol.rs). */
async function headway() {
  const worker = new Worker(`/app-${size}/engine-${tier}_loader.js`, { type: "module" });
  const heard = (name) =>
    new Promise((resolve, reject) => {
      worker.addEventListener("error", () => reject(new Error("the worker stopped")), { once: true });
      worker.addEventListener("message", function listen({ data: [json] }) {
        const reply = JSON.parse(json);
        if (!(name in reply)) return;
        worker.removeEventListener("message", listen);
        resolve(reply[name]);
      });
    });
  await heard("Ready");
  const { port1, port2 } = new MessageChannel();
  worker.postMessage([JSON.stringify("Connect"), [port2]], [port2]);
  const loaded = heard("Loaded");
  worker.postMessage([JSON.stringify({ Load: { tier, why: "benchmark", threads, f16: false } }), []]);
  const outcome = await loaded;
  if (outcome.Err) throw new Error(outcome.Err.text);
  let job = 0;
  return async (values) => {
    const answered = heard("Inferred");
    const study = { patient_id: "", study_uid: "1.2" };
    port1.postMessage([JSON.stringify({ Score: [job++, study] }), [values.buffer]], [values.buffer]);
    const [, , finding] = await answered;
    if (finding.Err) throw new Error(finding.Err.text);
    return finding.Ok.logit;
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
