//! Runs `tests/vectors/config.json`: every problem that the validator reports, and no other.

use peercert::Acceptor;
use peercert_tests::{options, rows, vectors};

#[test]
fn every_row_of_options_has_its_problems_and_no_other() {
    let vectors = vectors("config.json");
    let mut wrong = Vec::new();
    for row in rows(&vectors) {
        let result = Acceptor::new(options(&row["options"]));
        let mut found: Vec<_> = result.as_ref().err().map_or(Vec::new(), |error| {
            let problems = error.problems().iter();
            problems
                .map(|p| {
                    format!(
                        "{} {}",
                        p.code().name(),
                        p.context_value("option").unwrap_or("")
                    )
                })
                .collect()
        });
        let problems = row["problems"].as_array().unwrap().iter();
        let mut expected: Vec<_> = problems
            .map(|p| format!("{} {}", p[0].as_str().unwrap(), p[1].as_str().unwrap()))
            .collect();
        found.sort();
        expected.sort();
        if found != expected {
            wrong.push(format!(
                "{}: expected {expected:?}, found {found:?}",
                row["why"]
            ));
        }
        if let (Some(count), Ok(acceptor)) = (row["warnings"].as_u64(), &result) {
            assert_eq!(acceptor.warnings().len() as u64, count, "{}", row["why"]);
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
