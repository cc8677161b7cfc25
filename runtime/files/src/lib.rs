//! Files that a user, a variable, a catalog or a folder names.
//!
//! A path can lead to a FIFO without a writer, a device without an end, a terminal, or a file of terabytes. `File::open` blocks on the first, and reading
//! the others takes all memory. Here nothing blocks and everything has a limit:
//!
//! - [`open`] and [`read`] take regular files alone;
//! - [`read_or_pipe`] also takes a pipe, where a shell's `<(…)` makes sense, within a limit of bytes and of time;
//! - [`regular`] is the proof for a file that was opened in another way, below a folder for example.
//!
//! What this user alone writes is written by [`write_new`], after [`remove_left`], and takes its name in one step; [`lock_folder`] keeps others out
//! meanwhile, [`foreign_owner`] says whose a file is, and a [`Stamp`] whether it is still the one that was read.
//!
//! Files that only this user writes - a catalog, a store - are read, locked and replaced whole by [`own`].
//!
//! What an error says follows the path, which the caller names: `` `a.pem` is a device, not a regular file ``.

pub mod own;
mod open;
mod pipe;
mod lock;
mod owner;
mod stamp;
mod write;
mod problem;

#[cfg(test)]
mod tests;

pub use lock::{LockProblem, has_name, lock_folder, lock_holder};
pub use open::{Links, Regular, open, read, read_or_pipe, regular};
pub use owner::{ForeignOwner, foreign_owner};
pub use problem::{FileProblem, Kind};
pub use stamp::Stamp;
pub use write::{remove_left, with_suffix, write_new};
