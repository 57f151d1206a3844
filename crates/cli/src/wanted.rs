//! Which of the stacks in some files a verb is about.

use crate::shell::Shell;
use clap::Args;
use headway_core::card::InputSpec;
use headway_core::series::Series;
use headway_core::study::StudyKey;

/// A stack by its names; without one, the only stack or the one the model would be given.
#[derive(Args)]
pub struct WantedStack {
    /// Series Instance UID; without it, the only series or the one that would be scored.
    #[arg(long)]
    series: Option<String>,
    /// The part of the series, by its name in `headway inspect`, where there are several.
    #[arg(long)]
    part: Option<String>,
}

impl WantedStack {
    /// Reads the headers and picks the stack.
    ///
    /// # Errors
    /// In words where there is none or more than one.
    pub fn find(&self, shell: &mut Shell, spec: &InputSpec) -> Result<(StudyKey, Series), String> {
        let studies = shell.read_headers();
        let stacks_of = |study: &StudyKey| {
            let key = study.clone();
            shell.intake().stacks(study).into_iter().map(move |stack| (key.clone(), stack))
        };
        let mut stacks: Vec<(StudyKey, Series)> = studies.iter().flat_map(stacks_of).collect();
        if let Some(uid) = &self.series {
            stacks.retain(|(_, stack)| stack.header().uid == *uid);
        }
        if let Some(name) = &self.part {
            stacks.retain(|(_, stack)| stack.part() == name);
        }
        match (stacks.len(), &studies[..], &self.series) {
            (0, ..) => {
                Err("No such series was found in these files. `headway inspect` lists what there is.".to_owned())
            }
            (1, ..) => Ok(stacks.remove(0)),
            (_, [study], None) => match shell.intake().choose(study, None, spec).stack {
                Ok(stack) => Ok((study.clone(), stack.series)),
                Err(reason) => {
                    Err(format!("{} --series names the one that is meant; `headway inspect` lists them.", reason.text))
                }
            },
            (_, _, None) => {
                Err(format!("{} studies were found; --series names the series that is meant.", studies.len()))
            }
            (count, _, Some(_)) => {
                let names: Vec<String> = stacks.iter().map(|(_, stack)| format!("\"{}\"", stack.part())).collect();
                Err(format!("The series has {count} parts; --part names one of {}.", names.join(", ")))
            }
        }
    }
}
