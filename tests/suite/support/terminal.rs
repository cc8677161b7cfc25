//! A person at a terminal: a command whose stdin and stderr are one, and who answers what it asks.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::Ran;

/// A command that runs on a terminal; its stdout is a pipe.
pub(crate) struct Terminal {
    master: File,
    child: Child,
    shown: String,
}

impl Terminal {
    pub(crate) fn run(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("a terminal");
        let name = ptsname(&master, Vec::new()).expect("its name").into_string().expect("UTF-8");
        let slave = File::options().read(true).write(true).open(name).expect("its other side");
        // What it would wrap or colour is no matter here.
        command.env("NO_COLOR", "1").stdin(slave.try_clone().expect("a handle")).stderr(slave).stdout(Stdio::piped());
        let child = command.spawn().expect("the command runs");
        // The command has the other side alone: when it ends, reading does.
        drop(command);
        Self { master: File::from(master), child, shown: String::new() }
    }

    /// Reads until the terminal shows a prompt, and types an answer and Enter.
    #[track_caller]
    pub(crate) fn answer(mut self, prompt: &str, answer: &str) -> Self {
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).ends_with(prompt) {
            let mut byte = [0];
            let read = self.master.read(&mut byte).unwrap_or_default();
            assert_eq!(read, 1, "it asks `{prompt}`: {}", String::from_utf8_lossy(&bytes));
            bytes.push(byte[0]);
        }
        self.shown.push_str(&String::from_utf8(bytes).expect("UTF-8"));
        self.master.write_all(format!("{answer}\n").as_bytes()).expect("it reads");
        self
    }

    /// What the command did. As stderr stands what the terminal showed, with what was typed.
    pub(crate) fn end(mut self) -> Ran {
        let mut rest = Vec::new();
        // It ends with an error: the other side is gone.
        let _ = self.master.read_to_end(&mut rest);
        let output = self.child.wait_with_output().expect("it ends");
        let shown = self.shown + &String::from_utf8(rest).expect("UTF-8");
        Ran { stderr: shown.replace("\r\n", "\n"), ..Ran::from(output) }
    }
}
