//! The memory, tables and instances of one call.

use wasmtime::{Error, ResourceLimiter, Result};

use crate::Limits;

/// Sums what all memories and tables of one store have, and refuses what would be too much.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory: Budget,
    table: Budget,
    instances: usize,
    tables: usize,
    memories: usize,
    refused: Option<Refused>,
}

/// Which growth was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    Memory,
    Table,
}

#[derive(Debug)]
struct Budget {
    limit: usize,
    used: usize,
    peak: usize,
    /// The growth that was allowed last, in case that it then fails.
    last: usize,
}

impl Budget {
    fn new(limit: usize) -> Self {
        Self { limit, used: 0, peak: 0, last: 0 }
    }

    fn grow(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> bool {
        let growth = desired.saturating_sub(current);
        // A growth past the type's own maximum fails afterwards, and no failure of ours is to be blamed for it.
        if maximum.is_some_and(|maximum| desired > maximum) {
            self.last = 0;
            return true;
        }
        match self.used.checked_add(growth) {
            Some(used) if used <= self.limit => {
                self.used = used;
                self.last = growth;
                self.peak = self.peak.max(used);
                true
            }
            _ => false,
        }
    }

    fn give_back(&mut self) {
        self.used = self.used.saturating_sub(std::mem::take(&mut self.last));
    }
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory: Budget::new(limits.memory_bytes),
            table: Budget::new(limits.table_elements),
            instances: limits.instances,
            tables: limits.tables,
            memories: limits.memories,
            refused: None,
        }
    }

    /// The most bytes that all memories had together.
    pub(crate) fn memory_peak(&self) -> u64 {
        self.memory.peak.try_into().unwrap_or(u64::MAX)
    }

    /// The limit that a refused growth would have broken, in words.
    pub(crate) fn refused(&self) -> Option<String> {
        Some(match self.refused? {
            Refused::Memory => format!("{} bytes of memory", self.memory.limit),
            Refused::Table => format!("{} table elements", self.table.limit),
        })
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let allowed = self.memory.grow(current, desired, maximum);
        if !allowed {
            self.refused = Some(Refused::Memory);
        }
        Ok(allowed)
    }

    fn memory_grow_failed(&mut self, _error: Error) -> Result<()> {
        self.memory.give_back();
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let allowed = self.table.grow(current, desired, maximum);
        if !allowed {
            self.refused = Some(Refused::Table);
        }
        Ok(allowed)
    }

    fn table_grow_failed(&mut self, _error: Error) -> Result<()> {
        self.table.give_back();
        Ok(())
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn memories(&self) -> usize {
        self.memories
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_share_one_budget() {
        let mut limiter = Limiter::new(&Limits { memory_bytes: 100, ..Limits::default() });
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(!limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(0, 40, None).unwrap());
        assert!(!limiter.memory_growing(60, usize::MAX, None).unwrap());
        assert_eq!(limiter.memory_peak(), 100);
        assert_eq!(limiter.refused().as_deref(), Some("100 bytes of memory"));
    }

    #[test]
    fn a_growth_that_fails_is_given_back() {
        let mut limiter = Limiter::new(&Limits { memory_bytes: 100, ..Limits::default() });
        assert!(limiter.memory_growing(0, 100, None).unwrap());
        limiter.memory_grow_failed(Error::msg("out of memory")).unwrap();
        assert!(limiter.memory_growing(0, 50, None).unwrap());
        assert!(limiter.memory_growing(50, 200, Some(60)).unwrap());
        limiter.memory_grow_failed(Error::msg("beyond its maximum")).unwrap();
        assert!(limiter.memory_growing(50, 100, None).unwrap());
        assert_eq!(limiter.refused(), None);
    }
}
