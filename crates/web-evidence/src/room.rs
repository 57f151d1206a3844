//! What the room holds: the files handed in, the answers, and the worker while it is at work.

use crate::protocol::{Reply, Request};
use headway_evaluate::evaluation::Worklist;
use headway_evaluate::question::{Answer, File, Question, Role};
use headway_evaluate::reports::Labelled;
use headway_web::browser::post::Attached;
use headway_web::workers::client::Client;
use js_sys::Uint8Array;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// The parts of the room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Is the model good here?
    #[default]
    Evaluate,
    /// Would the order help here?
    Simulate,
    /// A queue in hours.
    Queue,
    /// The paper's headline.
    Paper,
    /// Labels out of reports.
    Labels,
    /// Is the model still what it was?
    Monitor,
}

/// All parts, in the order in which they stand.
pub const TABS: [(Tab, &str); 6] = [
    (Tab::Evaluate, "The model here"),
    (Tab::Simulate, "Reporting times"),
    (Tab::Queue, "Reading room"),
    (Tab::Labels, "Labels from reports"),
    (Tab::Monitor, "Over time"),
    (Tab::Paper, "The paper"),
];

/// The worklist's name among the files.
pub const LIST_NAME: &str = "the worklist";

type Asked = RwSignal<Option<Result<Answer, String>>>;

/// The room.
#[derive(Clone, Copy)]
pub struct Room {
    /// Which part is open.
    pub tab: RwSignal<Tab>,
    /// At most one a role.
    pub files: RwSignal<Vec<File>>,
    /// The worklist as it stood when the room was opened.
    pub list: RwSignal<Option<Worklist>>,
    /// Labels being confirmed.
    pub labels: RwSignal<Vec<Labelled>>,
    /// Which part waits for its answer.
    pub at_work: RwSignal<Option<Tab>>,
    answers: StoredValue<[Asked; TABS.len()]>,
    worker: StoredValue<RefCell<Option<Rc<Client<Request>>>>, LocalStorage>,
}

impl Room {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            tab: RwSignal::default(),
            files: RwSignal::default(),
            list: RwSignal::default(),
            labels: RwSignal::default(),
            at_work: RwSignal::default(),
            answers: StoredValue::new(std::array::from_fn(|_| RwSignal::new(None))),
            worker: StoredValue::new_local(RefCell::default()),
        }
    }

    /// Takes the worklist in as the scores, unless the person has chosen a file for them.
    pub fn take_list(self, list: Option<String>) {
        let bytes = list.unwrap_or_default().into_bytes();
        self.list.set(Worklist::read(LIST_NAME, &bytes).ok().filter(|list| !list.scores.studies.is_empty()));
        let chosen = self.file_name(Role::Scores).is_some_and(|name| name != LIST_NAME);
        if chosen {
            return;
        }
        self.take_back(Role::Scores);
        if self.list.with_untracked(Option::is_some) {
            self.put(File { role: Role::Scores, name: LIST_NAME.to_owned(), bytes });
        }
    }

    /// Takes a file in, in place of another of its role.
    pub fn put(self, file: File) {
        self.files.update(|files| {
            files.retain(|other| other.role != file.role);
            files.push(file);
        });
    }

    /// Lets a file go.
    pub fn take_back(self, role: Role) {
        self.files.update(|files| files.retain(|file| file.role != role));
    }

    /// The name of the file of a role.
    pub fn file_name(self, role: Role) -> Option<String> {
        self.files.with(|files| files.iter().find(|file| file.role == role).map(|file| file.name.clone()))
    }

    /// What a part was answered last.
    pub fn answer(self, tab: Tab) -> Asked {
        let at = TABS.iter().position(|(other, _)| *other == tab).unwrap_or_default();
        self.answers.with_value(|answers| answers[at])
    }

    /// Asks the worker; the answer comes to the part that is open.
    pub fn ask(self, question: Question, roles: &[Role]) {
        let tab = self.tab.get_untracked();
        self.at_work.set(Some(tab));
        let mut attached = Attached::default();
        let mut names = Vec::new();
        self.files.with_untracked(|files| {
            for file in files.iter().filter(|file| roles.contains(&file.role)) {
                attached = std::mem::take(&mut attached).clone_of(&Uint8Array::from(file.bytes.as_slice()));
                names.push((file.role, file.name.clone()));
            }
        });
        self.worker().post(Request { question, files: names }, attached);
    }

    /// Ends the work under way; the next question starts another worker.
    pub fn stop(self) {
        self.worker.with_value(|worker| worker.borrow_mut().take());
        self.at_work.set(None);
    }

    fn worker(self) -> Rc<Client<Request>> {
        let held = self.worker.with_value(|worker| worker.borrow().clone());
        held.unwrap_or_else(|| {
            let stopped = move |why: String| {
                self.stop();
                self.hear(Err(format!("The work stopped ({why}). Try again; with smaller files if it stops again.")));
            };
            let hear = move |reply: Reply, _| {
                if let Reply::Answered(answer) = reply {
                    self.hear(answer.map(|answer| *answer));
                }
            };
            let client = Client::start("evidence", hear, stopped);
            self.worker.with_value(|worker| *worker.borrow_mut() = Some(Rc::clone(&client)));
            client
        })
    }

    fn hear(self, answer: Result<Answer, String>) {
        let tab = self.at_work.get_untracked().unwrap_or_default();
        self.at_work.set(None);
        if let (Tab::Labels, Ok(answer)) = (tab, &answer) {
            self.labels.set(answer.proposals.clone());
        }
        self.answer(tab).set(Some(answer));
    }
}
