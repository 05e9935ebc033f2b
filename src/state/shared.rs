//! Memos over what is shared: they change when another thing is there, without a look into it.

use std::sync::Arc;

use super::reactive::Memo;

/// What can be told to be the same thing without comparing what is in it.
pub trait Shared {
    /// Whether both are the same thing.
    fn is_same(&self, other: &Self) -> bool;
}

impl<T: ?Sized> Shared for Arc<T> {
    fn is_same(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other)
    }
}

impl<T: Shared> Shared for Option<T> {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(it), Some(other)) => it.is_same(other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

/// A memo that tells of another thing only.
pub fn shared_memo<T: Shared + Send + Sync + 'static>(
    make: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    Memo::new_with_compare(
        move |_| make(),
        |old, new| !old.zip(new).is_some_and(|(old, new)| old.is_same(new)),
    )
}
