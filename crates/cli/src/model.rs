//! The model that a verb goes by.

use crate::Device;
use crate::package::Package;
use clap::Args;
use headway_core::card::{Card, LocalEvidence, ModelIdentity};
use headway_core::reason::Reason;
use headway_infer::{Engine, Wanted};
use std::path::{Path, PathBuf};

/// Name of the model that the page is shipped with.
pub const MODEL: &str = "densenet121-synthetic";

/// A model's files, read and checked.
pub struct Model {
    card_json: Vec<u8>,
    weights: Vec<u8>,
    /// What it expects and means.
    pub card: Card,
    identity: ModelIdentity,
}

/// Which model.
#[derive(Args)]
pub struct ModelArgument {
    /// Folder of the model, card.json and weights.safetensors; without it, the model of the page that is built into this program,
    /// or the one that lies in the repository.
    #[arg(long)]
    model: Option<PathBuf>,
}

impl ModelArgument {
    /// Reads the model.
    pub fn open(&self) -> Result<Model, String> {
        match (&self.model, Package::built_in()) {
            (None, Some(page)) => {
                let page = page?;
                Model::read(|name| {
                    page.model_file(name).ok_or_else(|| format!("The page in this program holds no {name}."))
                })
            }
            (folder, _) => {
                let folder = folder.clone().unwrap_or_else(|| Path::new("public/models").join(MODEL));
                Model::read(|name| {
                    let path = folder.join(name);
                    std::fs::read(&path).map_err(|e| {
                        format!("The model's {} cannot be read ({e}). --model names another folder.", path.display())
                    })
                })
            }
        }
    }
}

impl Model {
    /// Reads a model's files by their names.
    fn read(file: impl Fn(&str) -> Result<Vec<u8>, String>) -> Result<Self, String> {
        let card_json = file("card.json")?;
        let card = Card::from_json(&card_json).map_err(|reason| reason.text)?;
        let weights = file(&card.weights.file)?;
        let identity = card.identify(&card_json, &weights).map_err(|reason| reason.text)?;
        Ok(Self { card_json, weights, card, identity })
    }

    /// Which model it is.
    pub fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    /// Writes the same weights under a card with a site's calibration.
    pub fn write_calibrated(&self, folder: &Path, local: &LocalEvidence) -> Result<(), String> {
        let card = Card::calibrated_locally(&self.card_json, local).map_err(|reason| reason.text)?;
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).map_err(|e| format!("{} cannot be written ({e}).", path.display()))
        };
        std::fs::create_dir_all(folder).map_err(|e| format!("{} cannot be made ({e}).", folder.display()))?;
        write(&self.card.weights.file, &self.weights)?;
        write("card.json", card.as_bytes())
    }

    /// Makes the network ready.
    pub fn load(&self, device: Device) -> Result<Engine, Reason> {
        let load = |wanted| pollster::block_on(Engine::load(&self.card_json, &self.weights, wanted));
        let cpu = |why: &str| Wanted::Cpu { why: why.to_owned() };
        let gpu = |why: &str, f16| Wanted::Gpu { why: why.to_owned(), f16 };
        match device {
            Device::Cpu => load(cpu("asked for")),
            Device::Gpu => load(gpu("asked for", false)),
            Device::GpuF16 => load(gpu("asked for", true)),
            Device::Auto => load(gpu("found", false)).or_else(|reason| load(cpu(&reason.text))),
        }
    }
}
