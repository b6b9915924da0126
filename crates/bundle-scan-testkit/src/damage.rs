//! Damages packed fixtures.
//!
//! Knows nothing of any format: bytes are cut off or flipped where the test says.

/// The first `keep` bytes.
pub fn truncate(bytes: &[u8], keep: usize) -> Vec<u8> {
    bytes.iter().copied().take(keep).collect()
}

/// The same bytes with all bits of the one at offset `at` flipped.
///
/// # Panics
/// When there is no such byte.
pub fn corrupt(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let byte = bytes.get_mut(at).expect("the byte to flip lies inside");
    *byte = !*byte;
    bytes
}
