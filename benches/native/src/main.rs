//! One engine on one device: `headway-bench-native MODEL SIZE DEVICE ROUNDS [THREADS]` prints one JSON object.
//!
//! DEVICE is `cpu` (our kernels, on THREADS), `gpu` or `gpu-f16` (our kernels on burn-wgpu's device), or `stock`
//! (burn-wgpu's own operations). A round is upload, all work and the answer read back. CPU seconds are the process's, from /proc.

use burn::tensor::Device;
use headway_core::card::Card;
use headway_core::preprocess::probe_input;
use headway_core::reason::Reason;
use headway_infer::densenet::DenseNet;
use headway_infer::gpu::{self, Storage};
use headway_infer::plan;
use headway_infer::tensor::tensor_from_values;
use headway_infer::weights::Weights;
use headway_kernels as kernels;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match measure(&arguments) {
        Ok(result) => {
            println!("{result}");
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &[String]) -> Result<Value, String> {
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<usize>().ok());
    let (Some(folder), Some(size), Some(device), Some(rounds)) =
        (arguments.first(), number(1), arguments.get(2), number(3))
    else {
        return Err("headway-bench-native MODEL SIZE cpu|gpu|gpu-f16|stock ROUNDS [THREADS]".to_owned());
    };
    let read = |name: &str| {
        let path = Path::new(folder).join(name);
        std::fs::read(&path).map_err(|e| format!("{} cannot be read ({e}).", path.display()))
    };
    let card = Card::from_json(&read("card.json")?).map_err(|reason| reason.text)?;
    let stored = read(&card.weights.file)?;
    let began = Instant::now();
    let weights = Weights::open(&stored).map_err(|reason| reason.text)?;
    let mut engine = Engine::open(&weights, &card, device, number(4).unwrap_or(1)).map_err(|reason| reason.text)?;
    let open_ms = milliseconds(began);
    let (dims, mut samples) = ([size; 3], Vec::new());
    let volume = probe_input(dims);
    for _ in 0..rounds {
        let (began, cpu_s) = (Instant::now(), cpu_seconds());
        let logit = engine.logit(&volume, dims).map_err(|reason| reason.text)?;
        let wall_ms = milliseconds(began);
        samples.push(json!({ "wall_ms": wall_ms, "cpu_s": cpu_seconds() - cpu_s, "logit": logit }));
    }
    Ok(json!({
        "device": engine.describe(),
        "open_ms": open_ms,
        "peak_memory_mb": peak_memory_mb(),
        "samples": samples,
    }))
}

enum Engine {
    Cpu(kernels::Network),
    Gpu(gpu::Network),
    Stock(Box<DenseNet>, Device),
}

impl Engine {
    fn open(weights: &Weights<'_>, card: &Card, device: &str, threads: usize) -> Result<Self, Reason> {
        let plan = || plan::whole(weights, &card.architecture, &card.output);
        let on_gpu = |storage| Ok(Self::Gpu(pollster::block_on(gpu::Network::open(plan()?, storage))?));
        match device {
            "gpu" => on_gpu(Storage::F32),
            "gpu-f16" => on_gpu(Storage::F16),
            "stock" => {
                let device = Device::wgpu_options().init().map_err(|e| gpu::failed(&e.to_string()))?;
                Ok(Self::Stock(Box::new(DenseNet::load(weights, &card.architecture, &device)?), device))
            }
            _ => {
                let mut network = kernels::Network::new(threads);
                plan()?.steps.into_iter().for_each(|step| network.push(step));
                Ok(Self::Cpu(network))
            }
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Cpu(network) => network.level().name().to_owned(),
            Self::Gpu(network) => network.describe(),
            Self::Stock(_, device) => format!("{device:?}"),
        }
    }

    fn logit(&mut self, volume: &[f32], dims: [usize; 3]) -> Result<f32, Reason> {
        let mut go_on = async |_: f64| ControlFlow::Continue(());
        let stopped = |_| gpu::failed("it was stopped");
        match self {
            Self::Cpu(network) => pollster::block_on(network.logit(volume, dims, &mut go_on)).map_err(stopped),
            Self::Gpu(network) => pollster::block_on(network.logit(volume, dims, &mut go_on)).map_err(stopped)?,
            Self::Stock(network, device) => {
                let answer = network.forward(tensor_from_values(volume, dims, device)).into_data();
                answer.iter::<f32>().next().ok_or_else(|| gpu::failed("its answer was empty"))
            }
        }
    }
}

fn milliseconds(since: Instant) -> f64 {
    1e3 * since.elapsed().as_secs_f64()
}

/// User and system seconds of this process so far, in hundredths; zero where there is no /proc.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Most memory this process has held, MB; none where there is no /proc.
fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kb| kb / 1000)
}
