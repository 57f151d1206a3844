//! The browser's crew as the network's processor.

use crate::browser::crew::Crew;
use crate::browser::error::BrowserError;
use headway_core::reason::{Code, Reason};
use headway_infer::cpu::{self, Progress, in_words};
use headway_infer::plan::Step;

impl cpu::Crew for Crew {
    fn describe(&self) -> String {
        format!("{}, {}", self.instructions(), in_words(self.workers()))
    }

    fn push(&mut self, step: &Step) -> Result<(), Reason> {
        let (kind, norm, conv) = match step {
            Step::Stem(conv) => (0, None, conv),
            Step::Squeeze(norm, conv) => (1, Some(norm), conv),
            Step::Grow(conv) => (2, None, conv),
            Step::Transition(norm, conv) => (3, Some(norm), conv),
            Step::Head(norm, conv) => (4, Some(norm), conv),
        };
        let (scale, shift): (&[f32], &[f32]) = norm.map_or((&[], &[]), |norm| (&norm.scale, &norm.shift));
        let sizes = [conv.inputs, conv.outputs, conv.taps, conv.bias.len(), scale.len()];
        Crew::push(self, kind, sizes, &[&conv.weights, &conv.bias, scale, shift]).map_err(broken)
    }

    fn begin(&mut self, values: &[f32], dims: [usize; 3]) -> Result<(), Reason> {
        Crew::begin(self, values, dims).map_err(broken)
    }

    fn proceed(&mut self) -> Result<Progress, Reason> {
        match Crew::proceed(self) {
            Ok(Some(logit)) => Ok(Progress::Logit(logit)),
            Ok(None) => Ok(Progress::Share(self.share())),
            Err(error) => Err(broken(error)),
        }
    }

    fn stop(&mut self) {
        Crew::stop(self);
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn broken(error: BrowserError) -> Reason {
    Reason::new(
        Code::DeviceFailed,
        format!("The processor's workers broke off ({error}); memory may be short. Close other pages and try again."),
    )
}
