//! The worker: one question after the other.

use crate::protocol::{Reply, Request};
use headway_evaluate::question::{File, answer};
use headway_web::BUILD_ID;
use headway_web::browser::panic::report_panics;
use headway_web::browser::post::{Attached, Page, Post, listen_to_page};
use js_sys::{Array, Uint8Array};

/// Listens to the page for the life of the worker.
pub fn serve() {
    report_panics(|_| {});
    listen_to_page(|request: Request, attached: Array| {
        let bytes = attached.iter().map(|bytes| Uint8Array::new(&bytes).to_vec());
        let files: Vec<File> =
            request.files.into_iter().zip(bytes).map(|((role, name), bytes)| File { role, name, bytes }).collect();
        tell(&Reply::Answered(answer(&request.question, &files).map(Box::new)));
    });
    tell(&Reply::Ready { build_id: BUILD_ID.to_owned() });
}

fn tell(reply: &Reply) {
    // A message without attachments can always be posted.
    let _ = Page.post(reply, &Attached::default());
}
