//! Connections that wait for their next request, or for their first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pushgate_reference::Origin;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::debug;

use crate::addresses::AddressPolicy;
use crate::connect::{Connection, Connector};
use crate::limiter::MAX_CONNECTIONS;
use crate::stream::Task;

/// Whatever stands before a registry may forget a connection on which nothing came for some time, and not say so.
const UNUSED: Duration = Duration::from_secs(30);

/// The idle connections, at most [`MAX_CONNECTIONS`] to each server. Those that may lead anywhere serve nobody who may go to the internet alone.
#[derive(Default)]
pub(crate) struct Pool(Mutex<HashMap<(Origin, AddressPolicy), Idle>>);

#[derive(Default)]
struct Idle {
    open: Vec<Kept>,
    opening: VecDeque<Opening>,
}

/// A connection that was used.
struct Kept {
    connection: Connection,
    since: Instant,
}

impl Kept {
    fn is_usable(&self) -> bool {
        !self.connection.sender.is_closed() && self.since.elapsed() < UNUSED
    }
}

/// A connection that is being opened, or was and has not been used. Its task ends with it.
struct Opening {
    connection: oneshot::Receiver<Connection>,
    since: Instant,
    _task: Task,
}

impl Pool {
    fn idle(&self) -> MutexGuard<'_, HashMap<(Origin, AddressPolicy), Idle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a connection for the next request, and closes the one that waited longest if there are too many.
    pub(crate) fn keep(&self, origin: &Origin, policy: AddressPolicy, connection: Connection) {
        if connection.sender.is_closed() {
            return;
        }
        let mut pool = self.idle();
        let open = &mut pool.entry((origin.clone(), policy)).or_default().open;
        open.retain(Kept::is_usable);
        open.push(Kept { connection, since: Instant::now() });
        if open.len() > MAX_CONNECTIONS {
            let oldest = open.iter().enumerate().min_by_key(|(_, kept)| kept.since).map(|(place, _)| place);
            oldest.map(|place| open.swap_remove(place));
        }
    }

    /// A connection that can take a request, as far as is known; one that is being opened is waited for. What has a
    /// body gets the one that has carried the most, on which the system sends fastest, and leaves it to the next that
    /// has one: what has none gets the other end.
    pub(crate) async fn take(&self, origin: &Origin, policy: AddressPolicy, has_body: bool) -> Option<Connection> {
        let server = (origin.clone(), policy);
        loop {
            let opening = {
                let mut idle = self.idle();
                let idle = idle.get_mut(&server)?;
                idle.open.retain(Kept::is_usable);
                let carried = idle.open.iter().enumerate().map(|(place, kept)| (kept.connection.carried, place));
                let chosen = if has_body { carried.max() } else { carried.min() };
                if let Some((_, place)) = chosen {
                    return Some(idle.open.swap_remove(place).connection);
                }
                idle.opening.pop_front()?
            };
            if opening.since.elapsed() < UNUSED
                && let Ok(connection) = opening.connection.await
                && !connection.sender.is_closed()
            {
                return Some(connection);
            }
        }
    }

    /// Opens connections until `count` are idle or being opened.
    pub(crate) fn fill(&self, connector: &Arc<Connector>, origin: &Origin, policy: AddressPolicy, count: usize) {
        let mut pool = self.idle();
        let idle = pool.entry((origin.clone(), policy)).or_default();
        idle.open.retain(Kept::is_usable);
        idle.opening.retain(|opening| opening.since.elapsed() < UNUSED);
        for _ in idle.open.len().saturating_add(idle.opening.len())..count {
            let (sender, connection) = oneshot::channel();
            let (connector, origin) = (Arc::clone(connector), origin.clone());
            let task = tokio::spawn(async move {
                match connector.connect(&origin, policy).await {
                    // Who waits for it may have given up.
                    Ok(connection) => drop(sender.send(connection)),
                    Err(error) => debug!(%origin, ?error, "no connection ahead"),
                }
            });
            idle.opening.push_back(Opening { connection, since: Instant::now(), _task: Task::new(&task) });
        }
    }
}
