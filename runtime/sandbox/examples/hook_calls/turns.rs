//! Lets two contenders take turns.

use std::error::Error;
use std::time::{Duration, Instant};

/// Something that can be called again and again.
pub(crate) trait Contender: Sync {
    /// One call; an answer that is not an approval is an error.
    fn call(&self) -> impl Future<Output = Result<(), String>>;
}

/// Calls a second, and how much longer ours take: the medians of all turns.
pub(crate) struct Measured {
    pub(crate) ours: f64,
    pub(crate) bare: f64,
    pub(crate) ratio: f64,
}

const TURNS: u32 = 15;

pub(crate) fn measure(seconds: f64, threads: usize, ours: &impl Contender, bare: &impl Contender) -> Result<Measured, Box<dyn Error>> {
    let turn = Duration::from_secs_f64(seconds) / TURNS / 2;
    // What is only slow the first time is not what is measured.
    rate(ours, turn, threads)?;
    rate(bare, turn, threads)?;
    let (mut our_rates, mut bare_rates, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..TURNS {
        let (our, other) = if index % 2 == 0 {
            let our = rate(ours, turn, threads)?;
            (our, rate(bare, turn, threads)?)
        } else {
            let other = rate(bare, turn, threads)?;
            (rate(ours, turn, threads)?, other)
        };
        our_rates.push(our);
        bare_rates.push(other);
        ratios.push(other / our);
    }
    Ok(Measured { ours: median(our_rates), bare: median(bare_rates), ratio: median(ratios) })
}

/// Calls a second of all threads together, each with a runtime of its own.
fn rate(contender: &impl Contender, turn: Duration, threads: usize) -> Result<f64, String> {
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(|| calls(contender, turn))).collect();
        let rates = started.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?);
        rates.sum::<Result<f64, String>>()
    })
}

fn calls(contender: &impl Contender, turn: Duration) -> Result<f64, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let (started, mut count) = (Instant::now(), 0.0);
        while started.elapsed() < turn {
            contender.call().await?;
            count += 1.0;
        }
        Ok(count / started.elapsed().as_secs_f64())
    })
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
