//! Memos and effects whose machinery is compiled once, whatever they hold and do.
//!
//! Leptos' own memo compiles to a kilobyte for each type that one holds, and an effect to half of one for each that there
//! is, a tenth of every page's first load together. These are the same ones of a pointer: what is compiled for a type is
//! how it is compared, cloned and dropped.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::{Effect, GetUntracked, Memo as LeptosMemo, Signal, Track, With, WithUntracked};

/// A value that is worked out from signals when it is asked for, and again only when one of them has changed.
pub struct Memo<T> {
    held: LeptosMemo<Held>,
    holds: PhantomData<fn() -> T>,
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

/// A value, of which only its owner knows the type.
#[derive(Clone)]
struct Held(Arc<dyn Value>);

trait Value: Send + Sync {
    fn as_any(&self) -> &dyn Any;

    /// Whether another value of the same memo is news to who knows this one.
    fn changes_to(&self, new: &dyn Any) -> bool;
}

struct Kept<T> {
    value: T,
    changed: fn(Option<&T>, Option<&T>) -> bool,
}

impl<T: Send + Sync + 'static> Value for Kept<T> {
    fn as_any(&self) -> &dyn Any {
        &self.value
    }

    fn changes_to(&self, new: &dyn Any) -> bool {
        (self.changed)(Some(&self.value), new.downcast_ref())
    }
}

type Make = Box<dyn Fn(Option<&Held>) -> Held + Send + Sync>;

/// Not generic, so that it is compiled once.
fn memo_of(make: Make) -> LeptosMemo<Held> {
    let changed = |old: Option<&Held>, new: Option<&Held>| match (old, new) {
        (Some(old), Some(new)) => old.0.changes_to(new.0.as_any()),
        (None, _) | (_, None) => true,
    };
    LeptosMemo::new_with_compare(make, changed)
}

impl Held {
    fn value<T: 'static>(&self) -> &T {
        match self.0.as_any().downcast_ref() {
            Some(value) => value,
            None => unreachable!("a memo holds values of its own type only"),
        }
    }
}

impl<T: Send + Sync + 'static> Memo<T> {
    /// Works the value out by `make`, which gets the one before; tells those who depend on it when it is another one.
    pub fn new(make: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self
    where
        T: PartialEq,
    {
        Self::new_with_compare(make, |old, new| old != new)
    }

    /// The same, where `changed` tells whether the value is another one.
    pub fn new_with_compare(
        make: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
        changed: fn(Option<&T>, Option<&T>) -> bool,
    ) -> Self {
        let make =
            move |old: Option<&Held>| Held(Arc::new(Kept { value: make(old.map(Held::value)), changed }));
        Self { held: memo_of(Box::new(make)), holds: PhantomData }
    }

    /// Looks at the value, and depends on it.
    pub fn with<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        let held = self.held.with(Clone::clone);
        look(held.value())
    }

    /// Looks at the value without depending on it.
    pub fn with_untracked<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        let held = self.held.with_untracked(Clone::clone);
        look(held.value())
    }

    /// The value; whoever asks depends on it.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value, without depending on it.
    pub fn get_untracked(&self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// The value without depending on it; none once its owner is gone.
    pub fn try_get_untracked(&self) -> Option<T>
    where
        T: Clone,
    {
        self.held.try_get_untracked().map(|it| it.value::<T>().clone())
    }

    /// Depends on the value without looking at it.
    pub fn track(&self) {
        self.held.track();
    }
}

impl<T: Clone + Send + Sync + 'static> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::derive(move || memo.get())
    }
}

/// Does something soon, and again whenever a signal that it reads has changed; it gets what it gave the time before.
pub fn effect<T: 'static>(mut act: impl FnMut(Option<T>) -> T + 'static) {
    let mut last = None;
    effect_of(Box::new(move || last = Some(act(last.take()))));
}

/// Not generic, so that it is compiled once.
fn effect_of(mut act: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| act());
}
