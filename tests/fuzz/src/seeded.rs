//! The same inputs in every run: good ones, with some things done to them.

/// Runs `target` with every example, and then `rounds` times with one that was changed. A failure names the round, and comes again with it.
pub fn run_seeded(rounds: u64, examples: &[Vec<u8>], target: impl Fn(&[u8])) {
    for example in examples {
        target(example);
    }
    for round in 0..rounds {
        let mut mutator = Mutator::new(round);
        let input = mutator.mutate(examples);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| target(&input)));
        assert!(outcome.is_ok(), "round {round}: {:?}", String::from_utf8_lossy(&input));
    }
}

/// Changes bytes, from a number on which everything depends.
#[derive(Debug)]
pub struct Mutator(u64);

/// What is likely to mean something to a parser.
const WORDS: [&[u8]; 24] = [
    b"/",
    b":",
    b"@",
    b".",
    b"..",
    b"//",
    b"-",
    b"_",
    b"__",
    b"\n",
    b"\0",
    b"%2f",
    b"[",
    b"]",
    b"::1",
    b"library",
    b"latest",
    b"docker.io",
    b"\xff",
    "\u{202e}".as_bytes(),
    "\u{ff0f}".as_bytes(),
    b"{",
    b"\"",
    b"99999999999999999999",
];

impl Mutator {
    /// One for a round.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`; 0 if that is 0. The generator is xorshift64*.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap_or(0).checked_rem(end).unwrap_or(0)
    }

    /// One of the examples with one to eight changes.
    pub fn mutate(&mut self, examples: &[Vec<u8>]) -> Vec<u8> {
        let pick = self.below(examples.len());
        let mut input = examples.get(pick).cloned().unwrap_or_default();
        for _ in 0..=self.below(8) {
            let at = self.below(input.len() + 1);
            match self.below(6) {
                0 => self.insert_word(&mut input, at),
                1 => input.truncate(at),
                2 if at < input.len() => {
                    input.remove(at);
                }
                3 => input.insert(at, u8::try_from(self.below(256)).unwrap_or(0)),
                4 => {
                    let other = self.below(examples.len());
                    let tail = examples.get(other).map(Vec::as_slice).unwrap_or_default();
                    let from = self.below(tail.len() + 1);
                    input.truncate(at);
                    input.extend(tail.iter().skip(from));
                }
                _ => {
                    if let Some(byte) = input.get_mut(at) {
                        *byte ^= 1 << self.below(8);
                    }
                }
            }
        }
        input
    }

    fn insert_word(&mut self, input: &mut Vec<u8>, at: usize) {
        let pick = self.below(WORDS.len());
        let word = WORDS.get(pick).copied().unwrap_or_default();
        let tail = input.split_off(at);
        input.extend(word);
        input.extend(tail);
    }
}
