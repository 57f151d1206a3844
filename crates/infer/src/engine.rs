//! A model on a device: loaded once, trusted after its self-test, asked once per examination.

#[cfg(feature = "cpu")]
use crate::cpu::Crew;
use crate::plan;
use crate::weights::Weights;
use headway_core::card::{Card, ModelIdentity};
use headway_core::finding::{DeviceReport, Finding, ScoredBy, Tier, score_of};
use headway_core::preprocess::probe_input;
use headway_core::range::{SHIFTS, ScoreRange, shift, shift_mm};
use headway_core::reason::{Code, Reason};
use headway_core::stored::Stored;
use headway_kernels::{Pause, Stopped};
use std::ops::ControlFlow;

/// What 16-bit storage may move a logit by: no more than a quarter of it reaches a probability.
const F16_TOLERANCE: f64 = 0.02;

/// The device asked for, with the sentence that says why.
#[derive(Debug)]
pub enum Wanted {
    /// The processor.
    Cpu {
        /// Why, for the reader.
        why: String,
    },
    /// The processor, by workers that the shell has brought together.
    #[cfg(feature = "cpu")]
    Crew {
        /// Who they are.
        crew: Box<dyn Crew>,
        /// Why, for the reader.
        why: String,
    },
    /// The graphics processor.
    Gpu {
        /// Why, for the reader.
        why: String,
        /// Weights and features in 16 bits there, which the reader is told with every score.
        f16: bool,
    },
}

/// A model that has shown on its device that it computes what it should.
#[derive(Debug)]
pub struct Engine {
    card: Card,
    identity: ModelIdentity,
    network: Network,
    report: DeviceReport,
}

impl Engine {
    /// Checks the model's files, opens the device, fills the network, and runs the self-test.
    /// There is no silent fallback: the caller decides what to try next, and keeps the reason.
    ///
    /// # Errors
    /// [`Code::ModelUnusable`] for the files, [`Code::NoDevice`] or [`Code::DeviceFailed`] for the device.
    pub async fn load(card_json: &[u8], weights: &dyn Stored, wanted: Wanted) -> Result<Self, Reason> {
        let card = Card::from_json(card_json)?;
        let identity = card.identify(card_json, weights)?;
        let weights = Weights::open(weights)?;
        let (network, report) = Network::open(&weights, &card, wanted).await?;
        let engine = Self { card, identity, network, report };
        engine.self_test().await?;
        Ok(engine)
    }

    /// Where it runs, and why there.
    pub fn device(&self) -> &DeviceReport {
        &self.report
    }

    /// Which model it is.
    pub fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    /// What the model expects and means.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Runs the network on a prepared input: a cube of `card.input.size_voxels`, last index fastest.
    /// It is mirrored where it lies. `pause` is asked between two units of work.
    ///
    /// # Errors
    /// [`Code::Internal`] for an input of another size, [`Code::DeviceFailed`] where the device gives no number,
    /// [`Code::Cancelled`] where `pause` ends it.
    pub async fn predict(&self, mut values: Vec<f32>, mut pause: impl Pause) -> Result<Finding, Reason> {
        let dims = self.dims_of(&values)?;
        let logit = if self.card.output.mirror_averaged {
            let mut first_half = async |share: f64| pause(share / 2.0).await;
            let as_it_is = self.logit(&values, dims, &mut first_half).await?;
            let mut second_half = async |share: f64| pause(0.5 + share / 2.0).await;
            mirror(&mut values, dims);
            f64::midpoint(as_it_is, self.logit(&values, dims, &mut second_half).await?)
        } else {
            self.logit(&values, dims, &mut pause).await?
        };
        Ok(Finding::new(&self.card, ScoredBy::from(&self.identity), logit, self.report.clone()))
    }

    /// How far the score of a prepared input moves when the head is mirrored, and shifted by a voxel: the least and the
    /// greatest of ten runs, each by itself. `input` gives the values of each shift, so that nothing but the one at work lies
    /// in memory here. `pause` is asked between two units of work.
    ///
    /// # Errors
    /// As [`Engine::predict`]; [`Code::ModelUnusable`] where the model has no score.
    pub async fn range(&self, input: impl Fn() -> Vec<f32>, mut pause: impl Pause) -> Result<ScoreRange, Reason> {
        let runs = 2 * (1 + SHIFTS.len());
        let (mut low, mut high, mut done) = (f64::INFINITY, f64::NEG_INFINITY, 0);
        for by in std::iter::once([0; 3]).chain(SHIFTS) {
            let mut moved = input();
            let dims = self.dims_of(&moved)?;
            shift(&mut moved, dims[0], by);
            for _ in 0..2 {
                let mut part = async |share: f64| pause((f64::from(done) + share) / runs as f64).await;
                let logit = self.logit(&moved, dims, &mut part).await?;
                mirror(&mut moved, dims);
                let score = score_of(&self.card, logit).ok_or_else(|| {
                    Reason::new(Code::ModelUnusable, "The model has no score that could have a range.")
                })?;
                (low, high, done) = (low.min(score), high.max(score), done + 1);
            }
        }
        Ok(ScoreRange { low, high, runs, shift_mm: shift_mm(&self.card.input) })
    }

    fn dims_of(&self, values: &[f32]) -> Result<[usize; 3], Reason> {
        let dims = [self.card.input.size_voxels; 3];
        if values.len() == dims.iter().product::<usize>() {
            return Ok(dims);
        }
        Err(Reason::new(
            Code::Internal,
            format!("The network was handed {} values instead of a cube of {} voxels a side.", values.len(), dims[0]),
        ))
    }

