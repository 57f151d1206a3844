// One of several workers that decode, each with a module of its own.

import init, { signal } from "./headway_bench_ingest.js";

await init();
onmessage = ({ data }) => postMessage(signal(data) !== undefined);
postMessage("ready");
