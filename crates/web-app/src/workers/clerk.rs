//! The clerk: lists and cards to JSON and CSV, and back. The page itself carries neither, and goes on while a long list is read.

use super::protocol::{ClerkReply, ClerkRequest};
use crate::BUILD_ID;
use crate::browser::panic::report_panics;
use crate::browser::post::{Attached, Page, Post, listen_to_page};
use crate::browser::requests::asked;
use headway_core::card::{Card, LocalEvidence};
use headway_core::worklist::export::TableError;
use headway_core::worklist::kept::Kept;
use headway_core::worklist::list_file::ListFile;
use headway_core::worklist::pooling::pooling_csv;
use headway_core::worklist::pseudonym::Secret;

/// Listens to the page for the life of the worker.
pub fn serve() {
    report_panics(|_| {});
    listen_to_page(|request: ClerkRequest, _| tell(&answer(request)));
    tell(&ClerkReply::Ready { build_id: BUILD_ID.to_owned() });
}

fn answer(request: ClerkRequest) -> ClerkReply {
    match request {
        ClerkRequest::ReadList(text) => ClerkReply::ListRead(ListFile::read(&text)),
        ClerkRequest::WriteJson(export) => written(export.to_json()),
        ClerkRequest::WriteCsv(export) => written(export.to_csv()),
        ClerkRequest::WritePooling(export, secret) => match Secret::new(secret.as_bytes()) {
            Ok(secret) => written(pooling_csv(&export, &secret)),
            Err(problem) => ClerkReply::Written(Err(problem)),
        },
        ClerkRequest::ReadKept(json) => ClerkReply::KeptRead(Kept::read(&json).map(Box::new)),
        ClerkRequest::WriteKept(kept) => ClerkReply::Written(kept.to_json()),
        ClerkRequest::Calibrate { card_json, found, adopted_on } => {
            ClerkReply::Calibrated(calibrated(&card_json, &found, &adopted_on))
        }
        ClerkRequest::TellRequests => ClerkReply::Requests(asked()),
    }
}

fn written(text: Result<String, TableError>) -> ClerkReply {
    ClerkReply::Written(text.map_err(|error| error.to_string()))
}

fn calibrated(card_json: &str, found: &str, adopted_on: &str) -> Result<(String, String), String> {
    let local = LocalEvidence::adopted(found, adopted_on)?;
    let card = Card::calibrated_locally(card_json.as_bytes(), &local).map_err(|reason| reason.text)?;
    Ok((local.evaluated_sha256, card))
}

/// A message that cannot be sent ends the worker; the page notices.
fn tell(reply: &ClerkReply) {
    if let Err(error) = Page.post(reply, &Attached::default()) {
        wasm_bindgen::throw_str(&error.to_string());
    }
}
