//! What one call of a flavor may use.

use std::time::Duration;

/// The limits of one call. Each call has all of them; there is no way to switch one off, and none reaches past [`Limits::CAPS`].
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
    /// Handles of resources that the guest may hold at once, the host's and its own.
    pub handles: usize,
    /// Number of calls of capability functions; neither the getters of the push nor `log` count, and no call without a
    /// grant. A host whose calls cost several requests each holds those to the same number.
    pub capability_calls: usize,
    /// Bytes that all capability functions together may answer.
    pub capability_bytes: usize,
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
            handles: 256,
            capability_calls: 64,
            capability_bytes: 16 << 20,
            log_bytes: 64 << 10,
            log_records: 1_000,
            text_bytes: 8 << 10,
            violations: 100,
            violation_bytes: 64 << 10,
            schema_bytes: 256 << 10,
        }
    }
}

impl Limits {
    /// What no call may go beyond, whoever asks for it.
    pub const CAPS: Self = Self {
        memory_bytes: 1 << 30,
        memories: 128,
        table_elements: 1_000_000,
        tables: 1_000,
        instances: 1_000,
        compute: Duration::from_secs(60),
        wall: Duration::from_secs(120),
        host_call_bytes: 8 << 20,
        handles: 10_000,
        capability_calls: 1_000,
        capability_bytes: 256 << 20,
        log_bytes: 1 << 20,
        log_records: 10_000,
        text_bytes: 64 << 10,
        violations: 1_000,
        violation_bytes: 1 << 20,
        schema_bytes: 1 << 20,
    };

    /// These limits, each at most its cap.
    #[must_use]
    pub fn within_caps(&self) -> Self {
        let caps = Self::CAPS;
        Self {
            memory_bytes: self.memory_bytes.min(caps.memory_bytes),
            memories: self.memories.min(caps.memories),
            table_elements: self.table_elements.min(caps.table_elements),
            tables: self.tables.min(caps.tables),
            instances: self.instances.min(caps.instances),
            compute: self.compute.min(caps.compute),
            wall: self.wall.min(caps.wall),
            host_call_bytes: self.host_call_bytes.min(caps.host_call_bytes),
            handles: self.handles.min(caps.handles),
            capability_calls: self.capability_calls.min(caps.capability_calls),
            capability_bytes: self.capability_bytes.min(caps.capability_bytes),
            log_bytes: self.log_bytes.min(caps.log_bytes),
            log_records: self.log_records.min(caps.log_records),
            text_bytes: self.text_bytes.min(caps.text_bytes),
            violations: self.violations.min(caps.violations),
            violation_bytes: self.violation_bytes.min(caps.violation_bytes),
            schema_bytes: self.schema_bytes.min(caps.schema_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_within_the_caps_and_nothing_else_reaches_past_them() {
        let default = Limits::default();
        assert_eq!(default.within_caps(), default);
        let boundless = Limits { memory_bytes: usize::MAX, compute: Duration::MAX, wall: Duration::MAX, handles: 7, ..Limits::CAPS };
        assert_eq!(boundless.within_caps(), Limits { handles: 7, ..Limits::CAPS });
    }
}
