//! Serves the built page on this machine, with its headers and nothing else.

use crate::headers::{ALWAYS, cache_control, content_type};
use crate::run::root;
use crate::{page, tools};
use std::fs::File;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};
use tiny_http::{Header, Method, Request, Response, Server};

/// First port tried, and how many after it.
const PORTS: std::ops::Range<u16> = 8080..8100;

/// `cargo xtask serve`.
///
/// # Errors
/// In words where the page cannot be built or no port is free.
pub fn verb(port: Option<&str>, dir: Option<&str>, log: Option<&str>, no_build: bool) -> Result<(), String> {
    if !no_build {
        tools::setup(tools::FOR_BUILD)?;
        page::build(page::Kind::Whole)?;
    }
    let dir = dir.map_or_else(|| root().join("dist"), PathBuf::from);
    if !dir.join("index.html").exists() {
        return Err(format!("{} holds no page. Call `cargo xtask page` first.", dir.display()));
    }
    let log = log.map(File::create).transpose().map_err(|e| format!("The log cannot be written ({e})."))?;
    let server = Arc::new(listen(port)?);
    println!("Headway is at http://{}/", server.server_addr());
    let room = Arc::new(Room { dir, log: log.map(Mutex::new) });
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (server, room) = (Arc::clone(&server), Arc::clone(&room));
            std::thread::spawn(move || server.incoming_requests().for_each(|request| room.answer(request)))
        })
        .collect();
    threads.into_iter().for_each(|thread| drop(thread.join()));
    Ok(())
}

fn listen(port: Option<&str>) -> Result<Server, String> {
    let ports = match port {
        Some(port) => {
            let port = port.parse().map_err(|_| format!("--port takes a number, not {port}."))?;
            port..=port
        }
        None => PORTS.start..=PORTS.end - 1,
    };
    let mut refused = String::new();
    for port in ports {
        match Server::http(("127.0.0.1", port)) {
            Ok(server) => return Ok(server),
            Err(e) => refused = e.to_string(),
        }
    }
    Err(format!("No port is free ({refused}). Name another with --port."))
}

struct Room {
    dir: PathBuf,
    log: Option<Mutex<File>>,
}

impl Room {
    fn answer(&self, request: Request) {
        if let Some(log) = &self.log
            && let Ok(mut log) = log.lock()
        {
            // The privacy test reads this; a full disk fails that test.
            let _ = writeln!(log, "{} {} {}", request.method(), request.url(), request.body_length().unwrap_or(0));
        }
        // A browser that went away needs no answer.
        let _ = match self.file(&request) {
            Ok((path, file)) => {
                let response = Response::from_file(file)
                    .with_header(header("Content-Type", content_type(&path)))
                    .with_header(header("Cache-Control", cache_control(&path)));
                request.respond(guarded(response))
            }
            Err(status) => request.respond(guarded(Response::empty(status))),
        };
    }

    fn file(&self, request: &Request) -> Result<(String, File), u16> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return Err(405);
        }
        let path = request.url().split(['?', '#']).next().unwrap_or_default().trim_start_matches('/').to_owned();
        let path = if path.is_empty() { "index.html".to_owned() } else { path };
        let inside = Path::new(&path).components().all(|part| matches!(part, Component::Normal(_)));
        let file = self.dir.join(&path);
        if !inside || !file.is_file() {
            return Err(404);
        }
        File::open(file).map(|file| (path, file)).map_err(|_| 404)
    }
}

/// With the headers of every response.
fn guarded<R: std::io::Read>(response: Response<R>) -> Response<R> {
    ALWAYS.iter().fold(response, |response, (name, value)| response.with_header(header(name, value)))
}

fn header(name: &str, value: &str) -> Header {
    // Names and values are constants of ours, all of them valid.
    Header::from_bytes(name, value).unwrap_or_else(|()| unreachable!("{name} is a valid header"))
}
