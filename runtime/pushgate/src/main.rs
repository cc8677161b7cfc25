//! The command `pushgate`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Components are compiled, and settings compared with their schema, in a process of their own: this program again.
    if let Some(done) = pushgate_sandbox::worker::run_if_asked(std::env::args_os()) {
        return done;
    }
    ExitCode::from(pushgate::cli::run(std::env::args_os()))
}
