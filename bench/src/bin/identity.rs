//! What it costs to find out who a caller is: arguments are the kind of the rules (`exact`,
//! `expressions` or `mixed`) and how many there are; the output is microseconds for each caller.
//!
//! The last rule matches, so that none before it can be left out.

use peercert::{Report, Rules};
use peercert_bench::Usage;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write as _};

const PEM: &[u8] = include_bytes!("../../../tests/pki/live/good.pem");

/// How many callers are measured, after as many for warming up.
const ROUNDS: u32 = 20_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(kind), Some(count)) = (arguments.next(), arguments.next()) else {
        return Err("usage: identity exact|expressions|mixed COUNT".into());
    };
    let rules = Rules::new(text(&kind, count.parse()?)?)?;
    let report = Report::of_verdict(PEM, "SUCCESS")?;
    let run = || -> Result<f64, Box<dyn std::error::Error>> {
        let start = Usage::now()?;
        for _ in 0..ROUNDS {
            black_box(rules.identify(black_box(&report)))?;
        }
        Ok((Usage::now()?.cpu - start.cpu) * 1e6 / f64::from(ROUNDS))
    };
    run()?;
    writeln!(io::stdout(), "{:.3}", run()?)?;
    Ok(())
}

fn text(kind: &str, count: usize) -> Result<String, Box<dyn std::error::Error>> {
    let exact = |out: &mut String, at| writeln!(out, "subject.CN other-{at} user-{at}");
    let expression = |out: &mut String, at| {
        writeln!(
            out,
            r"email /(.+)@host-{at}\.example\.org/ \1-{at} groups=g{at}"
        )
    };
    let mut out = String::new();
    for at in 1..count {
        match kind {
            "exact" => exact(&mut out, at)?,
            "expressions" => expression(&mut out, at)?,
            "mixed" if at % 2 == 0 => exact(&mut out, at)?,
            "mixed" => expression(&mut out, at)?,
            other => return Err(format!("no kind of rules is called {other}").into()),
        }
    }
    out.push_str(match kind {
        "exact" => "subject.CN test-client jane groups=staff\n",
        _ => "email /(.+)@example\\.org/ \\1 groups=staff\n",
    });
    Ok(out)
}
