//! A decode worker: a compressed frame in, its samples out. It holds nothing between two of them.

use super::protocol::{DecodeReply, DecodeRequest};
use crate::BUILD_ID;
use crate::browser::panic::report_panics;
use crate::browser::post::{Attached, Page, Post, listen_to_page};
use headway_core::frame::{DecodedFrame, PackedFrame};
use headway_core::reason::Reason;
use js_sys::{Array, Uint8Array};

/// Listens to the worker that started it, with this decoder.
pub fn serve(decode: fn(&PackedFrame) -> Result<DecodedFrame, Reason>) {
    report_panics(|_| {});
    listen_to_page(move |DecodeRequest { frame, form }, attached: Array| {
        let bytes = Uint8Array::new(&attached.get(0)).to_vec();
        match decode(&PackedFrame { frame, form, bytes }) {
            Ok(decoded) => {
                let samples = Uint8Array::from(decoded.bytes.as_slice()).buffer();
                tell(&DecodeReply::Decoded(Ok(decoded.width)), &Attached::default().handing_over(&samples));
            }
            Err(reason) => tell(&DecodeReply::Decoded(Err(reason)), &Attached::default()),
        }
    });
    tell(&DecodeReply::Ready { build_id: BUILD_ID.to_owned() }, &Attached::default());
}

/// A message that cannot be sent ends the worker; who started it notices.
fn tell(reply: &DecodeReply, attached: &Attached) {
    if let Err(error) = Page.post(reply, attached) {
        wasm_bindgen::throw_str(&error.to_string());
    }
}
