//! The verbs over a hospital's own records, as a user runs them: JSON with the documented fields, or a sentence and exit status 1.

#![allow(clippy::unwrap_used, reason = "a test says what broke by panicking")]

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

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

/// A folder of this test's own, without what an earlier run left in it.
fn emptied(name: &str) -> PathBuf {
    let folder: PathBuf = [env!("CARGO_TARGET_TMPDIR"), name].iter().collect();
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
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

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../public/models/densenet121-synthetic");

/// Which model that is, without an image to score.
fn model_sha256() -> String {
    let empty: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "empty"].iter().collect();
    std::fs::create_dir_all(&empty).unwrap();
    let report = json(&["score", empty.to_str().unwrap(), "--model", MODEL, "--json"]);
    assert_eq!(report["score_means"], "score 0 to 100, not validated on patients");
    report["model"]["sha256"].as_str().unwrap().to_owned()
}

/// Scores of a model and labels that they half agree with.
fn scores_and_labels(name: &str, sha256: &str, examinations: usize) -> [String; 2] {
    let (mut labels, mut studies) = ("id,label\n".to_owned(), Vec::new());
    for n in 0..examinations {
        let score = ((n * 37) % 100) as f64 / 101.0 + 0.004;
        let abnormal = ((n * 61) % 100) as f64 <= 20.0 + 60.0 * score;
        labels.push_str(&format!("{n},{}\n", u8::from(abnormal)));
        studies.push(format!("{{\"study_uid\": \"{n}\", \"score\": {score}}}"));
    }
    let scores = format!("{{\"model\": {{\"sha256\": \"{sha256}\"}}, \"studies\": [{}]}}", studies.join(","));
    [file(&format!("{name}.json"), &scores), file(&format!("{name}.csv"), &labels)]
}

#[test]
fn a_calibration_is_adopted_from_the_model_that_was_evaluated_and_on_enough_labels() {
    let sha256 = model_sha256();
    let out: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "adopted"].iter().collect();
    let out = out.to_str().unwrap();
    let adopt = |[scores, labels]: [String; 2]| -> Vec<String> {
        let arguments =
            ["evaluate", "--scores", &scores, "--labels", &labels, "--model", MODEL, "--adopt", out, "--json"];
        arguments.map(str::to_owned).to_vec()
    };
    let as_str = |arguments: &[String]| headway(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let refusal = |arguments: &[String]| String::from_utf8(as_str(arguments).stderr).unwrap();
    assert!(refusal(&adopt(scores_and_labels("few", &sha256, 120))).contains("100 of each are needed"));
    assert!(refusal(&adopt(scores_and_labels("other", "0123456789abcdef", 300))).contains("given by another model"));
    let done = as_str(&adopt(scores_and_labels("enough", &sha256, 300)));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    let line = &report["confirmed"]["scored"]["local_calibration"]["line"];
    let read = |folder: &str| -> Value {
        serde_json::from_slice(&std::fs::read(format!("{folder}/card.json")).unwrap()).unwrap()
    };
    let (before, after) = (read(MODEL), read(out));
    assert_eq!((&after["evidence"], &after["weights"]), (&"local".into(), &before["weights"]));
    let slope = line["slope"]["value"].as_f64().unwrap() * before["calibration"]["slope"].as_f64().unwrap();
    assert!((after["calibration"]["slope"].as_f64().unwrap() - slope).abs() < 1e-12);
    assert_eq!(after["local"]["evaluated_sha256"], sha256.as_str());
    let empty: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "empty"].iter().collect();
    let used = json(&["score", empty.to_str().unwrap(), "--model", out, "--json"]);
    assert_eq!(used["model"]["evidence"], "local");
    assert_ne!(used["model"]["sha256"], sha256.as_str());
}

