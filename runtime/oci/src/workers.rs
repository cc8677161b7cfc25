//! The same work for many things at once, on few threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// More than this need more memory than a push may have: whatever reads a layer holds a window of it.
const MAX_WORKERS: usize = 4;

/// As many workers as are asked for, or as there are processors; never more than 4.
pub(crate) fn count(wanted: Option<NonZeroUsize>) -> usize {
    wanted.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get).min(MAX_WORKERS)
}

/// Does `work` for each item, on at most `workers` threads, one of which is the caller's. The results are in the order of the items.
///
/// # Errors
/// The failure of the first item, in their order, that failed. After a failure nothing new is begun.
pub(crate) fn for_each<T: Sync, R: Send, E: Send>(
    workers: usize,
    items: &[T],
    work: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let results: Vec<Mutex<Option<Result<R, E>>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let run = || {
        while !failed.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let (Some(item), Some(result)) = (items.get(place), results.get(place)) else { return };
            let done = work(item);
            failed.fetch_or(done.is_err(), Ordering::Relaxed);
            *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers.min(items.len()) {
            // Without a further thread it takes longer; that is all.
            let _ = std::thread::Builder::new().name("layers".to_owned()).stack_size(512 * 1024).spawn_scoped(scope, run);
        }
        run();
    });
    // What was never begun comes after what failed.
    results.into_iter().filter_map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for workers in [0, 1, 3, 100] {
            let items: Vec<u32> = (0..50).collect();
            let doubled: Result<Vec<u32>, ()> = for_each(workers, &items, |item| Ok(item * 2));
            assert_eq!(doubled.unwrap(), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
        assert_eq!(for_each(4, &[], |item: &u32| Err::<(), _>(*item)), Ok(Vec::new()));
    }

    #[test]
    fn nothing_is_begun_after_a_failure() {
        let begun = AtomicUsize::new(0);
        let failed: Result<Vec<()>, usize> = for_each(2, &(0..1000).collect::<Vec<usize>>(), |item| {
            begun.fetch_add(1, Ordering::Relaxed);
            if *item == 3 { Err(*item) } else { Ok(()) }
        });
        assert_eq!(failed, Err(3));
        assert!(begun.load(Ordering::Relaxed) < 1000);
    }

    #[test]
    fn workers_are_few() {
        assert_eq!(count(NonZeroUsize::new(1)), 1);
        assert_eq!(count(NonZeroUsize::new(64)), MAX_WORKERS);
        assert!((1..=MAX_WORKERS).contains(&count(None)));
    }
}
