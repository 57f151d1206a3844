//! Long work in a single-threaded world: it tells how far it has come, lets others in, and can be told to stop.

use alloc::vec::Vec;
use core::ops::ControlFlow;

/// Called between two units of work with the share done, 0 to 1. Waits as long as it likes, and says whether to go on.
pub trait Pause: AsyncFnMut(f64) -> ControlFlow<()> {}

impl<F: AsyncFnMut(f64) -> ControlFlow<()>> Pause for F {}

/// The work was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// Adds up steps of known weight.
#[derive(Debug)]
pub struct Meter<'a, P> {
    /// Work of each step.
    steps: Vec<u64>,
    at: usize,
    /// Of the step at hand, 0 to 1.
    share: f64,
    pause: &'a mut P,
}

impl<'a, P: Pause> Meter<'a, P> {
    /// At the beginning of these steps.
    pub fn new(steps: Vec<u64>, pause: &'a mut P) -> Self {
        Self { steps, at: 0, share: 0.0, pause }
    }

    /// Another part of the step at hand has been done.
    ///
    /// # Errors
    /// [`Stopped`] where the work shall not go on.
    pub async fn advance(&mut self, share: f64) -> Result<(), Stopped> {
        self.share = (self.share + share).min(1.0);
        let before: u64 = self.steps[..self.at].iter().sum();
        let at_hand = self.steps.get(self.at).copied().unwrap_or_default() as f64 * self.share;
        let all: u64 = self.steps.iter().sum();
        match (self.pause)((before as f64 + at_hand) / all as f64).await {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }

    /// The step at hand is done.
    pub fn next_step(&mut self) {
        self.at += 1;
        self.share = 0.0;
    }
}
