//! The registry as a program: `pushgate-test-registry [--address HOST:PORT] [--username NAME --password-file FILE]`.
//!
//! With `--tls-folder` it speaks TLS and writes `ca.pem`, `certificate.pem` and `key.pem` there; with `--token-certificate` its tokens are signed,
//! and another registry that trusts the certificate in that file takes them. It prints the address that it listens on as one line on stdout, and serves until it is stopped; with `--stop-with-stdin`, until its stdin ends.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use pushgate_test_registry::{Options, Registry, TokenSigner};

const USAGE: &str = "usage: pushgate-test-registry [--address HOST:PORT] [--username NAME --password-file FILE] [--token]\n       [--tls-folder FOLDER] [--token-certificate FILE] [--stop-with-stdin]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Nothing is left to do about a stderr that is gone.
            let _ = writeln!(std::io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let (stop_with_stdin, tls_folder) = (arguments.stop_with_stdin, arguments.tls_folder.clone());
    let options = arguments.into_options()?;
    let address = options.address;
    let registry = Registry::start_blocking(options).map_err(|error| format!("cannot listen on {address}: {error}"))?;
    if let (Some(folder), Some(identity)) = (tls_folder, registry.identity()) {
        for (name, pem) in [("ca.pem", &identity.ca), ("certificate.pem", &identity.certificate), ("key.pem", &identity.key)] {
            write(&folder.join(name), pem)?;
        }
    }
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", registry.host()).and_then(|()| stdout.flush()).map_err(|error| format!("cannot print the address: {error}"))?;
    if stop_with_stdin {
        let mut rest = Vec::new();
        // An error ends it like the end.
        let _ = std::io::stdin().read_to_end(&mut rest);
        return Ok(());
    }
    loop {
        std::thread::park();
    }
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    std::fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))
}

#[derive(Default)]
struct Arguments {
    address: Option<SocketAddr>,
    username: Option<String>,
    password_file: Option<String>,
    token: bool,
    tls_folder: Option<PathBuf>,
    token_certificate: Option<PathBuf>,
    stop_with_stdin: bool,
}

impl Arguments {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
            match argument.as_str() {
                "--address" => {
                    let value = value()?;
                    let address = value.parse().map_err(|_| format!("--address {value}: not an IP address and port"))?;
                    parsed.address = Some(address);
                }
                "--username" => parsed.username = Some(value()?),
                "--password-file" => parsed.password_file = Some(value()?),
                "--token" => parsed.token = true,
                "--tls-folder" => parsed.tls_folder = Some(value()?.into()),
                "--token-certificate" => parsed.token_certificate = Some(value()?.into()),
                "--stop-with-stdin" => parsed.stop_with_stdin = true,
                _ => return Err(format!("unknown argument {argument}\n{USAGE}")),
            }
        }
        Ok(parsed)
    }

    fn into_options(self) -> Result<Options, String> {
        let mut options = Options::default();
        if let Some(address) = self.address {
            options.address = address;
            options.tls_names.push(address.ip().to_string());
        }
        options.tls = self.tls_folder.is_some();
        if let Some(file) = &self.token_certificate {
            let signer = TokenSigner::new().map_err(|error| format!("cannot make a key for tokens: {error}"))?;
            write(file, signer.certificate())?;
            options.signer = Some(Arc::new(signer));
        }
        match (self.username, self.password_file) {
            (None, None) if self.token => return Err(format!("--token needs --username and --password-file\n{USAGE}")),
            (None, None) => {}
            (Some(username), Some(file)) => {
                let password = std::fs::read_to_string(&file).map_err(|error| format!("cannot read {file}: {error}"))?;
                let password = password.trim_end_matches(['\r', '\n']);
                options = if self.token { options.token(&username, password) } else { options.basic(&username, password) };
            }
            _ => return Err(format!("--username and --password-file belong together\n{USAGE}")),
        }
        Ok(options)
    }
}
