//! Scores and a hospital's own records become evidence.
//!
//! What Wood et al. (MIDL 2021) did with their archive a hospital can do with its own: is the model good here,
//! would the order help here? A crate of its own, so that the page's ingest worker links none of it.
//! No IO, no clock, no random source: the shell hands in bytes and seeds.

pub mod day;
pub mod document;
pub mod error;
pub mod evaluation;
pub mod monitoring;
pub mod question;
pub mod random;
pub mod reports;
pub mod simulation;
pub mod statistics;
pub mod table;
