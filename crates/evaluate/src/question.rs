//! What a page may ask: one question with its files, one answer. The page's worker calls [`answer`]; nothing else does.

use crate::day::{DateOrder, Day};
use crate::document::Document;
use crate::evaluation::join::Mapping;
use crate::evaluation::{Adoption, LabelColumns, Labels, Scores, Settings, Worklist, evaluate, join};
use crate::reports::Rules;
use crate::reports::proposal::{Labelled, propose_all};
use crate::simulation::headline::headline;
use crate::simulation::queue::{QueueReport, Traffic};
use crate::simulation::{
    Backlog, Delay, History, HistoryColumns, Options, Rule, Scenario, StillQueued, Strata, simulate,
};
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// Seed of everything random that a page asks for.
const SEED: u64 = 1;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// What the model said: a list that Headway exported, the JSON of `headway score`, or a CSV.
    Scores,
    /// What was true.
    Labels,
    /// Which study a label's id stands for.
    Mapping,
    /// What another model said of the same studies.
    OtherScores,
    /// Dates of scans and reports.
    History,
    /// Radiology reports.
    Reports,
}

/// A file that the person handed in.
#[derive(Clone, Debug)]
pub struct File {
    /// What for.
    pub role: Role,
    /// Its name.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// Is the model good here? [`Role::Scores`]; [`Role::Labels`], or the readings in the scores' list.
    Evaluate {
        /// Score from which on an examination counts as flagged.
        threshold: f64,
        /// Another prevalence for predictive values, 0 to 1.
        prevalence: Option<f64>,
        /// Whether `03/04/2018` in the labels has its day first; `None` to take what the file settles.
        day_first: Option<bool>,
    },
    /// Would the order help here? [`Role::History`].
    Simulate(Box<Simulation>),
    /// The paper's headline, without files.
    Headline,
    /// A queue in hours, without files.
    Queue(Traffic),
    /// Is the model still what it was? [`Role::Scores`], a list that Headway exported.
    Monitor {
        /// First day after the stretch that is taken as usual, as 2026-01-31.
        baseline_until: String,
        /// Score from which on an examination counts as flagged.
        threshold: f64,
    },
    /// Labels out of [`Role::Reports`].
    Propose {
        /// Name of the column of ids.
        id: String,
        /// Name of the column of texts.
        text: String,
    },
}

/// How a simulation is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Simulation {
    /// First day, as 2018-01-01.
    pub from: String,
    /// Day after the last.
    pub to: String,
    /// See [`Options`].
    pub backlog: Backlog,
    /// See [`Options`].
    pub strata: Strata,
    /// See [`Options`].
    pub still_queued: StillQueued,
    /// See [`Options`].
    pub delay: Delay,
    /// See [`Options`].
    pub rule: Rule,
    /// See [`Options`].
    pub max_wait_days: Option<i32>,
    /// Whether `03/04/2018` has its day first; `None` to take what the file settles.
    pub day_first: Option<bool>,
    /// What if.
    pub scenario: Scenario,
}

/// An answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Answer {
    /// To be shown.
    pub document: Document,
    /// The same as `--json` of the command line prints it.
    pub json: String,
    /// For [`Question::Evaluate`]: the calibration that may be adopted, or why there is none.
    pub adoption: Option<Result<Adoption, String>>,
    /// For [`Question::Propose`]: a proposal for each report, in the file's order.
    pub proposals: Vec<Labelled>,
}

/// Answers.
///
/// # Errors
/// A sentence: which file and line, what is wrong, what to do.
pub fn answer(question: &Question, files: &[File]) -> Result<Answer, String> {
    match question {
        Question::Evaluate { threshold, prevalence, day_first } => {
            let settings = Settings { threshold: *threshold, prevalence: *prevalence, ..Settings::default() };
            evaluation(files, &settings, day_first.map(DateOrder::of))
        }
        Question::Simulate(asked) => simulation(files, asked),
        Question::Headline => {
            let headline = headline(SEED)?;
            answered(headline.document(), &headline)
        }
        Question::Queue(traffic) => {
            let report = QueueReport::of(traffic, SEED)?;
            answered(report.document(), &report)
        }
        Question::Monitor { baseline_until, threshold } => monitoring(files, baseline_until, *threshold),
        Question::Propose { id, text } => {
            let table = table(need(files, Role::Reports)?)?;
            let proposals = propose_all(&Rules::english()?, &table, id, text).map_err(|e| e.to_string())?;
            Ok(Answer { proposals, ..Answer::default() })
        }
    }
}

fn answered(document: Document, report: &impl Serialize) -> Result<Answer, String> {
    let json = serde_json::to_string_pretty(report).map_err(|e| e.to_string())?;
    Ok(Answer { document, json, ..Answer::default() })
}