#[test]
fn a_reading_room_is_reckoned_both_ways() {
    let room = json(&["queue", "--readers", "1", "--arrivals", "4.8", "--json"]);
    let (events, formula) = (&room["by_events"], &room["by_formula"]);
    // M/M/1 at a load of 0.8 and reads of ten minutes: 0.8 / 0.2 * 1/6 h.
    assert!((formula["first_come_hours"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9);
    for field in ["first_come_hours", "flagged_hours", "not_flagged_hours", "abnormal_hours", "normal_hours"] {
        let off = events[field].as_f64().unwrap() / formula[field].as_f64().unwrap() - 1.0;
        assert!(off.abs() < 0.1, "{field}: {off}");
    }
    assert_eq!(json(&["queue", "--abnormal-minutes", "12", "--json"])["by_formula"], Value::Null);
    assert!(sentence(&["queue", "--arrivals", "60"]).contains("the queue grows for ever"));
}

/// Weeks of an exported list; from the 30th day on the scores of scanner B are higher where they drift.
fn exported_weeks(name: &str, drift: f64) -> String {
    let row = |n: usize| {
        let (day, scanner) = (n / 20, ["A", "B"][n % 2]);
        let shift = if scanner == "B" && day >= 30 { drift } else { 0.0 };
        let score = (0.6 * ((n * 7919) % 1000) as f64 / 1000.0 + shift).min(1.0);
        let reading = if ((n * 31) % 100) as f64 / 100.0 < score { "abnormal" } else { "normal" };
        format!(
            "{{\"exported_at\": \"2026-04-01T12:00:00\", \"study_uid\": \"1.{n}\", \"patient_id\": \"{n}\", \"study_date\": \"2026{:02}{:02}\", \
             \"scanner\": \"{scanner}\", \"chosen_by\": \"rules\", \"state\": \"scored\", \"score\": {score}, \"sensitive_threshold\": 0.3, \
             \"caution_count\": 0, \"model_name\": \"m\", \"model_version\": \"1\", \"evidence\": \"synthetic\", \"model_sha256\": \"x\", \
             \"reading\": \"{reading}\", \"reading_confidence\": \"certain\", \"read_at\": \"2026-03-01T12:00:00\", \"score_seen\": \"no\"}}",
            1 + day / 28,
            1 + day % 28,
        )
    };
    let rows: Vec<String> = (0..1120).map(row).collect();
    file(name, &format!("{{\"format\": \"headway-worklist\", \"version\": 1, \"studies\": [{}]}}", rows.join(",")))
}

#[test]
fn a_list_is_watched_and_a_drifting_scanner_named() {
    let watch = |list: &str| json(&["monitor", list, "--baseline-until", "2026-02-01", "--json"]);
    let rung = |report: &Value, rule: &str| {
        let alarms = report["alarms"].as_array().unwrap();
        alarms.iter().any(|alarm| alarm["rule"] == rule && (rule != "week_of_scanner" || alarm["scanner"] == "B"))
    };
    let (drifting, quiet) = (watch(&exported_weeks("drift.json", 0.3)), watch(&exported_weeks("quiet.json", 0.0)));
    assert!(rung(&drifting, "week_of_scanner") && rung(&drifting, "scores_up_cusum"), "{drifting}");
    assert!(!rung(&quiet, "week_of_scanner") && !rung(&quiet, "scores_up_cusum"), "{quiet}");
    assert!(quiet["weeks"].as_array().unwrap().len() >= 6);
    let said = sentence(&["monitor", &exported_weeks("quiet.json", 0.0), "--baseline-until", "2026-01-02"]);
    assert!(said.contains("100 of each are needed"), "{said}");
    let said = sentence(&["monitor", &file("no_list.csv", "id,score\n1,0.5\n"), "--baseline-until", "2026-01-02"]);
    assert!(said.contains("no_list.csv: This table is not a list that Headway exported"), "{said}");
}

#[test]
fn labels_join_by_patient_and_day() {
    let scores = r#"{"studies": [{"study_uid": "1.1", "patient_id": "007", "study_date": "20180131", "score": 0.9}]}"#;
    let scores = file("dated.json", scores);
    let joined =
        |labels: &str| json(&["evaluate", "--scores", &scores, "--labels", &file("dated.csv", labels), "--json"]);
    let counted = |report: &Value| report["confirmed"]["counts"]["abnormal"].clone();
    assert_eq!(counted(&joined("patient_id,study_date,label\n007,31/01/2018,1\n")), 1);
    let missed = joined("patient_id,study_date,label\n7,2018-01-31,1\n");
    assert_eq!((counted(&missed), missed["unused"]["labels_unmatched"].as_array().unwrap().len()), (0.into(), 1));
    let open = file("open.csv", "patient_id,study_date,label\n007,03/04/2018,1\n");
    let ask = ["evaluate", "--scores", &scores, "--labels", &open];
    assert!(sentence(&ask).contains("open.csv, line 2: This date can be day/month or month/day"));
    assert!(headway(&[&ask[..], &["--dates", "dmy"]].concat()).status.success());
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
    let serving = serving.args(["serve", path.to_str().unwrap(), "--port", "0"]).stdout(Stdio::piped());
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
fn a_reader_that_has_seen_enough_is_no_fault() {
    let mut head = Command::new(env!("CARGO_BIN_EXE_headway"));
    let mut running = head.args(["headline", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(running.stdout.take());
    let output = running.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_series_can_be_named_and_an_unknown_one_is_a_sentence() {
    let folder = emptied("sample");
    let folder = folder.to_str().unwrap();
    assert!(headway(&["sample", folder]).status.success());
    let score = ["score", folder, "--model", MODEL, "--device", "cpu"];
    let refusal = sentence(&[&score[..], &["--series", "1.2.3"]].concat());
    assert!(refusal.starts_with("No study holds the series 1.2.3."), "{refusal}");
    let studies = json(&[&score[..], &["--json"]].concat())["studies"].clone();
    assert_eq!(studies[0]["chosen_by"], "rules");
    assert_eq!((&studies[0]["state"], studies[0]["notices"].as_array().map(Vec::len)), (&"scored".into(), Some(0)));
    let other = studies[0]["rejected"][0]["series_uid"].as_str().unwrap();
    let named = json(&[&score[..], &["--json", "--series", other]].concat());
    assert_eq!(
        (named["studies"][0]["chosen_by"].as_str(), named["studies"][0]["series_uid"].as_str()),
        (Some("reader"), Some(other))
    );
}

/// The map itself is a promise of `tests/tumours.rs`: here, that no map is made of what has no score.
#[test]
fn attention_is_refused_where_the_study_is() {
    let folder = emptied("no-study");
    std::fs::write(folder.join("note.txt"), "no image").unwrap();
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../../public/models/densenet121-synthetic");
    let out = folder.join("map.nii.gz");
    let phantom = emptied("a-study");
    let said = sentence(&["attention", folder.to_str().unwrap(), "--model", model, "--out", out.to_str().unwrap()]);
    assert!(said.contains("No study was found") && !out.exists(), "{said}");
    assert!(headway(&["phantom", phantom.to_str().unwrap()]).status.success());
    let asked = ["--series", "1.2.3", "--model", model, "--out", out.to_str().unwrap()];
    let said = sentence(&[&["attention", phantom.to_str().unwrap()][..], &asked].concat());
    assert!(said.contains("No study holds the series 1.2.3") && !out.exists(), "{said}");
}
