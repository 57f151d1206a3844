//! The page's side of a worker: messages wait until it listens, silence while it works counts as a stop.

use crate::BUILD_ID;
use crate::browser::page::build_url;
use crate::browser::post::Attached;
use crate::browser::worker::WorkerHandle;
use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// A worker of this build.
pub struct Client<Request> {
    handle: RefCell<Option<WorkerHandle>>,
    waiting: RefCell<Vec<(Request, Attached)>>,
    ready: Cell<bool>,
    silent_ms: Cell<f64>,
}

/// What a worker's first message says: `ready`, and of which build.
pub trait Greets {
    /// The build, if this is that message.
    fn build_id(&self) -> Option<&str>;
}

impl<Request: Serialize + 'static> Client<Request> {
    /// Starts a worker by its binary's name; `hear` gets its replies, `stopped` learns in words that it broke off.
    pub fn start<Reply: DeserializeOwned + Greets>(
        name: &str,
        mut hear: impl FnMut(Reply, Array) + 'static,
        stopped: impl Fn(String) + 'static,
    ) -> Rc<Self> {
        let client = Rc::new(Self {
            handle: RefCell::default(),
            waiting: RefCell::default(),
            ready: Cell::default(),
            silent_ms: Cell::default(),
        });
        let stopped = Rc::new(stopped);
        let (weak, on_mismatch) = (Rc::downgrade(&client), Rc::clone(&stopped));
        let on_reply = move |reply: Reply, attached| {
            let Some(client) = weak.upgrade() else { return };
            client.silent_ms.set(0.0);
            match reply.build_id() {
                Some(build) if build != BUILD_ID => {
                    on_mismatch("it belongs to another version of the page: reload the page".to_owned());
                }
                Some(_) => client.listens(),
                None => hear(reply, attached),
            }
        };
        let on_error = Rc::clone(&stopped);
        match WorkerHandle::start(&format!("{}{name}_loader.js", build_url()), on_reply, move |text| on_error(text)) {
            Ok(handle) => *client.handle.borrow_mut() = Some(handle),
            // Told later, as every other stop is: the caller does not hold the client yet.
            Err(error) => spawn_local(async move { stopped(error.to_string()) }),
        }
        client
    }

    /// Posts a request, now or when the worker listens.
    pub fn post(&self, request: Request, attached: Attached) {
        self.silent_ms.set(0.0);
        self.waiting.borrow_mut().push((request, attached));
        if self.ready.get() {
            self.listens();
        }
    }

    /// Whether it has ever been heard: one that never started would not start a second time either.
    pub fn is_ready(&self) -> bool {
        self.ready.get()
    }

    /// Time in which nothing was asked of it nor heard from it, ms, as far as it was noted.
    pub fn silent_ms(&self) -> f64 {
        self.silent_ms.get()
    }

    /// Notes that so much time has passed, ms. The clock itself is not asked: it runs on while a device sleeps.
    pub fn note_silence(&self, ms: f64) {
        self.silent_ms.update(|silent_ms| silent_ms + ms);
    }

    fn listens(&self) {
        self.ready.set(true);
        let handle = self.handle.borrow();
        for (request, attached) in self.waiting.borrow_mut().drain(..) {
            let posted = handle.as_ref().map(|handle| handle.post(&request, &attached));
            if let Some(Err(error)) = posted {
                crate::browser::page::show_fault(&format!(
                    "A message could not be sent to a background worker ({error}). Reload the page."
                ));
            }
        }
    }
}
