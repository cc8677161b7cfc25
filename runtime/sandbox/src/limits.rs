//! What one call of a flavor may use.

use std::time::Duration;

/// The limits of one call. Each call has all of them; there is no way to switch one off.
///
/// The default is meant for every flavor: a Python component of 18 MB needs 40 core instances and some 40 MiB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all linear memories of the component together.
    pub memory_bytes: usize,
    /// Number of linear memories.
    pub memories: usize,
    /// Elements of all tables together.
    pub table_elements: usize,
    /// Number of tables.
    pub tables: usize,
    /// Number of core instances.
    pub instances: usize,
    /// Time in which the guest's own code runs, counted in ticks of 10 ms, each of which may be shorter.
    pub compute: Duration,
    /// Time from the start of the call to its answer. The time in which [`FlavorHost::images`](crate::FlavorHost::images) reads
    /// the source is not counted: whoever implements it bounds that.
    pub wall: Duration,
    /// Bytes that one call over the boundary may make the host copy out of the guest, the answer included.
    pub host_call_bytes: usize,
    /// Calls of functions of capabilities: questions to the registry, HTTP requests. Those without a grant do not count.
    pub capability_calls: usize,
    /// Bytes of all replies to them together.
    pub capability_bytes: usize,
    /// Handles of host resources that the guest may hold at once.
    pub handles: usize,
    /// Bytes of log messages that are kept; what the guest writes to stderr counts.
    pub log_bytes: usize,
    /// Number of log messages that are kept.
    pub log_records: usize,
    /// Bytes of one text of the guest: a log message, or a text of its answer. What is longer is cut at a character's boundary.
    pub text_bytes: usize,
    /// Number of violations that are kept.
    pub violations: usize,
    /// Bytes of all texts of the violations together.
    pub violation_bytes: usize,
    /// Bytes of the settings schema.
    pub schema_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            memories: 16,
            table_elements: 100_000,
            tables: 128,
            instances: 128,
            compute: Duration::from_secs(2),
            wall: Duration::from_secs(10),
            host_call_bytes: 1 << 20,
            capability_calls: 64,
            capability_bytes: 16 << 20,
            handles: 256,
            log_bytes: 64 << 10,
            log_records: 1_000,
            text_bytes: 8 << 10,
            violations: 100,
            violation_bytes: 64 << 10,
            schema_bytes: 256 << 10,
        }
    }
}