    /// The raw output for an input of any size the network takes.
    ///
    /// # Errors
    /// [`Code::DeviceFailed`] where the device gives no number, [`Code::Cancelled`] where `pause` ends it.
    pub async fn logit(&self, values: &[f32], dims: [usize; 3], pause: &mut impl Pause) -> Result<f64, Reason> {
        let stopped = |Stopped| Reason::new(Code::Cancelled, "The reader stopped the work.");
        let logit = self.network.logit(values, dims, pause).await.map_err(stopped)??;
        if !logit.is_finite() {
            return Err(Reason::new(
                Code::DeviceFailed,
                format!("The device gave no usable answer (the number was {logit}). Try again, or use another device."),
            ));
        }
        Ok(f64::from(logit))
    }

    /// A known input must give its known answer: GPU drivers are known to fail without an error.
    async fn self_test(&self) -> Result<(), Reason> {
        let test = self.card.self_test;
        let dims = [test.size_voxels; 3];
        let logit = self.logit(&probe_input(dims), dims, &mut async |_| ControlFlow::Continue(())).await?;
        let tolerance = if self.report.f16 { test.tolerance.max(F16_TOLERANCE) } else { test.tolerance };
        if (logit - test.logit).abs() <= tolerance {
            return Ok(());
        }
        Err(Reason::new(
            Code::DeviceFailed,
            format!(
                "The device {} computes wrongly: the self-test gave {logit:.5} instead of {:.5}. It is not used.",
                self.report.adapter, test.logit
            ),
        ))
    }
}

/// Checks a model's files without a device: the card makes sense, the weights are its own, and every tensor has its shape.
///
/// # Errors
/// [`Code::ModelUnusable`] with what is wrong, in words.
pub fn check(card_json: &[u8], weights: &dyn Stored) -> Result<ModelIdentity, Reason> {
    let card = Card::from_json(card_json)?;
    let identity = card.identify(card_json, weights)?;
    plan::read(&Weights::open(weights)?, &card.architecture, &card.output, |_| Ok(()))?;
    Ok(identity)
}

/// Exchanges left and right of an input: its first index runs from one to the other.
fn mirror(values: &mut [f32], dims: [usize; 3]) {
    let mut planes = values.chunks_exact_mut(dims[1] * dims[2]);
    while let (Some(left), Some(right)) = (planes.next(), planes.next_back()) {
        left.swap_with_slice(right);
    }
}

/// The network on the device it was opened on.
#[derive(Debug)]
enum Network {
    #[cfg(feature = "cpu")]
    Cpu(crate::cpu::Network),
    #[cfg(feature = "gpu")]
    Gpu(crate::gpu::Network),
}

impl Network {
    async fn open(weights: &Weights<'_>, card: &Card, wanted: Wanted) -> Result<(Self, DeviceReport), Reason> {
        match wanted {
            #[cfg(feature = "cpu")]
            Wanted::Cpu { why } => Self::on_processor(crate::cpu::Network::own(), weights, card, why),
            #[cfg(feature = "cpu")]
            Wanted::Crew { crew, why } => Self::on_processor(crate::cpu::Network::of(crew), weights, card, why),
            #[cfg(feature = "gpu")]
            Wanted::Gpu { why, f16 } => {
                let storage = if f16 { crate::gpu::Storage::F16 } else { crate::gpu::Storage::F32 };
                let network =
                    crate::gpu::Network::open(plan::whole(weights, &card.architecture, &card.output)?, storage).await?;
                let report = DeviceReport { tier: Tier::Gpu, adapter: network.describe(), why, f16 };
                Ok((Self::Gpu(network), report))
            }
            #[cfg(not(feature = "cpu"))]
            Wanted::Cpu { .. } => Err(Reason::new(Code::NoDevice, "This module runs on the graphics processor only.")),
            #[cfg(not(feature = "gpu"))]
            Wanted::Gpu { .. } => Err(Reason::new(
                Code::NoDevice,
                "This build has no support for graphics processors; build it with the feature `gpu`.",
            )),
        }
    }

    #[cfg(feature = "cpu")]
    fn on_processor(
        mut network: crate::cpu::Network,
        weights: &Weights<'_>,
        card: &Card,
        why: String,
    ) -> Result<(Self, DeviceReport), Reason> {
        plan::read(weights, &card.architecture, &card.output, |step| network.push(step))?;
        let report = DeviceReport { tier: Tier::Cpu, adapter: network.describe(), why, f16: false };
        Ok((Self::Cpu(network), report))
    }

    async fn logit(
        &self,
        values: &[f32],
        dims: [usize; 3],
        pause: &mut impl Pause,
    ) -> Result<Result<f32, Reason>, Stopped> {
        match self {
            #[cfg(feature = "cpu")]
            Self::Cpu(network) => network.logit(values, dims, pause).await,
            #[cfg(feature = "gpu")]
            Self::Gpu(network) => network.logit(values, dims, pause).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mirror;

    #[test]
    fn a_mirror_image_exchanges_left_and_right_alone() {
        let mut values: Vec<f32> = (0..12).map(|value| value as f32).collect();
        mirror(&mut values, [3, 2, 2]);
        assert_eq!(values, [8.0, 9.0, 10.0, 11.0, 4.0, 5.0, 6.0, 7.0, 0.0, 1.0, 2.0, 3.0]);
        mirror(&mut values, [3, 2, 2]);
        assert!(values.iter().enumerate().all(|(at, value)| *value == at as f32));
    }
}