fn find(files: &[File], role: Role) -> Option<&File> {
    files.iter().find(|file| file.role == role)
}

fn need(files: &[File], role: Role) -> Result<&File, String> {
    find(files, role).ok_or_else(|| {
        let what = match role {
            Role::Scores => "scores",
            Role::Labels => "labels",
            Role::Mapping => "ids and studies",
            Role::OtherScores => "another model's scores",
            Role::History => "scan and report dates",
            Role::Reports => "reports",
        };
        format!("Choose a file of {what} first.")
    })
}

fn table(file: &File) -> Result<Table, String> {
    Table::read(&file.name, &file.bytes).map_err(|e| e.to_string())
}

fn evaluation(files: &[File], settings: &Settings, date_order: Option<DateOrder>) -> Result<Answer, String> {
    settings.check()?;
    let file = need(files, Role::Scores)?;
    let list = if Worklist::is_one(&file.bytes) {
        Some(Worklist::read(&file.name, &file.bytes).map_err(|e| e.to_string())?)
    } else {
        None
    };
    let labels = match (find(files, Role::Labels), &list) {
        (Some(labels), _) => {
            Labels::from_table(&table(labels)?, &LabelColumns { date_order, ..LabelColumns::default() })
                .map_err(|e| e.to_string())?
        }
        (None, Some(list)) if !list.readings.rows.is_empty() => list.readings.clone(),
        (None, Some(_)) => {
            return Err("The list holds no reading made before its score was seen. Read studies in shadow mode, or choose a file of labels.".to_owned());
        }
        (None, None) => return Err("Choose a file of labels: these scores bring no readings along.".to_owned()),
    };
    let mapping = match find(files, Role::Mapping) {
        Some(mapping) => Mapping::from_table(&table(mapping)?).map_err(|e| e.to_string())?,
        None => Mapping::default(),
    };
    let read = |file: &File| Scores::read(&file.name, &file.bytes).map_err(|e| e.to_string());
    let (scores, cautions) = match list {
        Some(list) => (list.scores, list.cautions),
        None => (read(file)?, Vec::new()),
    };
    let other = find(files, Role::OtherScores).map(read).transpose()?;
    let mut report = evaluate(&join(&labels, &scores, &mapping), other.as_ref(), settings);
    report.cautions.splice(0..0, cautions);
    Ok(Answer { adoption: Some(report.adoption()), ..answered(report.document(), &report)? })
}

fn simulation(files: &[File], asked: &Simulation) -> Result<Answer, String> {
    let columns = HistoryColumns { date_order: asked.day_first.map(DateOrder::of), ..HistoryColumns::default() };
    let history = History::from_table(&table(need(files, Role::History)?)?, &columns).map_err(|e| e.to_string())?;
    let day = |what: &str, text: &str| Day::from_iso(text.trim()).map_err(|e| format!("{what}: {e}"));
    let options = Options {
        backlog: asked.backlog,
        strata: asked.strata,
        still_queued: asked.still_queued,
        delay: asked.delay,
        rule: asked.rule,
        max_wait_days: asked.max_wait_days,
        seed: SEED,
        ..Options::new(day("First day", &asked.from)?, day("Day after the last", &asked.to)?)
    };
    let report = simulate(&history, &options, &asked.scenario)?;
    answered(report.document(), &report)
}

