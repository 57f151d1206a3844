//! The verbs over a hospital's own records, as a user runs them: JSON with the documented fields, or a sentence and exit status 1.

#![allow(clippy::unwrap_used, reason = "a test says what broke by panicking")]

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

fn headway(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headway")).args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = headway(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn sentence(arguments: &[&str]) -> String {
    let output = headway(arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    String::from_utf8(output.stderr).unwrap()
}

/// A file of this test's own.
fn file(name: &str, text: &str) -> String {
    let path: PathBuf = [env!("CARGO_TARGET_TMPDIR"), name].iter().collect();
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../evaluate/tests/golden/history_2.csv");

#[test]
fn simulate_gives_the_golden_vector() {
    let window = ["--from", "2018-01-01", "--to", "2018-01-08", "--json"];
    let report = json(&[&["simulate", HISTORY, "--backlog", "empty"][..], &window].concat());
    for class in ["abnormal", "normal"] {
        for order in ["historical", "first_come", "prioritised", "random"] {
            for field in ["n", "mean_days", "median_days", "p95_days", "max_days"] {
                assert!(report["classes"][class][order][field].is_number(), "{class} {order} {field}");
            }
        }
    }
    let mean = |class: &str, order: &str| report["classes"][class][order]["mean_days"].as_f64().unwrap();
    assert!((mean("abnormal", "historical") - 1.25).abs() < 1e-12);
    assert!((mean("abnormal", "prioritised") - 8.0 / 3.0).abs() < 1e-12);
    assert!((mean("normal", "prioritised") - 10.0 / 3.0).abs() < 1e-12);
    assert_eq!(report["still_queued"], 1);
    let preloaded = json(&[&["simulate", HISTORY, "--backlog", "preload"][..], &window].concat());
    let normal = preloaded["classes"]["normal"]["prioritised"]["mean_days"].as_f64().unwrap();
    assert!((normal - 11.0 / 3.0).abs() < 1e-12);
}

#[test]
fn headline_gives_both_hospitals() {
    let headline = json(&["headline", "--json"]);
    let hospitals = headline["hospitals"].as_array().unwrap();
    let paper: Vec<_> = hospitals.iter().map(|h| h["paper_prioritised_days"].as_f64().unwrap()).collect();
    assert_eq!(paper, [14.0, 5.0]);
    for rule in ["authors_rule", "corrected_rule"] {
        assert!(hospitals[0]["outcomes"][0][rule]["prioritised_days"].is_number());
    }
}

#[test]
fn reports_become_labels_and_labels_an_evaluation() {
    let (mut reports, mut studies) = ("id,text\n".to_owned(), Vec::new());
    for i in 0..24 {
        let text = if i < 12 { "Normal brain." } else { "Stable known meningioma." };
        reports.push_str(&format!("{i:03},{text}\n"));
        studies.push(format!("{{\"study_uid\": \"{i:03}\", \"score\": 0.{:02}}}", 10 + (i * 7) % 24 + i));
    }
    let (reports, labels) = (file("reports.csv", &reports), file("labels.csv", ""));
    let scores = file("results.json", &format!("{{\"studies\": [{}]}}", studies.join(",")));
    assert!(headway(&["label-reports", &reports, "--out", &labels]).status.success());
    let evaluate = ["evaluate", "--scores", &scores, "--labels", &labels, "--json"];
    let proposed = json(&evaluate);
    assert_eq!(proposed["confirmed"]["counts"]["normal"], 0);
    assert!(proposed["proposed"]["scored"]["auc"]["value"].is_number());
    let text = std::fs::read_to_string(&labels).unwrap().replace("proposed", "confirmed");
    std::fs::write(&labels, text).unwrap();
    let confirmed = json(&evaluate);
    assert_eq!(confirmed["confirmed"]["counts"]["abnormal"], 12);
    assert_eq!(confirmed["confirmed"]["scored"]["auc"], proposed["proposed"]["scored"]["auc"]);
    assert_eq!((&confirmed["paper"][0]["paper"], confirmed["paper"][0]["here"].is_object()), (&0.943.into(), true));
}

#[test]
fn faults_are_sentences_with_the_line() {
    let scores = file("scores.csv", "id,score\n1,0.5\n");
    let labels = file("faulty.csv", "\u{feff}id;label\r\n1;0\r\n2;ill\r\n");
    let said = sentence(&["evaluate", "--scores", &scores, "--labels", &labels]);
    assert!(said.contains("faulty.csv, line 3: \"ill\" is not a label"), "{said}");
    let said = sentence(&["simulate", &labels, "--from", "2018-01-01", "--to", "2018-02-01"]);
    assert!(said.contains("faulty.csv: There is no column \"score\""), "{said}");
    let said = sentence(&["label-reports", "missing.csv", "--out", "unused.csv"]);
    assert!(said.contains("missing.csv cannot be read"), "{said}");
    let fine = file("fine.csv", "id,label\n1,0\n");
    let said = sentence(&["evaluate", "--scores", &scores, "--labels", &fine, "--prevalence", "2"]);
    assert!(said.contains("The prevalence must lie between 0 and 1"), "{said}");
}

/// What a request to an address gets, as text.
fn get(address: &str, path: &str, headers: &str) -> String {
    use std::io::{Read, Write};
    let host = address.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_package_is_served_with_its_headers_and_nothing_beside_the_page() {
    use std::io::{BufRead, BufReader, Write};
    let path: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "package.zip"].iter().collect();
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, text) in
        [("page/index.html", "plain"), ("page/index.html.br", "small"), ("servers/nginx.conf", "hidden")]
    {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let mut serving = Command::new(env!("CARGO_BIN_EXE_headway"));
    let serving = serving.args(["serve", path.to_str().unwrap(), "--port", "0"]).stdout(std::process::Stdio::piped());
    let mut child = serving.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().trim_start_matches("Headway is at ").to_owned();
    let plain = get(&address, "/", "");
    let small = get(&address, "/", "Accept-Encoding: gzip, br\r\n");
    let others = ["/servers/nginx.conf", "/../Cargo.toml", "/nothing"].map(|path| get(&address, path, ""));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(plain.starts_with("HTTP/1.1 200") && plain.ends_with("plain"), "{plain}");
    assert!(plain.contains("Content-Security-Policy: default-src 'none'") && plain.contains("text/html"), "{plain}");
    assert!(small.ends_with("small") && small.contains("Content-Encoding: br"), "{small}");
    assert!(others.iter().all(|answer| answer.starts_with("HTTP/1.1 404")), "{others:?}");
    assert!(sentence(&["serve", "no-such.zip"]).starts_with("no-such.zip cannot be served"));
    assert!(sentence(&["serve"]).contains("built without a page"));
}

#[test]
fn a_series_can_be_named_and_an_unknown_one_is_a_sentence() {
    let folder: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "sample"].iter().collect();
    let folder = folder.to_str().unwrap();
    assert!(headway(&["sample", folder]).status.success());
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../../public/models/densenet121-synthetic");
    let score = ["score", folder, "--model", model, "--device", "cpu"];
    let refusal = sentence(&[&score[..], &["--series", "1.2.3"]].concat());
    assert!(refusal.starts_with("No study holds the series 1.2.3."), "{refusal}");
    let studies = json(&[&score[..], &["--json"]].concat())["studies"].clone();
    assert_eq!(studies[0]["chosen_by"], "rules");
    let other = studies[0]["rejected"][0]["series_uid"].as_str().unwrap();
    let named = json(&[&score[..], &["--json", "--series", other]].concat());
    assert_eq!(
        (named["studies"][0]["chosen_by"].as_str(), named["studies"][0]["series_uid"].as_str()),
        (Some("reader"), Some(other))
    );
}
