//! Which blobs come first.

use std::collections::HashSet;

use pushgate_oci::{Digest, PinnedBlob, PinnedContent};

use crate::registry::questions::Rank;

/// The blobs in the order in which they are begun: what is likeliest to be missing first, since a connection is open
/// for it already.
pub(super) fn order(content: &PinnedContent) -> Vec<(&PinnedBlob, Rank)> {
    let tops = tops(content);
    let (mut first, rest): (Vec<_>, Vec<_>) = content.blobs().iter().rev().partition(|blob| tops.contains(&blob.descriptor.digest));
    // Layers come before configs: they take longer.
    first.sort_by_key(|blob| std::cmp::Reverse(blob.descriptor.size));
    let mut order: Vec<_> = first.into_iter().map(|blob| (blob, Rank::Top)).collect();
    if let Some((bottom, between)) = rest.split_last() {
        // All others wait for the answer about the bottom, so it comes second.
        order.insert(order.len().min(1), (*bottom, Rank::Bottom));
        order.extend(between.iter().map(|blob| (*blob, Rank::Between)));
    }
    order
}

/// The config and the last layer of each image; of an artifact, the last blob.
fn tops(content: &PinnedContent) -> HashSet<&Digest> {
    let last = content.blobs().last().filter(|_| content.images().is_empty()).map(|blob| &blob.descriptor.digest);
    let of_images = content.images().iter().flat_map(|image| [Some(&image.config_digest), image.top_layer()]);
    of_images.flatten().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Pin, TestLayout};

    fn ranks(layers: &[&[u8]]) -> Vec<Rank> {
        let layout = TestLayout::with_image(layers);
        let content = layout.pin(None).unwrap();
        order(&content).iter().map(|(_, rank)| *rank).collect()
    }

    #[test]
    fn a_top_then_the_bottom_then_the_rest() {
        use Rank::{Between, Bottom, Top};
        assert_eq!(ranks(&[b"one"]), [Top, Top]);
        assert_eq!(ranks(&[b"one", b"two"]), [Top, Bottom, Top]);
        let layers: [&[u8]; 4] = [b"bottom", b"second", b"third", &[1; 1000]];
        assert_eq!(ranks(&layers), [Top, Bottom, Top, Between, Between]);
        let layout = TestLayout::with_image(&layers);
        let content = layout.pin(None).unwrap();
        let order = order(&content);
        let digests: Vec<_> = order.iter().map(|(blob, _)| &blob.descriptor.digest).collect();
        let [bottom, second, third, top] = layers.map(Digest::sha256);
        assert_eq!((digests[0], digests[1], &digests[3..]), (&top, &bottom, &[&third, &second][..]));
        // The top may be the bottom, too.
        assert_eq!(ranks(&[b"same", b"other", b"same"]), [Top, Bottom, Top]);
    }
}
