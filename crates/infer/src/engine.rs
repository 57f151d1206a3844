//! A model on a device: loaded once, trusted after its self-test, asked once per examination.

use crate::densenet::{DenseNet, Pass, macs};
use crate::device::{self, Wanted};
use crate::tensor::tensor_from_values;
use crate::weights::Weights;
use burn::tensor::Device;
use headway_core::card::{Card, ModelIdentity};
use headway_core::finding::{DeviceReport, Finding, Tier};
use headway_core::preprocess::probe_input;
use headway_core::reason::{Code, Reason};

/// A model that has shown on its device that it computes what it should.
#[derive(Debug)]
pub struct Engine {
    card: Card,
    identity: ModelIdentity,
    network: DenseNet,
    device: Device,
    report: DeviceReport,
}

impl Engine {
    /// Checks the model's files, opens the device, fills the network, and runs the self-test.
    ///
    /// # Errors
    /// [`Code::ModelUnusable`] for the files, [`Code::NoDevice`] or [`Code::DeviceFailed`] for the device.
    pub async fn load(card_json: &[u8], weights: &[u8], wanted: Wanted) -> Result<Self, Reason> {
        let card = Card::from_json(card_json)?;
        let identity = card.identify(card_json, weights)?;
        let weights = Weights::open(weights)?;
        let (device, report) = device::open(wanted).await?;
        let network = DenseNet::load(&weights, &card.architecture, &device)?;
        let engine = Self { card, identity, network, device, report };
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
    /// On the processor `progress` hears the share of the work done, 0 to 1. A graphics processor takes all of it
    /// into its queue at once, so there it hears nothing.
    ///
    /// # Errors
    /// [`Code::Internal`] for an input of another size, [`Code::DeviceFailed`] where the device gives no number.
    pub async fn predict(&self, values: &[f32], progress: &mut dyn FnMut(f64)) -> Result<Finding, Reason> {
        let dims = [self.card.input.size_voxels; 3];
        if values.len() != dims.iter().product::<usize>() {
            return Err(Reason::new(
                Code::Internal,
                format!(
                    "The network was handed {} values instead of a cube of {} voxels a side.",
                    values.len(),
                    dims[0]
                ),
            ));
        }
        let logit = self.logit(values, dims, progress).await?;
        Ok(Finding::new(&self.card, logit, self.report.clone()))
    }

    /// The raw output for an input of any size the network takes.
    ///
    /// # Errors
    /// [`Code::DeviceFailed`] where the device gives no number.
    pub async fn logit(&self, values: &[f32], dims: [usize; 3], progress: &mut dyn FnMut(f64)) -> Result<f64, Reason> {
        let failed = |what: String| {
            Reason::new(
                Code::DeviceFailed,
                format!("The device gave no usable answer ({what}). Try again, or use another device."),
            )
        };
        let input = tensor_from_values(values, dims, &self.device);
        let mut unheard = |_| {};
        let progress = if self.report.tier == Tier::Cpu { progress } else { &mut unheard };
        let mut progress = Progress { done: 0, total: macs(&self.card.architecture, dims), progress };
        let output = self.network.forward(input, &mut progress);
        let data = output.into_data_async().await.map_err(|e| failed(format!("{e:?}")))?;
        let logit = data.iter::<f32>().next().ok_or_else(|| failed("an empty answer".to_owned()))?;
        if !logit.is_finite() {
            return Err(failed(format!("the number was {logit}")));
        }
        Ok(f64::from(logit))
    }

    /// A known input must give its known answer: GPU drivers are known to fail without an error.
    async fn self_test(&self) -> Result<(), Reason> {
        let test = self.card.self_test;
        let dims = [test.size_voxels; 3];
        let logit = self.logit(&probe_input(dims), dims, &mut |_| {}).await?;
        if (logit - test.logit).abs() <= test.tolerance {
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

/// Turns work done into a share of the whole.
struct Progress<'a> {
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(f64),
}

impl Pass for Progress<'_> {
    fn did(&mut self, macs: u64) {
        self.done += macs;
        (self.progress)((self.done as f64 / self.total as f64).min(1.0));
    }
}
