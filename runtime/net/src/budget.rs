//! How many requests a question may cost.
//!
//! One question of a flavor can become many requests: the pages of a list, a token, attempts that are repeated. All
//! requests pass one place, far below the question, so the budget goes along with the task that asks and not through
//! every function between the two. A push has none.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

tokio::task_local! {
    static BUDGET: RequestBudget;
}

/// A number of requests that may still be sent. Clones share it.
#[derive(Clone, Debug)]
pub struct RequestBudget(Arc<AtomicUsize>);

impl RequestBudget {
    /// So many requests, of whatever kind: those for pages, for tokens and for further attempts count too.
    #[must_use]
    pub fn new(requests: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(requests)))
    }

    /// Does some work whose requests this budget pays for. Work that it spawns is not paid for.
    pub async fn pay_for<T>(&self, work: impl Future<Output = T>) -> T {
        BUDGET.scope(self.clone(), work).await
    }

    fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Pays for one request; `false` if none is left. Without a budget there is always one.
#[must_use]
pub fn take() -> bool {
    BUDGET.try_with(RequestBudget::take).unwrap_or(true)
}

/// Whether there is a budget, and nothing is left of it.
#[must_use]
pub fn is_spent() -> bool {
    BUDGET.try_with(RequestBudget::is_spent).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_budget_is_shared_by_all_that_it_pays_for_and_by_nothing_else() {
        let budget = RequestBudget::new(2);
        assert!(budget.pay_for(async { take() }).await);
        assert!(!budget.pay_for(async { is_spent() }).await);
        assert!(budget.clone().pay_for(async { take() }).await);
        assert!(!budget.pay_for(async { take() || take() }).await);
        assert!(budget.pay_for(async { is_spent() }).await);
        assert!(take() && !is_spent(), "outside there is none");
    }
}
