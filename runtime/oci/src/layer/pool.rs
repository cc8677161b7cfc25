//! The threads that compress, and how much they may hold.

use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use flate2::{Compress, Crc, FlushCompress, Status};

/// How much is compressed at a time. Smaller blocks compress worse, larger ones need more memory: each is there twice for a while.
pub(super) const BLOCK: usize = 256 * 1024;
/// More threads than this would need more memory than a push may have: each has a block on its way, in and out.
const MAX_THREADS: usize = 6;
/// Blocks beyond the one on each thread, so that none has to wait for its next.
const AHEAD: usize = 2;
/// zlib's default, and Docker's.
const LEVEL: u32 = 6;

/// A number of threads for all layers together. They start with the first block, and end with the pool.
#[derive(Debug)]
pub(crate) struct Pool {
    threads: usize,
    jobs: OnceLock<Sender<Queued>>,
    starting: Mutex<()>,
    on_their_way: Arc<AtomicUsize>,
    spare: Arc<Spare>,
}

/// Buffers that were used and will be used again. Giving them back to the allocator and asking for others, from many threads, leaves several
/// times as much memory with the process as the blocks have.
#[derive(Debug, Default)]
pub(super) struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    /// An empty one, with room for a block that does not get smaller.
    pub(super) fn take(&self) -> Vec<u8> {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| Vec::with_capacity(BLOCK + BLOCK / 1024 + 1024))
    }

    pub(super) fn give_back(&self, mut buffer: Vec<u8>) {
        // Others came from elsewhere.
        if buffer.capacity() > BLOCK {
            buffer.clear();
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        }
    }
}

/// One block to compress.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) input: Vec<u8>,
    /// The content before it, as far as it can be pointed to.
    pub(super) dictionary: Vec<u8>,
    /// Whether the stream ends with it.
    pub(super) last: bool,
}

/// A compressed block.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) compressed: Vec<u8>,
    /// Of the content.
    pub(super) crc: Crc,
    /// Of the content.
    pub(super) length: u32,
}

#[derive(Debug)]
struct Queued {
    job: Job,
    answer: SyncSender<io::Result<Block>>,
}

/// A block on its way.
#[derive(Debug)]
pub(super) struct Waiting(Receiver<io::Result<Block>>);

impl Waiting {
    /// Waits for it.
    pub(super) fn block(self) -> io::Result<Block> {
        self.0.recv().map_err(|_| io::Error::other("a thread that compresses has ended"))?
    }
}

/// The right to have a block on its way.
#[derive(Debug)]
pub(super) struct Permit(Arc<AtomicUsize>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    /// So many threads, or as many as there are processors; never more than 6.
    pub(crate) fn new(threads: Option<NonZeroUsize>) -> Self {
        let threads = threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        Self {
            threads: threads.min(MAX_THREADS),
            jobs: OnceLock::new(),
            starting: Mutex::new(()),
            on_their_way: Arc::default(),
            spare: Arc::default(),
        }
    }

    /// For blocks, as they come and as they go.
    pub(super) fn spare(&self) -> &Spare {
        &self.spare
    }

    /// Lets go of what is only needed while layers are compressed.
    pub(crate) fn rest(&self) {
        self.spare.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// For the first block of a layer.
    pub(super) fn always(&self) -> Permit {
        self.on_their_way.fetch_add(1, Ordering::Relaxed);
        Permit(Arc::clone(&self.on_their_way))
    }

    /// For blocks ahead.
    pub(super) fn if_free(&self) -> Option<Permit> {
        let free = |count: usize| (count < self.threads + AHEAD).then_some(count + 1);
        let taken = self.on_their_way.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free);
        taken.is_ok().then(|| Permit(Arc::clone(&self.on_their_way)))
    }

    pub(super) fn give(&self, job: Job) -> io::Result<Waiting> {
        let (answer, waiting) = sync_channel(1);
        let queued = Queued { job, answer };
        self.jobs()?.send(queued).map_err(|_| io::Error::other("the threads that compress have ended"))?;
        Ok(Waiting(waiting))
    }

    fn jobs(&self) -> io::Result<&Sender<Queued>> {
        if let Some(jobs) = self.jobs.get() {
            return Ok(jobs);
        }
        let _one_at_a_time = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(jobs) = self.jobs.get() {
            return Ok(jobs);
        }
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for started in 0..self.threads {
            let (queue, spare) = (Arc::clone(&queue), Arc::clone(&self.spare));
            let thread = std::thread::Builder::new().name("compress".to_owned()).stack_size(256 * 1024).spawn(move || work(&queue, &spare));
            match thread {
                Ok(_detached) => {}
                // Fewer will do.
                Err(_) if started > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(self.jobs.get_or_init(|| jobs))
    }
}

fn work(queue: &Mutex<Receiver<Queued>>, spare: &Spare) {
    loop {
        // The lock is held while waiting: whoever holds it is the next to be served.
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Queued { job, answer }) = next else { return };
        // Nobody waits any more if the reader was dropped.
        let _ = answer.send(block(&job, spare));
        spare.give_back(job.input);
    }
}

fn block(job: &Job, spare: &Spare) -> io::Result<Block> {
    // A compressor that is reset keeps bytes of the block before, and with a dictionary they leave traces in the result: it would depend on
    // which thread took which block. A new one begins with zeros.
    let mut compress = Compress::new(flate2::Compression::new(LEVEL), false);
    if !job.dictionary.is_empty() {
        compress.set_dictionary(&job.dictionary)?;
    }
    // Enough for a content that does not get smaller, so that it is almost always one call.
    let mut compressed = spare.take();
    let flush = if job.last { FlushCompress::Finish } else { FlushCompress::Sync };
    let mut rest = job.input.as_slice();
    loop {
        let before = compress.total_in();
        let status = compress.compress_vec(rest, &mut compressed, flush)?;
        let taken = usize::try_from(compress.total_in() - before).map_err(io::Error::other)?;
        rest = rest.get(taken..).unwrap_or_default();
        let has_space = compressed.len() < compressed.capacity();
        let done = if job.last { status == Status::StreamEnd } else { rest.is_empty() && has_space };
        if done {
            break;
        }
        compressed.reserve(64 * 1024);
    }
    let mut crc = Crc::new();
    crc.update(&job.input);
    Ok(Block { compressed, crc, length: u32::try_from(job.input.len()).map_err(io::Error::other)? })
}
