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

/// What is repeated, so that as much as possible is made of few bytes.
const PIECES: [&str; 4] = [
    r#"{"a":0}"#,
    r#""""#,
    r#"{"annotations":{"a":""}}"#,
    r#"{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0,"annotations":{"":""}}"#,
];

/// What a small document may cost: the first element of a list or object needs some hundred bytes.
const FREE: usize = 1 << 20;

/// Values of about such a size: each piece many times, and an object whose keys all differ.
fn values(size: usize) -> Vec<(String, String)> {
    let lists = PIECES.map(|piece| (format!("[{piece},…]"), format!("[{}]", vec![piece; size / (piece.len() + 1)].join(","))));
    let members: Vec<String> = (0..size / 12).map(|key| format!(r#""{key:06x}":"""#)).collect();
    lists.into_iter().chain([(r#"{"000000":"",…}"#.to_owned(), format!("{{{}}}", members.join(",")))]).collect()
}

/// Reads documents with values of about `size` in each of the places, which are marked with `…`: none may cost more than 8 bytes for each byte of it.
///
/// # Panics
/// One costs more.
pub fn bounded<T>(what: &str, size: usize, places: &[&str], read: impl Fn(&[u8]) -> T) {
    for (name, value) in values(size - 1024) {
        for place in places {
            let document = place.replace('…', &value);
            assert!(document.len() <= size, "{name}");
            let (_read, held) = peak(|| read(document.as_bytes()));
            assert!(held <= FREE.max(8 * document.len()), "{what} {place} of {name}: {held} bytes for {}", document.len());
        }
    }
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
