//! The clerk's keeper: started when it is first asked for something, and kept.

use super::app::App;
use crate::browser::post::Attached;
use crate::workers::client::Client;
use crate::workers::protocol::{ClerkReply, ClerkRequest};
use futures_channel::oneshot;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// What the page keeps for the clerk.
#[derive(Default)]
pub struct ClerkRoom {
    client: RefCell<Option<Rc<Client<ClerkRequest>>>>,
    /// Who waits for a reply, in the order of what was asked.
    asking: RefCell<VecDeque<oneshot::Sender<Result<ClerkReply, String>>>>,
}

impl App {
    /// Asks the clerk, waits for the reply and takes out of it what was asked for.
    ///
    /// # Errors
    /// In words where it breaks off; the next one to ask has another started.
    pub(super) async fn ask_clerk<T>(
        self: &Rc<Self>,
        request: ClerkRequest,
        take_out: impl FnOnce(ClerkReply) -> Option<T>,
    ) -> Result<T, String> {
        let (sender, reply) = oneshot::channel();
        self.clerk.asking.borrow_mut().push_back(sender);
        let client = self.clerk.client.borrow_mut().get_or_insert_with(|| self.start_clerk()).clone();
        client.post(request, Attached::default());
        // Nobody lets go of a sender without a word, unless the page is being closed.
        let reply = reply.await.unwrap_or_else(|_| Err("the page is closing".to_owned()))?;
        take_out(reply).ok_or_else(|| "the helper that reads and writes lists answered something else".to_owned())
    }

    /// Whether it has been asked for anything yet.
    pub(super) fn has_clerk(&self) -> bool {
        self.clerk.client.borrow().is_some()
    }

    fn start_clerk(self: &Rc<Self>) -> Rc<Client<ClerkRequest>> {
        let (hearing, failing) = (Rc::downgrade(self), Rc::downgrade(self));
        Client::start(
            "clerk",
            move |reply, _| {
                let next = hearing.upgrade().and_then(|app| app.clerk.asking.borrow_mut().pop_front());
                // Who asked may have stopped waiting.
                let _ = next.map(|sender| sender.send(Ok(reply)));
            },
            move |why| {
                if let Some(app) = failing.upgrade() {
                    app.clerk_stopped(&why);
                }
            },
        )
    }

    fn clerk_stopped(&self, why: &str) {
        self.clerk.client.take();
        for sender in self.clerk.asking.take() {
            let _ = sender.send(Err(format!("the helper that reads and writes lists stopped ({why}); try again")));
        }
    }
}
