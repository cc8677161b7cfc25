//! The command `pushgate`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(pushgate::cli::run(std::env::args_os()))
}
