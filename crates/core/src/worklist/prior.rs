//! Which studies of a list are priors: the same patient was examined again later, and that examination is in the list too.

use super::WorklistRow;
use std::collections::HashMap;

/// What archives and anonymisers write where there is no *Patient ID*, in lower case.
const PLACEHOLDERS: [&str; 11] =
    ["0", "123456", "anon", "anonymous", "anonymized", "anonymised", "n/a", "na", "none", "unknown", "test"];

/// Says of each row on which day the patient was examined last, if that was another and later examination of the list.
///
/// *Patient ID* (0010,0020) must be stated and no placeholder, and nothing else that two headers state of the patient may differ.
pub fn mark_priors(rows: &mut [WorklistRow]) {
    let mut newest: HashMap<&str, &WorklistRow> = HashMap::new();
    for row in rows.iter().filter(|row| is_id(&row.patient.id) && !row.study.date.is_empty()) {
        let known = newest.entry(row.patient.id.as_str()).or_insert(row);
        if when(row) > when(known) {
            *known = row;
        }
    }
    let prior_of = |row: &WorklistRow| {
        let last = newest.get(row.patient.id.as_str())?;
        let is_prior = when(row) < when(last) && !row.study.date.is_empty() && row.patient.agrees_with(&last.patient);
        is_prior.then(|| last.study.date.clone())
    };
    let found: Vec<Option<String>> = rows.iter().map(prior_of).collect();
    rows.iter_mut().zip(found).for_each(|(row, prior_of)| row.prior_of = prior_of);
}

/// `000` and `xxx` are no ids either.
fn is_id(id: &str) -> bool {
    let plain = id.trim().to_lowercase();
    let is_filler = plain.len() > 2 && plain.chars().all(|c| plain.starts_with(c));
    !plain.is_empty() && !is_filler && !PLACEHOLDERS.contains(&plain.as_str())
}

fn when(row: &WorklistRow) -> (&str, &str) {
    (&row.study.date, &row.study.time)
}

#[cfg(test)]
mod tests {
    use super::super::sample::unscored;
    use super::*;

    fn priors(rows: &[(&str, &str, &str)]) -> Vec<Option<String>> {
        let mut rows: Vec<WorklistRow> = rows
            .iter()
            .enumerate()
            .map(|(index, (id, birth_date, date))| {
                let mut row = unscored(&format!("1.{index}"), date);
                (row.patient.id, row.patient.birth_date) = ((*id).to_owned(), (*birth_date).to_owned());
                row
            })
            .collect();
        mark_priors(&mut rows);
        rows.into_iter().map(|row| row.prior_of).collect()
    }

    #[test]
    fn the_older_examinations_of_a_patient_are_priors_of_the_newest() {
        let newest = Some("20260103".to_owned());
        let found =
            priors(&[("7", "", "20250101"), ("7", "", "20260103"), ("7", "", "20240101"), ("8", "", "20200101")]);
        assert_eq!(found, [newest.clone(), None, newest, None]);
    }

    #[test]
    fn placeholders_other_people_and_missing_dates_join_nothing() {
        for id in ["", "anonymous", "Unknown", "0000", "XXX"] {
            assert_eq!(priors(&[(id, "", "20250101"), (id, "", "20260101")]), [None, None], "{id}");
        }
        assert_eq!(priors(&[("7", "19500101", "20250101"), ("7", "19800101", "20260101")]), [None, None]);
        assert_eq!(priors(&[("7", "", ""), ("7", "", "20260101")]), [None, None]);
    }
}