fn monitoring(files: &[File], baseline_until: &str, threshold: f64) -> Result<Answer, String> {
    let file = need(files, Role::Scores)?;
    let list = Worklist::read(&file.name, &file.bytes).map_err(|e| e.to_string())?;
    let until = Day::from_iso(baseline_until.trim()).map_err(|e| format!("End of the baseline: {e}"))?;
    let report = list.watched(until, threshold)?;
    answered(report.document(), &report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(role: Role, name: &str, text: String) -> File {
        File { role, name: name.to_owned(), bytes: text.into_bytes() }
    }

    /// A list whose scores are higher where the reading is abnormal.
    fn list(studies: usize) -> String {
        let row = |n: usize| {
            let (abnormal, day) = (n.is_multiple_of(3), 1 + n % 28);
            let score = (n * 7 % 10) as f64 / 20.0 + if abnormal { 0.4 } else { 0.0 };
            let reading = if abnormal { "abnormal" } else { "normal" };
            format!(
                r#"{{"study_uid":"1.{n}","accession_number":"A{n}","score":{score},"reading":"{reading}","study_date":"2026{:02}{day:02}","scanner":"S","chosen_by":"rules","model_sha256":"x"}}"#,
                1 + n / 28 % 12
            )
        };
        let rows: Vec<String> = (0..studies).map(row).collect();
        format!(r#"{{"format":"headway-worklist","version":1,"studies":[{}]}}"#, rows.join(","))
    }

    #[test]
    fn a_list_is_evaluated_by_its_own_readings_or_by_accession_numbers() {
        let question = Question::Evaluate { threshold: 0.5, prevalence: None, day_first: None };
        let own = answer(&question, &[file(Role::Scores, "list.json", list(60))]).unwrap();
        assert_eq!(own.document.charts().count(), 3);
        let labels = (0..60).map(|n| format!("A{n},{}\n", i32::from(n % 3 == 0))).collect::<String>();
        let files = [
            file(Role::Scores, "list.json", list(60)),
            file(Role::Labels, "labels.csv", format!("id,label\n{labels}")),
        ];
        let joined = answer(&question, &files).unwrap();
        let auc = |answer: &Answer| {
            let report: serde_json::Value = serde_json::from_str(&answer.json).unwrap();
            report["confirmed"]["scored"]["auc"]["value"].as_f64().unwrap()
        };
        assert_eq!(auc(&own), auc(&joined));
        assert!(auc(&own) > 0.8);
        let adoption = own.adoption.unwrap().unwrap();
        assert_eq!((adoption.evaluated_sha256.as_str(), adoption.normal, adoption.abnormal), ("x", 40, 20));
        assert!(adoption.slope > 0.0 && (adoption.auc - auc(&joined)).abs() < 1e-12);
    }

    #[test]
    fn scores_that_name_no_model_give_nothing_to_adopt() {
        let rows = |of: &dyn Fn(usize) -> String| (0..60).map(of).collect::<String>();
        let files = [
            file(Role::Scores, "s.csv", format!("id,score\n{}", rows(&|n| format!("{n},0.{}\n", (n * 7) % 10)))),
            file(Role::Labels, "l.csv", format!("id,label\n{}", rows(&|n| format!("{n},{}\n", n % 2)))),
        ];
        let question = Question::Evaluate { threshold: 0.5, prevalence: None, day_first: None };
        let refusal = answer(&question, &files).unwrap().adoption.unwrap().unwrap_err();
        assert!(refusal.contains("do not name one model"), "{refusal}");
    }

    #[test]
    fn what_is_missing_is_asked_for() {
        let ask = |question: &Question, files: &[File]| answer(question, files).unwrap_err();
        let evaluate = Question::Evaluate { threshold: 0.5, prevalence: None, day_first: None };
        assert_eq!(ask(&evaluate, &[]), "Choose a file of scores first.");
        let scores = file(Role::Scores, "s.csv", "id,score\n1,0.5\n".to_owned());
        assert!(ask(&evaluate, &[scores]).starts_with("Choose a file of labels"));
        let empty = file(Role::Scores, "l.json", list(3).replace("reading", "other"));
        assert!(ask(&evaluate, &[empty]).contains("Read studies in shadow mode"));
        let monitor = Question::Monitor { baseline_until: "soon".to_owned(), threshold: 0.5 };
        let refusal = ask(&monitor, &[file(Role::Scores, "l.json", list(300))]);
        assert!(refusal.starts_with("End of the baseline: \"soon\" is not a date"), "{refusal}");
    }

    #[test]
    fn monitoring_a_quiet_list_gives_weeks_and_a_chart() {
        let monitor = Question::Monitor { baseline_until: "2026-07-01".to_owned(), threshold: 0.55 };
        let found = answer(&monitor, &[file(Role::Scores, "l.json", list(300))]).unwrap();
        assert_eq!(found.document.charts().count(), 1);
    }

    #[test]
    fn a_history_is_simulated_as_asked_and_reports_become_proposals() {
        let history = crate::simulation::headline::example_history();
        let asked = Simulation {
            from: "2018-01-01".to_owned(),
            to: "2018-06-01".to_owned(),
            backlog: Backlog::Preload,
            strata: Strata::Label,
            still_queued: StillQueued::LeftOut,
            delay: Delay::AsHistory,
            rule: Rule::Score,
            max_wait_days: None,
            day_first: None,
            scenario: Scenario::default(),
        };
        let files = [file(Role::History, "h.csv", history)];
        let found = answer(&Question::Simulate(Box::new(asked)), &files).unwrap();
        assert_eq!(found.document.charts().count(), 2);
        let reports = file(Role::Reports, "r.csv", "id,text\n1,No infarct.\n2,Large meningioma.\n".to_owned());
        let propose = Question::Propose { id: "id".to_owned(), text: "text".to_owned() };
        let labels: Vec<_> =
            answer(&propose, &[reports]).unwrap().proposals.iter().map(|l| l.proposal.abnormal).collect();
        assert_eq!(labels, [Some(false), Some(true)]);
    }
}
