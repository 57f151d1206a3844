//! `cargo xtask`: the developers' door. CI calls the same verbs.

mod advisories;
mod bench;
mod beyond;
mod deploy;
mod page;
mod run;
mod serve;
mod supply;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask VERB
  serve [--port N] [--dir DIR] [--no-build] [--log FILE]
                   set up, build the page and serve it on this machine
  test [--full]    set up and run every test; --full adds what needs long builds
  bench engine     measure the engine beside onnxruntime-web; writes benches/results and docs/benchmarks.md
  bench gpu        measure the engine on a graphics processor beside PyTorch with cuDNN; writes docs/benchmarks-gpu.md
  bench ingest     measure reading beside JavaScript's parser and codecs; writes docs/benchmarks-ingest.md
  check            format and lints, natively and for wasm32
  build            build the page into dist/ with all optimisation, pack it for a host, and build `headway` with it inside
  pack             pack dist/ as it is into target/headway-VERSION.zip, with settings for servers
  page [--whole | --optimised]
                   build the page into dist/ quickly: without the GPU engine, unless --whole; --optimised as `build` does
  browsers [NAME…] the page in Chromium, Firefox ESR and WebKitGTK; writes the table of the README
  soak [FILES STUDIES]
                   10,000 damaged files and 500 studies in one page; takes half an hour
  reproduce [--optimised]
                   build the page twice in two folders and compare every file
  audit            ask for known weaknesses of crates and npm packages
  setup [--test]   install what is missing to build (and test)
  doctor           say what this machine has and lacks";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| arguments.iter().any(|a| a == name);
    let value =
        |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1)).map(String::as_str);
    let done = match arguments.first().map(String::as_str) {
        Some("serve") => serve::verb(value("--port"), value("--dir"), value("--log"), flag("--no-build")),
        Some("test") => test::verb(flag("--full")),
        Some("check") => test::check(),
        Some("bench") => bench::verb(arguments.get(1).map(String::as_str)),
        Some("build") => tools::setup(tools::FOR_BUILD)
            .and_then(|()| page::build(page::Kind::Optimised))
            .and_then(|()| deploy::pack())
            .and_then(|()| deploy::command_line()),
        Some("pack") => deploy::pack(),
        Some("page") => {
            let (kind, tools) = match (flag("--optimised"), flag("--whole")) {
                (true, _) => (page::Kind::Optimised, tools::FOR_BUILD),
                (false, true) => (page::Kind::Whole, tools::FOR_BUILD),
                (false, false) => (page::Kind::Plain, tools::FOR_PAGE),
            };
            tools::setup(tools).and_then(|()| page::build(kind))
        }
        Some("browsers") => beyond::browsers(&arguments[1..]),
        Some("soak") => beyond::soak(&arguments[1..]),
        Some("reproduce") => beyond::reproduce(flag("--optimised")),
        Some("audit") => advisories::verb(),
        Some("setup") => tools::setup(if flag("--test") { tools::FOR_TESTS } else { tools::FOR_BUILD }),
        Some("doctor") => {
            tools::doctor();
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            if !sentence.is_empty() {
                eprintln!("\n{sentence}");
            }
            ExitCode::FAILURE
        }
    }
}
