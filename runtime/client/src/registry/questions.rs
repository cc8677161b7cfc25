//! What is asked about a blob at first.
//!
//! An image mostly shares its lower layers with what its repository has, and hardly ever its top layer and its config.
//! What is there is cheapest to find by a question (one request); what is missing, by opening its upload at once (two
//! requests and no question before them). So a push opens uploads for the tops, the configs and the layer at the
//! bottom. The others wait for the answer about the bottom, which comes when the connections for them are there; every
//! further answer counts for those that are not asked about yet.

use tokio::sync::watch;

/// What is asked about a blob at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Nothing: whether it is there was asked before.
    Known(bool),
    /// Whether it is there.
    IsThere,
    /// For an upload, or a mount from the repository itself.
    Upload,
}

/// Where a blob stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// A top layer or a config: it says nothing about others.
    Top,
    /// The first of those that do.
    Bottom,
    Between,
}

/// What the answers so far say about the blobs between bottom and top.
pub(super) struct Questions {
    bottom: Option<bool>,
    next: watch::Sender<Option<Question>>,
}

impl Questions {
    /// `bottom` is whether the blob at the bottom is there, if it was asked for already.
    pub(super) fn new(bottom: Option<bool>) -> Self {
        Self { bottom, next: watch::Sender::new(bottom.map(next)) }
    }

    /// What to ask about a blob, as soon as that is known.
    pub(super) async fn about(&self, rank: Rank) -> Question {
        match rank {
            Rank::Top => Question::Upload,
            Rank::Bottom => self.bottom.map_or(Question::Upload, Question::Known),
            Rank::Between => {
                let mut answers = self.next.subscribe();
                // The sender lives as long as this.
                answers.wait_for(Option::is_some).await.ok().and_then(|question| *question).unwrap_or(Question::Upload)
            }
        }
    }

    /// Whether a blob was found there. No answer counts as no.
    pub(super) fn answered(&self, rank: Rank, is_there: bool) {
        let next = Some(next(is_there));
        if rank != Rank::Top {
            // One that is missing says more than many that are there: what lies above it is new.
            self.next.send_if_modified(|known| *known != Some(Question::Upload) && std::mem::replace(known, next) != next);
        }
    }
}

/// What to ask about the next after one that was there, or was not.
fn next(is_there: bool) -> Question {
    if is_there { Question::IsThere } else { Question::Upload }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn those_between_wait_for_the_first_answer() {
        for (is_there, question) in [(true, Question::IsThere), (false, Question::Upload)] {
            let questions = Questions::new(None);
            assert_eq!(questions.about(Rank::Top).await, Question::Upload);
            assert_eq!(questions.about(Rank::Bottom).await, Question::Upload);
            let waiting = questions.about(Rank::Between);
            tokio::pin!(waiting);
            assert!((&mut waiting).now_or_never().is_none());
            questions.answered(Rank::Top, !is_there);
            assert!((&mut waiting).now_or_never().is_none(), "a top says nothing about others");
            questions.answered(Rank::Bottom, is_there);
            assert_eq!(waiting.await, question);
            questions.answered(Rank::Between, false);
            questions.answered(Rank::Between, true);
            assert_eq!(questions.about(Rank::Between).await, Question::Upload, "one that is missing decides");
            let questions = Questions::new(Some(is_there));
            assert_eq!(questions.about(Rank::Bottom).await, Question::Known(is_there));
            assert_eq!(questions.about(Rank::Between).await, question);
        }
    }
}
