//! The parts of the room, one a file: what is asked for above, the answer below.

pub mod evaluate;
pub mod labels;
pub mod monitor;
pub mod paper;
pub mod queue;
pub mod simulate;
