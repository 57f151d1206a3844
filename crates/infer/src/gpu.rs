//! The plan on the graphics processor: kernels of our own on the device and queue that burn-wgpu opens.

mod device;
mod kernel;
mod program;
mod room;
mod storage;
mod weights;

use device::Gpu;
use headway_core::reason::{Code, Reason};
use headway_kernels::{Meter, Pause, Plan, Stopped};
use kernel::Kernels;
use program::Program;
use std::cell::RefCell;
use std::collections::VecDeque;
pub use storage::Storage;
use weights::Uploaded;

/// Pieces of work in the queue: a fast processor is through with one in less time than word of it takes to come,
/// and must not run dry meanwhile.
const IN_FLIGHT: usize = 8;

/// The network with its weights on the graphics processor.
#[derive(Debug)]
pub struct Network {
    plan: Plan,
    gpu: Gpu,
    kernels: Kernels,
    weights: Uploaded,
    /// For the size of the last volume.
    program: RefCell<Option<Program>>,
}

impl Network {
    /// Opens the graphics processor, compiles the kernels and uploads the weights.
    ///
    /// # Errors
    /// [`Code::NoDevice`] where there is none, [`Code::DeviceFailed`] where it does not take them.
    pub async fn open(mut plan: Plan, storage: Storage) -> Result<Self, Reason> {
        let gpu = Gpu::open(storage).await?;
        let watch = gpu.watch();
        let kernels = Kernels::compile(&gpu.device, storage);
        let weights = Uploaded::new(&gpu, &plan);
        watch.outcome().await?;
        // They lie on the device now.
        plan.forget_weights();
        Ok(Self { plan, gpu, kernels, weights, program: RefCell::default() })
    }

    /// What runs it, in words.
    pub fn describe(&self) -> String {
        self.gpu.adapter.clone()
    }

    /// The logit of one volume, last index fastest.
    ///
    /// # Errors
    /// [`Stopped`] where `pause` says so; within, [`Code::DeviceFailed`] where no number comes back.
    pub async fn logit(
        &self,
        values: &[f32],
        dims: [usize; 3],
        pause: &mut impl Pause,
    ) -> Result<Result<f32, Reason>, Stopped> {
        let program = match self.program(dims).await {
            Ok(program) => program,
            Err(reason) => return Ok(Err(reason)),
        };
        self.gpu.queue.write_buffer(&program.volume, 0, &Storage::F32.encode(values));
        let mut meter = Meter::new(program.pieces.iter().map(|piece| piece.macs).collect(), pause);
        let mut in_flight = VecDeque::new();
        for piece in &program.pieces {
            in_flight.push_back(self.gpu.submit(|pass| program.record(&self.kernels, piece.dispatches.clone(), pass)));
            if in_flight.len() > IN_FLIGHT
                && let Some(done) = in_flight.pop_front()
            {
                self.gpu.wait(done).await;
                meter.advance(1.0).await?;
                meter.next_step();
            }
        }
        let logit = self.gpu.read(&program.logit).await.and_then(|bytes| first_value(&bytes));
        for _ in in_flight {
            meter.advance(1.0).await?;
            meter.next_step();
        }
        self.program.replace(Some(program));
        Ok(logit)
    }

    /// What each step but the head makes of a volume, channels last.
    ///
    /// # Errors
    /// [`Code::DeviceFailed`] where nothing comes back, [`Code::NoDevice`] where the volume does not fit.
    #[cfg(feature = "steps")]
    pub async fn steps(&self, values: &[f32], dims: [usize; 3]) -> Result<Vec<headway_kernels::plain::Maps>, Reason> {
        let program = self.program(dims).await?;
        self.gpu.queue.write_buffer(&program.volume, 0, &Storage::F32.encode(values));
        let (mut steps, mut from) = (Vec::new(), 0);
        for program::Made { until, buffer, dims, stride, channels } in program.made.clone() {
            let queued = self.gpu.submit(|pass| program.record(&self.kernels, from..until, pass));
            self.gpu.wait(queued).await;
            from = until;
            let values = self.gpu.storage.decode(&self.gpu.read(&buffer).await?);
            steps.push(headway_kernels::Made { values: &values, dims, stride, channels }.to_maps());
        }
        Ok(steps)
    }

    async fn program(&self, dims: [usize; 3]) -> Result<Program, Reason> {
        if let Some(program) = self.program.take().filter(|program| program.dims == dims) {
            return Ok(program);
        }
        let watch = self.gpu.watch();
        let program = Program::new(&self.gpu, &self.kernels, &self.plan, &self.weights, dims)?;
        watch.outcome().await?;
        Ok(program)
    }
}

fn first_value(bytes: &[u8]) -> Result<f32, Reason> {
    bytes.first_chunk().map(|value| f32::from_le_bytes(*value)).ok_or_else(|| failed("its answer was empty"))
}

/// A reason that says what the graphics processor failed at.
pub fn failed(what: &str) -> Reason {
    Reason::new(Code::DeviceFailed, format!("The graphics processor failed: {what}."))
}
