//! Documents that are written from the code say what the code says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::reason::Code;
use std::fmt::Write;
use std::path::Path;

/// `docs/reasons.md` lists every code. Set `HEADWAY_WRITE_DOCS` to write it anew.
#[test]
fn reasons_are_documented() {
    let mut text = String::from(
        "# Reasons\n\nEvery file that is not used and every study without a score carries one of these codes, \
         with a sentence for the reader. Written from `crates/core/src/reason.rs` by the test `reasons_are_documented`.\n\n\
         | code | whose matter | what it means |\n|---|---|---|\n",
    );
    for &code in Code::ALL {
        let whose = serde_json::to_value(code.whose()).unwrap();
        writeln!(text, "| `{}` | {} | {} |", code.as_str(), whose.as_str().unwrap(), code.meaning()).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reasons.md");
    if std::env::var_os("HEADWAY_WRITE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "docs/reasons.md is out of step: run the tests once with HEADWAY_WRITE_DOCS=1");
}

/// What a document says is shown by a test is shown by one that exists.
#[test]
fn every_test_that_a_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut named = 0;
    for document in ["SECURITY.md", "docs/hazards.md", "docs/deploy.md", "docs/privacy.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        for name in text.split('`').filter(|word| word.ends_with(".test.mjs") || word.ends_with(".rs")) {
            let inside = if name.contains('/') { name.to_owned() } else { format!("tests/e2e/{name}") };
            assert!(root.join(&inside).is_file(), "{document} names {name}, which does not exist");
            named += 1;
        }
    }
    assert!(named > 30, "only {named} names were found");
}
