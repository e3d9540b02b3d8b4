//! The tile layout against the specification, a naive count and hostile paths and bundles.

use std::collections::BTreeSet;

use approvals_log::{
    MAX_ENTRY, TileError, TilePath, entry_bundles, hash_tiles, layout, parse_bundle,
};
use proptest::prelude::*;

use crate::support::{leaves, list, naive_root, number, text, vectors};

fn paths(size: u64) -> Vec<String> {
    layout(size).map(|path| path.to_string()).collect()
}

/// The layout as the specification words it: at every level, `floor(size / 256^level)` hashes, 256 a tile.
fn naive_layout(size: u64) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut row = |folder: &str, hashes: u64| {
        for first in (0..hashes).step_by(256) {
            let index = first / 256;
            assert!(index < 1_000_000);
            let name = match index / 1_000 {
                0 => format!("{index:03}"),
                thousands => format!("x{thousands:03}/{:03}", index % 1_000),
            };
            files.insert(match hashes - first {
                width @ 1..=255 => format!("tile/{folder}/{name}.p/{width}"),
                _ => format!("tile/{folder}/{name}"),
            });
        }
    };
    row("entries", size);
    for level in 0..4 {
        row(&level.to_string(), size / 256_u64.pow(level));
    }
    files
}

#[test]
fn published_paths_are_written_and_read() {
    let vectors = vectors("c2sp_checkpoint_cosignature_format.json");
    for example in list(&vectors["tile_path_examples"]) {
        let path: TilePath = text(&example["path"]).parse().unwrap();
        assert_eq!(
            (path.level().map(u64::from), path.index()),
            (example["level"].as_u64(), number(&example["index"]))
        );
        assert_eq!(path.to_string(), text(&example["path"]));
    }
}

