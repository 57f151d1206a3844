//! Messages between the room and its worker.

use headway_evaluate::question::{Answer, Question, Role};
use headway_web::workers::client::Greets;
use serde::{Deserialize, Serialize};

/// To the worker. Attached: the files' bytes, in the same order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// What is asked.
    pub question: Question,
    /// What each file is for, and its name.
    pub files: Vec<(Role, String)>,
}

/// From the worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// It listens.
    Ready {
        /// Of which build it is.
        build_id: String,
    },
    /// The answer, or why there is none.
    Answered(Result<Box<Answer>, String>),
}

impl Greets for Reply {
    fn build_id(&self) -> Option<&str> {
        match self {
            Self::Ready { build_id } => Some(build_id),
            Self::Answered(_) => None,
        }
    }
}
