//! Bytes become worklist rows.
//!
//! Core is handed bytes and the time; it asks for neither.
//! No IO, no clock, no browser, no GPU. One way through, each file named after what comes out of it:
//!
//! [`instance`] → [`split`] → [`series`] → [`selection`] → [`geometry`] → [`volume`] → [`picture`] → [`preprocess`] → [`worklist`],
//! with [`intake`] holding what has been read, and [`triage`] the desk that tells the shell what to do next;
//! [`deidentify`] writes a series anew without its patient.

pub mod archive;
pub mod attention;
pub mod build;
pub mod canonical;
pub mod card;
pub mod codec;
pub mod contrast;
mod defects;
pub mod deidentify;
pub mod dicom;
mod ends;
pub mod file;
pub mod finding;
pub mod frame;
mod frames;
pub mod geometry;
pub mod inspection;
pub mod instance;
pub mod intake;
pub mod listing;
mod mosaic;
mod nifti;
pub mod picture;
mod places;
pub mod population;
pub mod preprocess;
pub mod range;
pub mod reason;
pub mod report;
pub mod scale;
pub mod selection;
pub mod series;
pub mod shelf;
pub mod signal;
pub mod split;
pub mod stored;
pub mod study;
pub mod triage;
pub mod unpack;
pub mod viewing;
pub mod volume;
mod words;
pub mod worklist;
