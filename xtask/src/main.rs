//! What a contributor runs: `cargo xtask demo`, `cargo xtask test`, `cargo xtask bench`.
//!
//! Each makes sure of what it needs, so that a fresh machine needs no other step.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to the person who runs it")]

mod bench;
mod build;
mod command;
mod demo;
mod freeze;
mod generate;
mod parts;
mod projects;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "What a contributor runs")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Watch a flavor let one image through and refuse another
    Demo {
        /// Keep the registry up afterwards, to type the lines again
        #[arg(long)]
        keep: bool,
    },
    /// Run every test, with real parts
    Test {
        /// Fail where a part that tests need cannot be had
        #[arg(long)]
        require_all: bool,
        /// Only what needs no real part and no language but Rust: the tests of the libraries
        #[arg(long, conflicts_with = "require_all")]
        fast: bool,
        /// Only the tests whose name contains this
        filter: Option<String>,
    },
    /// Measure; prints figures and ratios as JSON
    Bench {
        /// Rounds of each measurement
        #[arg(long, default_value_t = 15)]
        rounds: usize,
        #[command(subcommand)]
        what: Option<Bench>,
    },
    /// Build the projects that `pushgate flavor new` writes and the examples, in one language or in all
    Projects {
        /// The language's word
        language: Option<String>,
    },
    /// Freeze the contract, and the conformance flavor in every language: for a release
    Freeze,
    /// Write the parts of the SDKs that are generated from the contract
    Generate {
        /// Only fail where a file is not what would be written
        #[arg(long)]
        check: bool,
    },
    /// A part of `bench push` that runs as a process of its own
    #[command(hide = true)]
    BenchPart {
        #[command(subcommand)]
        part: bench::PushPart,
    },
    /// Print the largest resident set of a command; for the benchmarks
    #[command(hide = true)]
    MemoryOf {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

#[derive(Subcommand)]
enum Bench {
    Push(bench::PushArguments),
    /// What the sandbox costs: hook calls, a cold check, compiling, a compile bomb
    Sandbox(bench::SandboxArguments),
    /// What the same flavor costs in each language; prints a table
    Languages(bench::SandboxArguments),
    /// What each flavor that ships costs; prints a table
    Flavors,
    /// A check against what ZenML needs to describe a container registry
    Zenml,
}

/// What went wrong, in words for the person who ran the task.
type Outcome<T = ()> = Result<T, String>;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Demo { keep } => demo::run(keep),
        Task::Test { fast: true, filter, .. } => test::run_fast(filter.as_deref()),
        Task::Test { require_all, filter, .. } => test::run(require_all, filter.as_deref()),
        Task::Bench { rounds, what: None } => bench::run(rounds),
        Task::Bench { what: Some(Bench::Push(arguments)), .. } => bench::run_push(&arguments),
        Task::Bench { what: Some(Bench::Sandbox(arguments)), .. } => bench::run_sandbox(&arguments),
        Task::Bench { what: Some(Bench::Languages(arguments)), .. } => bench::run_languages(&arguments),
        Task::Bench { rounds, what: Some(Bench::Flavors) } => bench::run_flavors(rounds),
        Task::Bench { rounds, what: Some(Bench::Zenml) } => bench::run_zenml(rounds),
        Task::Projects { language } => projects::run(language.as_deref()),
        Task::Freeze => freeze::run(),
        Task::Generate { check } => generate::run(check),
        Task::BenchPart { part } => part.run(),
        Task::MemoryOf { command } => bench::memory_of(&command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
