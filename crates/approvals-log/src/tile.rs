//! The file layout of C2SP `tlog-tiles` v0.1.0: tiles of 256 hashes and bundles of 256 entries.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::merkle::{Hash, root_of};

/// The longest entry in bytes: its length is stored in two.
pub const MAX_ENTRY: usize = 65_535;

/// Hashes in a full tile, and entries in a full bundle.
const WIDTH: u16 = 256;

/// Where a tile or an entry bundle is stored, relative to the log's folder.
///
/// ```
/// use approvals_log::TilePath;
///
/// let path: TilePath = "tile/0/x001/x234/067".parse()?;
/// assert_eq!((path.level(), path.index(), path.width()), (Some(0), 1_234_067, 256));
/// assert!("tile/0/../067".parse::<TilePath>().is_err());
/// # Ok::<(), approvals_log::TileError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TilePath {
    /// The level of a hash tile; `None` for an entry bundle.
    level: Option<u8>,
    index: u64,
    width: u16,
}

impl TilePath {
    /// The level of a hash tile, or `None` for an entry bundle.
    #[must_use]
    pub fn level(&self) -> Option<u8> {
        self.level
    }

    /// The position among the tiles of its level, or among the bundles.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds: 1 to 256, and less than 256 only at the right edge.
    #[must_use]
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it is an entry bundle.
    #[must_use]
    pub fn is_entries(&self) -> bool {
        self.level.is_none()
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => f.write_str("tile/entries/")?,
        }
        // Groups of three digits, all but the last marked with an `x`.
        let digits = self.index.to_string();
        let digits = format!("{digits:0>width$}", width = digits.len().next_multiple_of(3));
        for (position, digit) in digits.chars().enumerate() {
            let in_last_group = digits.len().saturating_sub(position) <= 3;
            match (position % 3, in_last_group) {
                (0, false) if position == 0 => f.write_str("x")?,
                (0, false) => f.write_str("/x")?,
                (0, true) if position != 0 => f.write_str("/")?,
                _ => {}
            }
            write!(f, "{digit}")?;
        }
        if self.width == WIDTH { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for TilePath {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Self, TileError> {
        parse_path(path)
            // One spelling only, so that no two names reach one file.
            .filter(|parsed| parsed.to_string() == path)
            .ok_or(TileError::Path)
    }
}

/// Reads a path loosely; the caller compares it with how it is written.
fn parse_path(path: &str) -> Option<TilePath> {
    let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let level = match level {
        "entries" => None,
        level => Some(level.parse().ok().filter(|level| *level < 64)?),
    };
    let (groups, width) = match rest.split_once(".p/") {
        Some((groups, width)) => (groups, width.parse().ok()?),
        None => (rest, WIDTH),
    };
    if !(1..=WIDTH).contains(&width) || groups.len() > 40 {
        return None;
    }
    let digits: String = groups.chars().filter(|c| !matches!(c, '/' | 'x')).collect();
    Some(TilePath { level, index: digits.parse().ok()?, width })
}

/// Every file of a log of this size: hash tiles level by level, then entry bundles, with the partial ones at the right
/// edge. Lazy, so an absurd size costs nothing by itself.
///
/// ```
/// use approvals_log::layout;
///
/// let files: Vec<String> = layout(257).map(|path| path.to_string()).collect();
/// assert_eq!(
///     files,
///     ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/1"],
/// );
/// ```
pub fn layout(size: u64) -> impl Iterator<Item = TilePath> {
    let levels = (0_u8..8).flat_map(move |level| row(Some(level), hashes_at(size, level)));
    levels.chain(row(None, size))
}

/// How many complete subtrees of `256^level` leaves a log of this size has.
fn hashes_at(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0)
}

/// The tiles that hold `count` hashes or entries: full ones, and the low byte of `count` in a partial one.
fn row(level: Option<u8>, count: u64) -> impl Iterator<Item = TilePath> {
    let full = count >> 8;
    let rest = u16::from(count.to_le_bytes()[0]);
    (0..full)
        .map(move |index| TilePath { level, index, width: WIDTH })
        .chain((rest > 0).then_some(TilePath { level, index: full, width: rest }))
}

/// The hash tiles over these leaf hashes, as files.
///
/// Tiles are for readers that check them against a signed root. No verifier here takes a hash from one.
///
/// ```
/// use approvals_log::{hash_tiles, leaf_hash};
///
/// let leaves = [leaf_hash(b"one"), leaf_hash(b"two")];
/// let tiles = hash_tiles(&leaves);
/// let (path, bytes) = &tiles[0];
/// assert_eq!((tiles.len(), path.to_string().as_str()), (1, "tile/0/000.p/2"));
/// assert_eq!(*bytes, leaves.as_flattened());
/// ```
#[must_use]
pub fn hash_tiles(leaves: &[Hash]) -> Vec<(TilePath, Vec<u8>)> {
    let mut tiles = Vec::new();
    let mut hashes = leaves.to_vec();
    for level in 0_u8..8 {
        tiles.extend(
            row(Some(level), u64::try_from(hashes.len()).unwrap_or(0))
                .zip(hashes.chunks(usize::from(WIDTH)))
                .map(|(path, chunk)| (path, chunk.as_flattened().to_vec())),
        );
        hashes = hashes
            .chunks_exact(usize::from(WIDTH))
            .map(|full| root_of(full.iter().copied()))
            .collect();
    }
    tiles
}

/// The entry bundles of a log with these entries, as files.
///
/// ```
/// use approvals_log::{entry_bundles, parse_bundle};
///
/// let bundles = entry_bundles(&["one", "two"])?;
/// let (path, bytes) = &bundles[0];
/// assert_eq!(path.to_string(), "tile/entries/000.p/2");
/// assert_eq!(parse_bundle(bytes, 2)?, [b"one", b"two"]);
/// # Ok::<(), approvals_log::TileError>(())
/// ```
///
/// # Errors
/// An entry longer than [`MAX_ENTRY`].
pub fn entry_bundles(entries: &[impl AsRef<[u8]>]) -> Result<Vec<(TilePath, Vec<u8>)>, TileError> {
    row(None, u64::try_from(entries.len()).unwrap_or(0))
        .zip(entries.chunks(usize::from(WIDTH)))
        .map(|(path, chunk)| Ok((path, bundle(chunk)?)))
        .collect()
}

fn bundle(entries: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, TileError> {
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len())
            .map_err(|_too_long| TileError::EntryTooLong { length: entry.len() })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Reads an entry bundle that must hold exactly `expected` entries.
///
/// ```
/// use approvals_log::{TileError, parse_bundle};
///
/// // Each entry comes after its length in two bytes.
/// assert_eq!(parse_bundle(b"\0\x03one\0\x03two", 2)?, [b"one", b"two"]);
/// assert_eq!(parse_bundle(b"\0\x03one", 2), Err(TileError::Bundle { expected: 2 }));
/// # Ok::<(), TileError>(())
/// ```
///
/// # Errors
/// Fewer or more entries, or bytes left over; an `expected` that is not 1 to 256.
pub fn parse_bundle(bytes: &[u8], expected: usize) -> Result<Vec<Vec<u8>>, TileError> {
    if !(1..=usize::from(WIDTH)).contains(&expected) {
        return Err(TileError::Width { width: expected });
    }
    let mut entries = Vec::with_capacity(expected);
    let mut rest = bytes;
    while entries.len() < expected {
        let (length, after) = rest.split_first_chunk().ok_or(TileError::Bundle { expected })?;
        let (entry, after) = after
            .split_at_checked(usize::from(u16::from_be_bytes(*length)))
            .ok_or(TileError::Bundle { expected })?;
        entries.push(entry.to_vec());
        rest = after;
    }
    if rest.is_empty() { Ok(entries) } else { Err(TileError::Bundle { expected }) }
}

/// Why a tile, a bundle or a path is refused.
///
/// ```
/// use approvals_log::{MAX_ENTRY, TileError, entry_bundles};
///
/// let error = entry_bundles(&[vec![0; MAX_ENTRY + 1]]).unwrap_err();
/// assert_eq!(error, TileError::EntryTooLong { length: 65_536 });
/// assert_eq!(error.to_string(), "an entry of 65536 bytes is too long: the limit is 65535");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TileError {
    /// Not the path of a tile, or not in its one spelling.
    #[error("this is not the path of a tile or an entry bundle")]
    Path,
    /// A bundle of no entries, or of more than 256.
    #[error("a bundle holds 1 to 256 entries, not {width}")]
    Width {
        /// What was asked for.
        width: usize,
    },
    /// The entry does not fit its length field.
    #[error("an entry of {length} bytes is too long: the limit is {MAX_ENTRY}")]
    EntryTooLong {
        /// The length of the entry in bytes.
        length: usize,
    },
    /// The bytes are not that many entries.
    #[error("the bundle does not hold exactly {expected} entries")]
    Bundle {
        /// How many there should be.
        expected: usize,
    },
}
