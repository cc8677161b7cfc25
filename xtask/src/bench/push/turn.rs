//! One turn of one contender: a registry of its own, what it has beforehand, the push, and a look at what arrived.

use std::collections::BTreeSet;

use super::case::Case;
use super::contender::{Contender, Present, Push, REPOSITORY};
use super::guard::TokenServer;
use super::images::Images;
use super::line::Line;
use super::scratch;
use super::usage::Usage;
use super::verify::verify;
use crate::Outcome;
use crate::parts::{DockerRegistry, Request};

const TAG: &str = "v1";

/// Where and what is pushed.
pub(super) struct Stage<'a> {
    pub(super) line: &'a Line,
    pub(super) images: &'a Images,
    pub(super) case: Case,
    /// Gives the tokens, where the case has them.
    pub(super) tokens: Option<&'a TokenServer>,
}

/// What a contender's turns came to.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) usages: Vec<Usage>,
    /// How many requests the registry saw, for each turn.
    pub(super) requests: Vec<usize>,
    /// Over how many connections they came, for each turn.
    pub(super) connections: Vec<usize>,
    /// The requests of the last turn.
    pub(super) last_requests: Vec<Request>,
    /// Why it has no more turns.
    pub(super) failed: Option<String>,
}

impl Entry {
    pub(super) const fn new(name: &'static str) -> Self {
        Self { name, usages: Vec::new(), requests: Vec::new(), connections: Vec::new(), last_requests: Vec::new(), failed: None }
    }

    /// One more turn; a contender that failed has none.
    pub(super) fn take_turn(&mut self, stage: &Stage<'_>, contender: &Contender) {
        if self.failed.is_some() {
            return;
        }
        match turn(stage, contender) {
            Ok((usage, requests)) => {
                self.usages.push(usage);
                self.requests.push(requests.len());
                self.connections.push(requests.iter().map(|request| &request.connection).collect::<BTreeSet<_>>().len());
                self.last_requests = requests;
            }
            Err(reason) => {
                eprintln!("xtask: {}, {}: {reason}", stage.case, stage.line.name());
                self.failed = Some(reason);
            }
        }
    }
}

fn turn(stage: &Stage<'_>, contender: &Contender) -> Outcome<(Usage, Vec<Request>)> {
    let Stage { line, images, case, tokens } = stage;
    let folder = scratch::registry_folder()?;
    let guards = tokens.map(TokenServer::guards);
    let registry = line.at_server(|| DockerRegistry::start_at(line.server_address(), folder, guards.as_ref()))?;
    let image = images.of(*case)?;
    let before = case.before().map(|(name, tag)| Ok::<_, String>((name, images.get(name)?, tag))).transpose()?;
    let authority = tokens.map(TokenServer::authority);
    let push = Push {
        name: case.image(),
        image: &image,
        host: registry.host(),
        tag: TAG,
        loopback: matches!(line, Line::Loopback),
        authority: authority.as_deref(),
        present: match &before {
            None => Present::Nothing,
            Some(_) if *case == Case::NothingToDo => Present::Everything,
            Some((_, base, _)) => Present::Base(base),
        },
    };
    if let Some((name, image, tag)) = &before {
        let first = Push { name: *name, image, tag, present: Present::Nothing, ..push };
        contender.prepare(&first)?;
        // Beside the registry where that is possible: this is not what is measured.
        if contender.works_anywhere() {
            line.at_server(|| contender.push(&first))?
        } else {
            line.at_client(|| contender.push(&first))?
        };
    }
    contender.prepare(&push)?;
    let seen = if before.is_some() { line.at_server(|| registry.requests())?.len() } else { 0 };
    let usage = line.at_client(|| contender.push(&push))?;
    let (folder, requests) = registry.stop();
    // What arrived is in the folder; one in clear that asks for nothing shows it.
    let verified = line.at_server(|| {
        let registry = DockerRegistry::start_at(line.server_address(), folder, None)?;
        verify(registry.host(), REPOSITORY, TAG, &image, contender.exactness())
    });
    verified.map_err(|error| format!("{}: {error}", contender.name()))?;
    Ok((usage, requests.into_iter().skip(seen).collect()))
}
