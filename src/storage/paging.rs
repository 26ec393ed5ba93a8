//! Lists are paged by key, not by offset: a page costs the same wherever it lies.

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The key of the last row already seen; none for the first page.
    pub after: Option<String>,
    /// How many rows at most.
    pub limit: u64,
}