#[test]
fn published_sizes_have_the_published_layout() {
    let vectors = vectors("c2sp_checkpoint_cosignature_format.json");
    let example = &vectors["tile_layout_example"];
    let tiles: Vec<TilePath> = layout(number(&example["tree_size"])).collect();
    let full = |level| {
        tiles.iter().filter(|tile| tile.level() == Some(level) && tile.width() == 256).count()
    };
    let partial =
        |level| tiles.iter().find(|tile| tile.level() == Some(level) && tile.width() < 256);
    let count = |name: &str| usize::try_from(number(&example[name])).unwrap();
    assert_eq!((full(0), full(1), full(2)), (count("full_L0"), count("full_L1"), 0));
    for (level, name) in [(0, "partial_L0_width"), (1, "partial_L1_width"), (2, "partial_L2_width")]
    {
        assert_eq!(usize::from(partial(level).unwrap().width()), count(name));
    }
    assert_eq!(partial(3), None);
    assert_eq!(paths(256), ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
    assert_eq!(paths(0), Vec::<String>::new());
}

#[test]
fn the_layout_of_an_absurd_size_costs_nothing_until_it_is_walked() {
    assert_eq!(layout(u64::MAX).next().unwrap().to_string(), "tile/0/000");
    assert_eq!(layout(u64::MAX).nth(70_000).unwrap().to_string(), "tile/0/x070/000");
}

#[test]
fn tiles_hold_the_hashes_of_complete_subtrees() {
    let leaves = leaves(66_000);
    let tiles = hash_tiles(&leaves);
    let paths: Vec<TilePath> = tiles.iter().map(|(path, _)| *path).collect();
    assert_eq!(paths, layout(66_000).filter(|path| !path.is_entries()).collect::<Vec<_>>());
    for (path, bytes) in &tiles {
        assert_eq!(bytes.len(), usize::from(path.width()) * 32);
        let span = 256_usize.pow(u32::from(path.level().unwrap()));
        let first = usize::try_from(path.index()).unwrap() * 256;
        // The first and last hash of every tile: all of them would be quadratic.
        for position in [0, usize::from(path.width()) - 1] {
            let start = (first + position) * span;
            let expected = naive_root(&leaves[start..start + span]);
            assert_eq!(bytes[position * 32..][..32], expected);
        }
    }
}

#[test]
fn bundles_are_read_back_exactly() {
    let entries: Vec<Vec<u8>> = (0..600_usize).map(|i| vec![7; i]).collect();
    let bundles = entry_bundles(&entries).unwrap();
    let paths: Vec<TilePath> = bundles.iter().map(|(path, _)| *path).collect();
    assert_eq!(paths, layout(600).filter(TilePath::is_entries).collect::<Vec<_>>());
    let read =
        |(path, bytes): &(TilePath, Vec<u8>)| parse_bundle(bytes, path.width().into()).unwrap();
    assert_eq!(bundles.iter().flat_map(read).collect::<Vec<_>>(), entries);
    assert_eq!(entry_bundles(&[""; 0]), Ok(vec![]));
}

#[test]
fn an_entry_has_at_most_65535_bytes() {
    let longest = vec![vec![1; MAX_ENTRY]];
    let bundles = entry_bundles(&longest).unwrap();
    assert_eq!(parse_bundle(&bundles[0].1, 1), Ok(longest));
    let refused = entry_bundles(&[vec![1; MAX_ENTRY + 1]]);
    assert_eq!(refused, Err(TileError::EntryTooLong { length: 65_536 }));
}

#[test]
fn bundles_with_more_or_fewer_bytes_are_refused() {
    let (_, bytes) = entry_bundles(&["one", "two", ""]).unwrap().remove(0);
    assert_eq!(bytes, b"\x00\x03one\x00\x03two\x00\x00");
    parse_bundle(&bytes, 3).unwrap();
    for length in 0..bytes.len() {
        assert_eq!(parse_bundle(&bytes[..length], 3), Err(TileError::Bundle { expected: 3 }));
    }
    for expected in [1, 2, 4, 256] {
        assert_eq!(parse_bundle(&bytes, expected), Err(TileError::Bundle { expected }));
    }
    for width in [0, 257, usize::MAX] {
        assert_eq!(parse_bundle(&bytes, width), Err(TileError::Width { width }));
    }
}

#[test]
fn paths_have_one_spelling_and_lead_nowhere_else() {
    for good in [
        "tile/0/000",
        "tile/63/999",
        "tile/0/x001/000.p/255",
        "tile/entries/x001/x234/067.p/1",
        "tile/0/x018/x446/x744/x073/x709/x551/615",
    ] {
        assert_eq!(good.parse::<TilePath>().unwrap().to_string(), good);
    }
    for bad in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1000",
        "tile/0/x000/000",
        "tile/0/x001/x000",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/x999",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/+1",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/8/0/000",
        "tile/data/000",
        "tile/entries/entries/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0//000",
        "tile//000",
        "tile/0/../000",
        "tile/0/..",
        "../tile/0/000",
        "tile/0/000\n",
        "tile/0/000\0",
        "tile/0/٠٠٠",
        "TILE/0/000",
        "tile\\0\\000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(bad.parse::<TilePath>(), Err(TileError::Path), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn the_layout_is_the_naive_one(size in prop_oneof![0_u64..2_000, 60_000_u64..70_000, 250_000_u64..270_000]) {
        let files = paths(size);
        prop_assert_eq!(files.len(), naive_layout(size).len());
        prop_assert_eq!(files.into_iter().collect::<BTreeSet<_>>(), naive_layout(size));
    }

    #[test]
    fn a_path_is_written_as_it_was_read_or_refused(
        path in prop_oneof![any::<String>(), "tile/(entries|[0-9]{1,2})(/x?[0-9]{3}){1,8}(\\.p/[0-9]{1,3})?"],
    ) {
        if let Ok(parsed) = path.parse::<TilePath>() {
            prop_assert_eq!(parsed.to_string(), path);
        }
    }

    #[test]
    fn a_bundle_is_written_as_it_was_read_or_refused(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 1..9),
        noise in prop::collection::vec(any::<u8>(), 0..20), expected in 0_usize..300,
    ) {
        let (_, bytes) = entry_bundles(&entries).unwrap().remove(0);
        prop_assert_eq!(parse_bundle(&bytes, entries.len()), Ok(entries));
        if let Ok(read) = parse_bundle(&noise, expected) {
            prop_assert_eq!(&entry_bundles(&read).unwrap()[0].1, &noise);
        }
    }
}
