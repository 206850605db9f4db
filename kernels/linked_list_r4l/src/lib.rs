//! A doubly linked list whose pointers live inside its elements, so that neither adding nor removing one allocates.
//!
//! An element is shared: the list keeps one `Arc` of it, others may keep more. It can be in one list at a time.

#![no_std]

extern crate alloc;

mod list;
mod node;

pub use list::List;
pub use node::{GetLinks, Handle, Links};
