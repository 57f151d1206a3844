"""onnxruntime on the processor itself: the yardstick that the browser's runs are checked against.

python native.py MODEL.onnx SIZE THREADS ROUNDS: one JSON object.
"""

import json
import sys
import time

import numpy as np
import onnxruntime

model, size, threads, rounds = sys.argv[1], *map(int, sys.argv[2:])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
x, y, z = np.meshgrid(*[np.arange(size)] * 3, indexing="ij")
probe = np.clip(1.5 * (np.sin(0.9 * x) + np.cos(0.7 * y) * np.sin(0.5 * z)), -1, 5).astype(np.float32)[None, None]
samples = []
for _ in range(rounds):
    wall, cpu = time.perf_counter(), time.process_time()
    logit = float(session.run(None, {session.get_inputs()[0].name: probe})[0].ravel()[0])
    samples.append({"wall_ms": 1e3 * (time.perf_counter() - wall), "cpu_s": time.process_time() - cpu, "logit": logit})
print(json.dumps({"version": onnxruntime.__version__, "samples": samples}))
