//! Known weaknesses of what is used: asked of the services that keep the lists, which not every machine can reach.

use crate::run::program;
use crate::tools;
use serde_json::Value;

/// What a service says.
pub enum Answer {
    /// Nothing is known.
    Nothing,
    /// So many weaknesses.
    Found(u64),
    /// It could not be asked, and why: nothing is known either way.
    NotAsked(String),
}

/// Who is asked by which command, and where the number stands in what it prints.
const QUESTIONS: [(&str, &str, &str); 3] = [
    ("Rust crates", "cargo audit --json", "/vulnerabilities/count"),
    (
        "npm packages of tests/e2e",
        "npm audit --json --prefix tests/e2e --package-lock-only",
        "/metadata/vulnerabilities/total",
    ),
    (
        "npm packages of benches",
        "npm audit --json --prefix benches --package-lock-only",
        "/metadata/vulnerabilities/total",
    ),
];

/// Asks about all that the project is built from, and says what came of it.
pub fn ask() -> Vec<Answer> {
    let asked = QUESTIONS.into_iter().map(|(what, line, number)| {
        let answer = match program(line).output() {
            Ok(output) => read(&output.stdout, &output.stderr, number),
            Err(error) => Answer::NotAsked(error.to_string()),
        };
        match &answer {
            Answer::Nothing => println!("{what}: nothing is known against them."),
            Answer::Found(number) => println!("{what}: {number} known weaknesses; `{line}` names them."),
            Answer::NotAsked(why) => println!("{what}: could not be asked for ({why}). Nothing is known either way."),
        }
        answer
    });
    asked.collect()
}

/// `cargo xtask audit`: as every test run asks, but with what it takes installed.
///
/// # Errors
/// Where something is known, or where a service could not be asked.
pub fn verb() -> Result<(), String> {
    tools::setup(tools::FOR_AUDIT)?;
    match ask().iter().all(|answer| matches!(answer, Answer::Nothing)) {
        true => Ok(()),
        false => Err("Above it says what was found, or could not be asked for.".to_owned()),
    }
}

/// A number where there should be one; else the first line of the complaint.
fn read(printed: &[u8], complaint: &[u8], number: &str) -> Answer {
    let printed: Option<Value> = serde_json::from_slice(printed).ok();
    match printed.and_then(|answer| answer.pointer(number)?.as_u64()) {
        Some(0) => Answer::Nothing,
        Some(found) => Answer::Found(found),
        None => {
            let complaint = String::from_utf8_lossy(complaint);
            let first = complaint.lines().map(str::trim).find(|line| !line.is_empty());
            Answer::NotAsked(first.unwrap_or("no answer").trim_end_matches('.').to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_from_silence() {
        let number = QUESTIONS[1].2;
        let answer = |printed: &str| read(printed.as_bytes(), b"\nnpm warn audit 405 Method Not Allowed\n", number);
        assert!(matches!(answer(r#"{"metadata": {"vulnerabilities": {"total": 0}}}"#), Answer::Nothing));
        assert!(matches!(answer(r#"{"metadata": {"vulnerabilities": {"total": 2}}}"#), Answer::Found(2)));
        let silent = [answer(r#"{"error": {"summary": ""}}"#), answer("")];
        assert!(silent.iter().all(|a| matches!(a, Answer::NotAsked(why) if why.contains("405"))));
    }
}
