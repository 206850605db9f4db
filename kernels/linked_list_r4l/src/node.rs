//! What makes a value an element of a [`List`](crate::List).

use alloc::sync::Arc;
use core::{cell::UnsafeCell, ptr::NonNull};

/// A type that has [`Links`] inside.
pub trait GetLinks {
    /// What the links connect: the type itself.
    type EntryType;

    /// The links inside `data`.
    fn get_links(data: &Self::EntryType) -> &Links<Self::EntryType>;
}

/// The place of one element in a list: pointers to its neighbours.
pub struct Links<T> {
    /// Only the list that holds the element touches this, and only while it is borrowed mutably.
    place: UnsafeCell<Option<Place<T>>>,
}

/// The neighbours of an element that is in a list; at its ends there are none.
pub(crate) struct Place<T> {
    pub previous: Option<NonNull<T>>,
    pub next: Option<NonNull<T>>,
}

// SAFETY: the pointers are followed by the list only, and whoever owns that has its elements to themselves.
unsafe impl<T: Send + Sync> Send for Links<T> {}
// SAFETY: a shared reference to `Links` gives nobody outside this crate access to the cell.
unsafe impl<T: Send + Sync> Sync for Links<T> {}

impl<T> Links<T> {
    /// Links of an element that is in no list.
    pub const fn new() -> Self {
        Self {
            place: UnsafeCell::new(None),
        }
    }

    /// # Safety
    /// Nobody else may read or write these links during `'a`.
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn place<'a>(&self) -> &'a mut Option<Place<T>> {
        // SAFETY: as the caller promises.
        unsafe { &mut *self.place.get() }
    }
}

impl<T> Default for Links<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A pointer that owns, or shares, an element.
pub trait Handle: Sized {
    /// The element.
    type Node;

    /// Gives the ownership away, to be had back by [`Handle::from_pointer`].
    fn into_pointer(self) -> NonNull<Self::Node>;

    /// # Safety
    /// `pointer` must come from [`Handle::into_pointer`], and be used once only.
    unsafe fn from_pointer(pointer: NonNull<Self::Node>) -> Self;

    /// Where the element is, without taking it.
    fn pointer(&self) -> NonNull<Self::Node>;
}

impl<T> Handle for Arc<T> {
    type Node = T;

    fn into_pointer(self) -> NonNull<T> {
        // SAFETY: an `Arc` is never null.
        unsafe { NonNull::new_unchecked(Arc::into_raw(self).cast_mut()) }
    }

    unsafe fn from_pointer(pointer: NonNull<T>) -> Self {
        // SAFETY: as the caller promises.
        unsafe { Arc::from_raw(pointer.as_ptr()) }
    }

    fn pointer(&self) -> NonNull<T> {
        // SAFETY: an `Arc` is never null.
        unsafe { NonNull::new_unchecked(Arc::as_ptr(self).cast_mut()) }
    }
}

/// Defines a node type around a payload: `def_node! { pub struct Task<T>(T); }` gives it `new`, `inner`, `Deref` to the
/// payload, and links.
#[macro_export]
macro_rules! def_node {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident<$parameter:ident>($payload:ty);) => {
        $(#[$attribute])*
        $visibility struct $name<$parameter> {
            inner: $payload,
            links: $crate::Links<Self>,
        }

        impl<$parameter> $name<$parameter> {
            /// A node that is in no list.
            pub const fn new(inner: $payload) -> Self {
                Self {
                    inner,
                    links: $crate::Links::new(),
                }
            }

            /// The payload.
            pub const fn inner(&self) -> &$payload {
                &self.inner
            }
        }

        impl<$parameter> $crate::GetLinks for $name<$parameter> {
            type EntryType = Self;

            fn get_links(data: &Self) -> &$crate::Links<Self> {
                &data.links
            }
        }

        impl<$parameter> core::ops::Deref for $name<$parameter> {
            type Target = $payload;

            fn deref(&self) -> &$payload {
                &self.inner
            }
        }
    };
}
