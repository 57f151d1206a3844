//! The ingest worker's decoders: a few workers, each given one compressed frame at a time.
//!
//! They are started when the first compressed frame comes, as many as there are frames waiting and cores to spare.
//! One that breaks off or takes too long is ended, its frame is refused, and another is started for the next.

use super::client::Client;
use super::protocol::{DecodeReply, DecodeRequest};
use crate::browser::crew::threads;
use crate::browser::post::Attached;
use futures_channel::oneshot::{Receiver, Sender, channel};
use gloo::timers::callback::Timeout;
use headway_core::dicom::syntax::Codec;
use headway_core::frame::{DecodedFrame, PackedFrame};
use headway_core::reason::{Code, Reason};
use js_sys::Uint8Array;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// More decoders than this would wait for files.
const MOST_DECODERS: usize = 4;
/// A frame takes a tenth of a second; whoever takes this long has lost its way, ms.
const LIMIT_MS: u32 = 20_000;

/// The decoders and the frames that wait for them.
#[derive(Default)]
pub(super) struct Pool {
    decoders: RefCell<Vec<Rc<Decoder>>>,
    waiting: RefCell<VecDeque<Order>>,
    started: Cell<usize>,
}

/// A frame, and who waits for it.
struct Order {
    packed: PackedFrame,
    done: Sender<Result<DecodedFrame, Reason>>,
}

struct Decoder {
    number: usize,
    module: &'static str,
    client: RefCell<Option<Rc<Client<DecodeRequest>>>>,
    at_work: RefCell<Option<AtWork>>,
}

/// The frame a decoder has.
struct AtWork {
    frame: usize,
    done: Sender<Result<DecodedFrame, Reason>>,
    // Held, not read: it rings unless it is dropped before.
    _limit: Timeout,
}

/// Frames on their way, in the order they were handed over.
pub(super) struct Decoding(Vec<Receiver<Result<DecodedFrame, Reason>>>);

impl Decoding {
    /// All of them; `each` hears of every one.
    ///
    /// # Errors
    /// Why the first that failed did.
    pub(super) async fn frames(self, each: impl Fn()) -> Result<Vec<DecodedFrame>, Reason> {
        let mut frames = Vec::new();
        for frame in self.0 {
            let given_up = |_| Err(Reason::new(Code::Cancelled, "Its decoding was given up. Try the row again."));
            frames.push(frame.await.unwrap_or_else(given_up)?);
            each();
        }
        Ok(frames)
    }
}

impl Pool {
    /// Has frames decoded.
    pub(super) fn decode(self: &Rc<Self>, frames: Vec<PackedFrame>) -> Decoding {
        let decoding = frames.into_iter().map(|packed| {
            let (done, frame) = channel();
            self.waiting.borrow_mut().push_back(Order { packed, done });
            frame
        });
        let decoding = Decoding(decoding.collect());
        self.hand_out();
        decoding
    }

    /// Gives up all frames; decoders at work are ended.
    pub(super) fn give_up(&self) {
        self.waiting.borrow_mut().clear();
        self.decoders.borrow_mut().retain(|decoder| decoder.at_work.borrow().is_none());
    }

    /// Gives waiting frames to decoders that have none.
    fn hand_out(self: &Rc<Self>) {
        loop {
            let Some(module) = self.waiting.borrow().front().map(|order| module_for(order.packed.form.codec)) else {
                return;
            };
            let Some(decoder) = self.idle(module) else { return };
            let order = self.waiting.borrow_mut().pop_front();
            if let Some(order) = order {
                self.give(&decoder, order);
            }
        }
    }

    /// A decoder of that module without work, started if there is room for another.
    fn idle(self: &Rc<Self>, module: &'static str) -> Option<Rc<Decoder>> {
        let mut decoders = self.decoders.borrow_mut();
        let is_idle = |decoder: &&Rc<Decoder>| decoder.at_work.borrow().is_none();
        if let Some(decoder) = decoders.iter().filter(is_idle).find(|decoder| decoder.module == module) {
            return Some(Rc::clone(decoder));
        }
        if decoders.len() >= threads().min(MOST_DECODERS) {
            // One of the other module gives way, if it has nothing to do.
            let other = decoders.iter().position(|decoder| is_idle(&decoder))?;
            decoders.remove(other);
        }
        let decoder = self.start(module);
        decoders.push(Rc::clone(&decoder));
        Some(decoder)
    }

    fn start(self: &Rc<Self>, module: &'static str) -> Rc<Decoder> {
        let number = self.started.replace(self.started.get() + 1);
        let (hearing, failing) = (Rc::downgrade(self), Rc::downgrade(self));
        let client = Client::start(
            module,
            move |reply, attached: js_sys::Array| {
                if let (Some(pool), DecodeReply::Decoded(outcome)) = (hearing.upgrade(), reply) {
                    pool.decoded(number, outcome, &attached);
                }
            },
            move |why| {
                if let Some(pool) = failing.upgrade() {
                    pool.stopped(number, &why);
                }
            },
        );
        Rc::new(Decoder { number, module, client: RefCell::new(Some(client)), at_work: RefCell::default() })
    }

    fn give(self: &Rc<Self>, decoder: &Rc<Decoder>, Order { packed, done }: Order) {
        let (pool, number) = (Rc::downgrade(self), decoder.number);
        let limit = Timeout::new(LIMIT_MS, move || {
            if let Some(pool) = pool.upgrade() {
                pool.stopped(number, &format!("it took over {} s", LIMIT_MS / 1_000));
            }
        });
        *decoder.at_work.borrow_mut() = Some(AtWork { frame: packed.frame, done, _limit: limit });
        let bytes = Uint8Array::from(packed.bytes.as_slice()).buffer();
        if let Some(client) = &*decoder.client.borrow() {
            let request = DecodeRequest { frame: packed.frame, form: packed.form };
            client.post(request, Attached::default().handing_over(&bytes));
        }
    }

    fn decoded(self: &Rc<Self>, number: usize, outcome: Result<usize, Reason>, attached: &js_sys::Array) {
        let decoder = self.decoders.borrow().iter().find(|decoder| decoder.number == number).cloned();
        let Some(AtWork { frame, done, .. }) = decoder.and_then(|decoder| decoder.at_work.take()) else { return };
        let samples = |width| DecodedFrame { frame, width, bytes: Uint8Array::new(&attached.get(0)).to_vec() };
        // Nobody waits any more where the job was given up.
        let _ = done.send(outcome.map(samples));
        self.hand_out();
    }

    /// Ends a decoder and refuses its frame.
    fn stopped(self: &Rc<Self>, number: usize, why: &str) {
        let place = self.decoders.borrow().iter().position(|decoder| decoder.number == number);
        let Some(decoder) = place.map(|place| self.decoders.borrow_mut().remove(place)) else { return };
        decoder.client.take();
        if let Some(AtWork { done, .. }) = decoder.at_work.take() {
            let text = format!("Decoding its pixels stopped the decoder ({why}). Export the series uncompressed.");
            let _ = done.send(Err(Reason::new(Code::WorkerStopped, text)));
        }
        self.hand_out();
    }
}

/// The worker's module that decodes it.
fn module_for(codec: Codec) -> &'static str {
    match codec {
        Codec::JpegXl => "decode-jxl",
        _ => "decode",
    }
}
