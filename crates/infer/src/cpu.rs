//! The plan on the processor: by this module's own kernels, or by those of a crew that the shell has brought together.

use async_lock::Mutex;
use headway_core::reason::Reason;
use headway_kernels::{Level, Network as Own, Pause, Step, Stopped};
use std::fmt::Debug;
use std::ops::ControlFlow;

/// Several workers over one memory, each with kernels of its own; the shell starts them and lends them to an engine.
pub trait Crew: Debug {
    /// What it is made of, in words.
    fn describe(&self) -> String;

    /// Takes the network's next step.
    ///
    /// # Errors
    /// In words where there is no room for it.
    fn push(&mut self, step: &Step) -> Result<(), Reason>;

    /// Lays a volume before it, last index fastest.
    ///
    /// # Errors
    /// In words where there is no room for it.
    fn begin(&mut self, values: &[f32], dims: [usize; 3]) -> Result<(), Reason>;

    /// Works on.
    ///
    /// # Errors
    /// [`headway_core::reason::Code::DeviceFailed`] where it broke off.
    fn proceed(&mut self) -> Result<Progress, Reason>;

    /// Lets go of the volume.
    fn stop(&mut self);
}

/// How far a crew has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// The share done, 0 to 1.
    Share(f64),
    /// The answer.
    Logit(f32),
}

/// The network on the processor. Volumes take turns: one that was stopped may still be on its way out.
#[derive(Debug)]
pub struct Network {
    hands: Mutex<Hands>,
    description: String,
}

#[derive(Debug)]
enum Hands {
    Own(Box<Own>),
    Crew(Box<dyn Crew>),
}

impl Network {
    /// Of this module's own kernels, on all threads it can have.
    pub fn own() -> Self {
        let place = if cfg!(target_arch = "wasm32") { "WebAssembly" } else { std::env::consts::ARCH };
        let description = format!("{place} {}, {}", Level::detect().name(), in_words(threads()));
        Self { hands: Mutex::new(Hands::Own(Box::new(Own::new(threads())))), description }
    }

    /// Of a crew that has no network yet.
    pub fn of(crew: Box<dyn Crew>) -> Self {
        let description = crew.describe();
        Self { hands: Mutex::new(Hands::Crew(crew)), description }
    }

    /// Takes the next step.
    ///
    /// # Errors
    /// Where a crew has no room for it.
    pub fn push(&mut self, step: Step) -> Result<(), Reason> {
        match self.hands.get_mut() {
            Hands::Own(own) => own.push(step),
            Hands::Crew(crew) => crew.push(&step)?,
        }
        Ok(())
    }

    /// What runs it, in words.
    pub fn describe(&self) -> String {
        self.description.clone()
    }

    /// The logit of one volume, last index fastest.
    ///
    /// # Errors
    /// [`Stopped`] where `pause` says so; within, why a crew could not begin.
    pub async fn logit(
        &self,
        values: &[f32],
        dims: [usize; 3],
        pause: &mut impl Pause,
    ) -> Result<Result<f32, Reason>, Stopped> {
        match &mut *self.hands.lock().await {
            Hands::Own(own) => own.logit(values, dims, pause).await.map(Ok),
            Hands::Crew(crew) => by_crew(crew.as_mut(), values, dims, pause).await,
        }
    }
}

async fn by_crew(
    crew: &mut dyn Crew,
    values: &[f32],
    dims: [usize; 3],
    pause: &mut impl Pause,
) -> Result<Result<f32, Reason>, Stopped> {
    if let Err(reason) = crew.begin(values, dims) {
        return Ok(Err(reason));
    }
    loop {
        match crew.proceed() {
            Err(reason) => return Ok(Err(reason)),
            Ok(Progress::Logit(logit)) => return Ok(Ok(logit)),
            Ok(Progress::Share(share)) => {
                if let ControlFlow::Break(()) = pause(share).await {
                    crew.stop();
                    return Err(Stopped);
                }
            }
        }
    }
}

/// A number of threads, in words.
pub fn in_words(threads: usize) -> String {
    if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") }
}

fn threads() -> usize {
    if cfg!(target_arch = "wasm32") { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) }
}
