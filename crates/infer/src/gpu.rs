//! The network on the graphics processor, by burn-wgpu.

use crate::densenet::{DenseNet, Quiet};
use crate::pause::{Pause, Stopped};
use crate::tensor::tensor_from_values;
use crate::weights::Weights;
use burn::tensor::Device;
use headway_core::card::Architecture;
use headway_core::reason::{Code, Reason};
use std::ops::ControlFlow;

/// The network with its weights on the graphics processor.
#[derive(Debug)]
pub struct Network {
    network: DenseNet,
    device: Device,
    adapter: String,
}

impl Network {
    /// Opens the graphics processor and fills the network.
    ///
    /// # Errors
    /// [`Code::NoDevice`] where there is none, [`Code::ModelUnusable`] for tensors that do not fit.
    pub async fn open(weights: &Weights<'_>, architecture: &Architecture) -> Result<Self, Reason> {
        let (device, setup) = Device::wgpu_options()
            .init_with_setup_async()
            .await
            .map_err(|e| Reason::new(Code::NoDevice, format!("The graphics processor cannot be opened ({e}).")))?;
        let info = setup.adapter.get_info();
        let adapter = if info.name.is_empty() {
            format!("{:?}", info.backend)
        } else {
            format!("{} ({:?})", info.name, info.backend)
        };
        Ok(Self { network: DenseNet::load(weights, architecture, &device)?, device, adapter })
    }

    /// What runs it, in words.
    pub fn describe(&self) -> String {
        self.adapter.clone()
    }

    /// The logit of one volume, last index fastest. The processor takes all of the work into its queue at once:
    /// `pause` is asked once, before.
    ///
    /// # Errors
    /// [`Code::DeviceFailed`] where no number comes back.
    pub async fn logit(
        &self,
        values: &[f32],
        dims: [usize; 3],
        pause: &mut impl Pause,
    ) -> Result<Result<f32, Reason>, Stopped> {
        if pause(0.0).await == ControlFlow::Break(()) {
            return Err(Stopped);
        }
        let input = tensor_from_values(values, dims, &self.device);
        let output = self.network.forward(input, &mut Quiet).into_data_async().await;
        let no_answer =
            |what: String| Reason::new(Code::DeviceFailed, format!("The graphics processor gave no answer ({what})."));
        Ok(match output {
            Ok(data) => data.iter::<f32>().next().ok_or_else(|| no_answer("it was empty".to_owned())),
            Err(error) => Err(no_answer(format!("{error:?}"))),
        })
    }
}
