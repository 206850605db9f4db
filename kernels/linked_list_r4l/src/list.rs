use crate::node::{GetLinks, Handle, Place};
use core::{marker::PhantomData, ptr::NonNull};

/// A list that holds its elements by handles, such as `Arc`.
pub struct List<H: Handle>
where
    H::Node: GetLinks<EntryType = H::Node>,
{
    first: Option<NonNull<H::Node>>,
    last: Option<NonNull<H::Node>>,
    handles: PhantomData<H>,
}

// SAFETY: the list owns a handle of each element, and has nothing else.
unsafe impl<H: Handle + Send> Send for List<H> where H::Node: GetLinks<EntryType = H::Node> {}
// SAFETY: a shared list lets nobody reach its elements.
unsafe impl<H: Handle + Sync> Sync for List<H> where H::Node: GetLinks<EntryType = H::Node> {}

impl<H: Handle> List<H>
where
    H::Node: GetLinks<EntryType = H::Node>,
{
    /// A list without elements.
    pub const fn new() -> Self {
        Self {
            first: None,
            last: None,
            handles: PhantomData,
        }
    }

    /// Whether there is no element.
    pub const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Adds an element at the end.
    ///
    /// # Panics
    /// If it is in a list already.
    pub fn push_back(&mut self, element: H) {
        self.insert(element, self.last, None);
    }

    /// Adds an element at the start.
    ///
    /// # Panics
    /// If it is in a list already.
    pub fn push_front(&mut self, element: H) {
        self.insert(element, None, self.first);
    }

    /// Takes the first element out.
    pub fn pop_front(&mut self) -> Option<H> {
        let first = self.first?;
        // SAFETY: `first` is in this list.
        unsafe { self.unlink(first) }
    }

    /// Takes an element out, wherever it is.
    /// Returns `None`, and changes nothing, if it is in no list.
    ///
    /// # Safety
    /// The element must not be in another list.
    pub unsafe fn remove(&mut self, element: &H) -> Option<H> {
        // SAFETY: if it is in a list, it is in this one, as the caller promises.
        unsafe { self.unlink(element.pointer()) }
    }

    /// Puts `element` between two neighbours, of which at least one is an end of the list.
    fn insert(
        &mut self,
        element: H,
        previous: Option<NonNull<H::Node>>,
        next: Option<NonNull<H::Node>>,
    ) {
        let node = element.into_pointer();
        // SAFETY: the list has just become an owner of the node, so it lives.
        let place = unsafe { place(node) };
        assert!(place.is_none(), "the element is in a list already");
        *place = Some(Place { previous, next });
        self.join(previous, Some(node));
        self.join(Some(node), next);
    }

    /// Takes a node out and gives its handle back.
    ///
    /// # Safety
    /// `node` must be alive, and in no list but this one.
    unsafe fn unlink(&mut self, node: NonNull<H::Node>) -> Option<H> {
        // SAFETY: it is alive, and nobody but this list has to do with its links.
        let Place { previous, next } = unsafe { place(node) }.take()?;
        self.join(previous, next);
        // SAFETY: the pointer was made by `insert` and leaves the list here.
        Some(unsafe { H::from_pointer(node) })
    }

    /// Makes two nodes neighbours. Where one is missing, the other becomes an end of the list.
    fn join(&mut self, previous: Option<NonNull<H::Node>>, next: Option<NonNull<H::Node>>) {
        match previous {
            // SAFETY: nodes in the list live.
            Some(node) => unsafe { place(node) }.as_mut().expect("in the list").next = next,
            None => self.first = next,
        }
        match next {
            // SAFETY: as above.
            Some(node) => {
                unsafe { place(node) }
                    .as_mut()
                    .expect("in the list")
                    .previous = previous
            }
            None => self.last = previous,
        }
    }
}

/// # Safety
/// The node must be alive; nobody else may touch its links during `'a`.
unsafe fn place<'a, N: GetLinks<EntryType = N>>(node: NonNull<N>) -> &'a mut Option<Place<N>> {
    // SAFETY: as the caller promises.
    unsafe { N::get_links(node.as_ref()).place() }
}

impl<H: Handle> Default for List<H>
where
    H::Node: GetLinks<EntryType = H::Node>,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<H: Handle> Drop for List<H>
where
    H::Node: GetLinks<EntryType = H::Node>,
{
    fn drop(&mut self) {
        while self.pop_front().is_some() {}
    }
}
