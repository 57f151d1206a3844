//! Sends the page's files on this machine, with its headers and nothing else: for developers, for tests, and for a PC without
//! a server (`headway serve`). It listens to this machine alone.

pub mod headers;
mod source;

use headers::{ALWAYS, cache_control, content_type};
pub use source::{Folder, Source};
use std::fs::File;
use std::io::{Cursor, Write};
use std::path::{Component, Path};
use std::sync::{Arc, Mutex};
use tiny_http::{Header, Method, Request, Response, Server};

/// First port tried, and the one after the last.
const PORTS: std::ops::Range<u16> = 8080..8100;

/// Sends files until the program is ended; `ready` hears the address, `log` gets a line for each request.
///
/// # Errors
/// In words where no port is free.
pub fn serve(
    source: impl Source + 'static,
    port: Option<u16>,
    log: Option<File>,
    ready: impl FnOnce(&str),
) -> Result<(), String> {
    let server = Arc::new(listen(port)?);
    ready(&format!("http://{}/", server.server_addr()));
    let room = Arc::new(Room { source, log: log.map(Mutex::new) });
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (server, room) = (Arc::clone(&server), Arc::clone(&room));
            std::thread::spawn(move || server.incoming_requests().for_each(|request| room.answer(request)))
        })
        .collect();
    threads.into_iter().for_each(|thread| drop(thread.join()));
    Ok(())
}

fn listen(port: Option<u16>) -> Result<Server, String> {
    let ports = port.map_or(PORTS.start..=PORTS.end - 1, |port| port..=port);
    let mut refused = String::new();
    for port in ports {
        match Server::http(("127.0.0.1", port)) {
            Ok(server) => return Ok(server),
            Err(e) => refused = e.to_string(),
        }
    }
    Err(format!("No port is free ({refused}). Name another with --port."))
}

struct Room<S> {
    source: S,
    log: Option<Mutex<File>>,
}

/// A path of the page, and the encoding under which it lies there.
struct Found {
    path: String,
    encoding: Option<&'static str>,
    bytes: Vec<u8>,
}

impl<S: Source> Room<S> {
    fn answer(&self, request: Request) {
        if let Some(log) = &self.log
            && let Ok(mut log) = log.lock()
        {
            // The privacy test reads this; a full disk fails that test.
            let _ = writeln!(log, "{} {} {}", request.method(), request.url(), request.body_length().unwrap_or(0));
        }
        // A browser that went away needs no answer.
        let _ = match self.find(&request) {
            Ok(found) => request.respond(response(found)),
            Err(status) => request.respond(guarded(Response::empty(status))),
        };
    }

    fn find(&self, request: &Request) -> Result<Found, u16> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return Err(405);
        }
        let path = request.url().split(['?', '#']).next().unwrap_or_default().trim_start_matches('/').to_owned();
        let path = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path };
        if !Path::new(&path).components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(404);
        }
        let plain = || Some(Found { bytes: self.source.read(&path)?, encoding: None, path: path.clone() });
        let twin = || {
            accepted(request).into_iter().find_map(|(encoding, suffix)| {
                let bytes = self.source.read(&format!("{path}{suffix}"))?;
                Some(Found { bytes, encoding: Some(encoding), path: path.clone() })
            })
        };
        twin().or_else(plain).ok_or(404)
    }
}

/// Encodings that the browser takes, the smallest first, and what their files end in.
fn accepted(request: &Request) -> Vec<(&'static str, &'static str)> {
    let asked = request.headers().iter().find(|header| header.field.equiv("Accept-Encoding"));
    let takes = |name: &str| asked.is_some_and(|header| header.value.as_str().split([',', ' ']).any(|one| one == name));
    [("br", ".br"), ("gzip", ".gz")].into_iter().filter(|(name, _)| takes(name)).collect()
}

fn response(found: Found) -> Response<Cursor<Vec<u8>>> {
    let Found { path, encoding, bytes } = found;
    let plain = Response::from_data(bytes)
        .with_header(header("Content-Type", content_type(&path)))
        .with_header(header("Cache-Control", cache_control(&path)));
    let encoded = encoding.into_iter().fold(plain, |response, encoding| {
        response.with_header(header("Content-Encoding", encoding)).with_header(header("Vary", "Accept-Encoding"))
    });
    guarded(encoded)
}

/// With the headers of every response.
fn guarded<R: std::io::Read>(response: Response<R>) -> Response<R> {
    ALWAYS.iter().fold(response, |response, (name, value)| response.with_header(header(name, value)))
}

fn header(name: &str, value: &str) -> Header {
    // Names and values are constants of ours, all of them valid.
    Header::from_bytes(name, value).unwrap_or_else(|()| unreachable!("{name} is a valid header"))
}
