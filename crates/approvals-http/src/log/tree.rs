//! The Merkle tree of the log, in memory: 64 bytes an event, so that no call reads the log again.

use approvals_log::{Hash, TilePath, root_of};

/// The hashes of all complete subtrees: of 2⁰ leaves, of 2¹, and so on.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    levels: Vec<Vec<Hash>>,
}

/// Leaves in a tile, as a power of two.
const TILE: u32 = 8;

impl Tree {
    /// Takes the next leaf.
    pub(crate) fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() <= level {
                self.levels.push(Vec::new());
            }
            let Some(row) = self.levels.get_mut(level) else { return };
            row.push(hash);
            match row.as_chunks::<2>() {
                (pairs, []) => match pairs.last() {
                    Some(pair) => hash = root_of(*pair),
                    None => return,
                },
                _half => return,
            }
        }
    }

    /// How many leaves it has.
    pub(crate) fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| u64::try_from(leaves.len()).unwrap_or(u64::MAX))
    }

    /// One leaf.
    pub(crate) fn leaf(&self, index: u64) -> Option<Hash> {
        self.levels.first()?.get(usize::try_from(index).ok()?).copied()
    }

    /// The root over the first `size` leaves, if there are as many.
    pub(crate) fn root(&self, size: u64) -> Option<Hash> {
        if size == 0 {
            return Some(root_of([]));
        }
        if size > self.size() { None } else { self.over(0, size) }
    }

    /// What shows that leaf `index` is in the tree of `size` (RFC 6962, 2.1.1), from the leaf up.
    pub(crate) fn proof(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut from, mut count, mut path) = (0_u64, size, Vec::new());
        while count > 1 {
            let left = split(count);
            let middle = from.checked_add(left)?;
            let right = count.checked_sub(left)?;
            if index < middle {
                path.push(self.over(middle, right)?);
                count = left;
            } else {
                path.push(self.over(from, left)?);
                (from, count) = (middle, right);
            }
        }
        path.reverse();
        Some(path)
    }

    /// The bytes of a tile of hashes in the tree of `size`, if it has this one.
    pub(crate) fn tile(&self, path: &TilePath, size: u64) -> Option<Vec<u8>> {
        let level = u32::from(path.level()?).checked_mul(TILE)?;
        let row = self.levels.get(usize::try_from(level).ok()?)?;
        let from = path.index().checked_shl(TILE).filter(|from| from >> TILE == path.index())?;
        let to = from.checked_add(u64::from(path.width()))?;
        if to > size.checked_shr(level)? {
            return None;
        }
        let hashes = row.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)?;
        Some(hashes.as_flattened().to_vec())
    }

    /// The root over `count` leaves from `from` on, which is a multiple of the power of two that is not below `count`.
    fn over(&self, from: u64, count: u64) -> Option<Hash> {
        if count.is_power_of_two() {
            let level = count.trailing_zeros();
            let row = self.levels.get(usize::try_from(level).ok()?)?;
            return row.get(usize::try_from(from.checked_shr(level)?).ok()?).copied();
        }
        let left = split(count);
        let (middle, right) = (from.checked_add(left)?, count.checked_sub(left)?);
        Some(root_of([self.over(from, left)?, self.over(middle, right)?]))
    }
}

/// The largest power of two below `count`, for a `count` above 1.
fn split(count: u64) -> u64 {
    count.next_power_of_two() >> 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use approvals_log::{hash_tiles, leaf_hash, prove_inclusion};
    use proptest::prelude::*;

    fn leaves(count: usize) -> (Vec<Hash>, Tree) {
        let leaves: Vec<_> = (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let mut tree = Tree::default();
        for leaf in &leaves {
            tree.push(*leaf);
        }
        (leaves, tree)
    }

    proptest! {
        #[test]
        fn a_tree_in_memory_says_what_the_log_library_says(
            count in 0_usize..700,
            part in any::<prop::sample::Index>(),
            place in any::<prop::sample::Index>(),
        ) {
            let (leaves, tree) = leaves(count);
            let size = part.index(count.saturating_add(1));
            let leaves = &leaves[..size];
            let size64 = size as u64;
            prop_assert_eq!(tree.root(size64), Some(root_of(leaves.iter().copied())));
            if size > 0 {
                let index = place.index(size) as u64;
                let proof = prove_inclusion(leaves, index).unwrap();
                prop_assert_eq!(tree.proof(index, size64), Some(proof));
            }
            for (path, bytes) in hash_tiles(leaves) {
                prop_assert_eq!(tree.tile(&path, size64), Some(bytes), "{}", path);
            }
            prop_assert_eq!(tree.proof(size64, size64), None);
            prop_assert_eq!(tree.root(tree.size().saturating_add(1)), None);
        }
    }

    #[test]
    fn a_tile_that_is_not_there_is_not_made_up() {
        let (_, tree) = leaves(300);
        for path in [
            "tile/0/002",
            "tile/0/001",
            "tile/0/001.p/45",
            "tile/1/000",
            "tile/1/000.p/2",
            "tile/2/000.p/1",
            "tile/63/000",
            "tile/0/x999/x999/x999/999",
            "tile/entries/000",
        ] {
            let path: TilePath = path.parse().unwrap();
            assert_eq!(tree.tile(&path, 300), None, "{path}");
        }
        assert!(tree.tile(&"tile/0/001.p/44".parse().unwrap(), 300).is_some());
        assert!(tree.tile(&"tile/0/001.p/44".parse().unwrap(), 299).is_none());
    }
}
