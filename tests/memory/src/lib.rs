//! Counts what a test allocates, so that "at most 8 bytes of memory for each byte of a document" is a figure and not a guess: the same in each
//! run, whatever other tests do meanwhile.
//!
//! A test binary that uses this has it as its allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, with a count for each thread.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    /// Bytes that this thread has asked for and not given back. What another thread gives back makes it negative there.
    static HELD: Cell<isize> = const { Cell::new(0) };
    /// The most of them since the count was last begun.
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // A thread that ends has no count any more.
    let _ = HELD.try_with(|held| {
        held.set(held.get().saturating_add(bytes));
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

fn size(bytes: usize) -> isize {
    isize::try_from(bytes).unwrap_or(isize::MAX)
}

// SAFETY: every call is handed on as it is to the system's allocator, which keeps the contract. Counting allocates nothing.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(size(layout.size()));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(size(layout.size()));
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-size(layout.size()));
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new: usize) -> *mut u8 {
        // Where it cannot grow in its place, the old and the new are held at once.
        count(size(new));
        // SAFETY: as the caller promised.
        let moved = unsafe { System.realloc(pointer, layout, new) };
        count(-size(layout.size()));
        moved
    }
}

/// Does the work on this thread, and gives what it gave with the most bytes that were held at once during it, beyond those held before.
pub fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, usize::try_from(PEAK.get().saturating_sub(before)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn what_is_held_at_once_is_counted() {
        let (_, none) = peak(|| ());
        assert_eq!(none, 0);
        let (_, twice) = peak(|| {
            drop(black_box(vec![0_u8; 1000]));
            drop(black_box(vec![0_u8; 1000]));
        });
        assert_eq!(twice, 1000);
        let (kept, both) = peak(|| [black_box(vec![0_u8; 1000]), black_box(vec![0_u8; 500])]);
        assert!(both >= 1500, "{both}");
        drop(kept);
        let (_, elsewhere) = peak(|| std::thread::spawn(|| drop(black_box(vec![0_u8; 1 << 20]))).join());
        assert!(elsewhere < 1 << 16, "{elsewhere}");
    }
}
