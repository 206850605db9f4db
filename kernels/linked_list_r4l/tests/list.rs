//! The list against a `VecDeque` that says what must come out.

use linked_list_r4l::{GetLinks, Links, List, def_node};
use std::{collections::VecDeque, sync::Arc};

def_node! {
    /// A node made by the macro.
    pub struct Numbered<T>(T);
}

struct Named {
    name: &'static str,
    links: Links<Self>,
}

impl GetLinks for Named {
    type EntryType = Self;

    fn get_links(data: &Self) -> &Links<Self> {
        &data.links
    }
}

fn nodes(count: usize) -> Vec<Arc<Numbered<usize>>> {
    (0..count).map(|n| Arc::new(Numbered::new(n))).collect()
}

fn drained(list: &mut List<Arc<Numbered<usize>>>) -> Vec<usize> {
    std::iter::from_fn(|| list.pop_front())
        .map(|node| **node)
        .collect()
}

#[test]
fn elements_come_out_in_the_order_of_both_ends() {
    let mut list = List::new();
    assert!(list.is_empty());
    let nodes = nodes(4);
    list.push_back(nodes[1].clone());
    list.push_back(nodes[2].clone());
    list.push_front(nodes[0].clone());
    list.push_back(nodes[3].clone());
    assert!(!list.is_empty());
    assert_eq!(drained(&mut list), [0, 1, 2, 3]);
    assert!(list.is_empty() && list.pop_front().is_none());
}

#[test]
fn a_type_may_have_its_links_where_it_wants() {
    let mut list = List::new();
    list.push_back(Arc::new(Named {
        name: "only",
        links: Links::new(),
    }));
    assert_eq!(list.pop_front().map(|node| node.name), Some("only"));
}

#[test]
fn first_middle_and_last_can_be_removed() {
    for removed in 0..3 {
        let nodes = nodes(3);
        let mut list = List::new();
        nodes.iter().for_each(|node| list.push_back(node.clone()));
        // SAFETY: there is no other list.
        let node = unsafe { list.remove(&nodes[removed]) };
        assert_eq!(node.map(|node| *node.inner()), Some(removed));
        let expected: Vec<_> = (0..3).filter(|n| *n != removed).collect();
        assert_eq!(drained(&mut list), expected);
    }
}

#[test]
fn removing_what_is_in_no_list_changes_nothing() {
    let nodes = nodes(2);
    let mut list = List::new();
    list.push_back(nodes[0].clone());
    // SAFETY: there is no other list.
    assert!(unsafe { list.remove(&nodes[1]) }.is_none());
    assert_eq!(drained(&mut list), [0]);
}

#[test]
#[should_panic(expected = "in a list already")]
fn an_element_cannot_be_in_a_list_twice() {
    let node = Arc::new(Numbered::new(0));
    let mut list = List::new();
    list.push_back(node.clone());
    list.push_back(node);
}

#[test]
fn the_list_shares_its_elements_and_lets_them_go() {
    let nodes = nodes(3);
    let mut list = List::new();
    nodes.iter().for_each(|node| list.push_back(node.clone()));
    assert_eq!(Arc::strong_count(&nodes[0]), 2);
    drop(list.pop_front());
    assert_eq!(Arc::strong_count(&nodes[0]), 1);
    drop(list);
    assert!(nodes.iter().all(|node| Arc::strong_count(node) == 1));
}

#[test]
fn a_list_of_sendable_elements_can_be_sent() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<List<Arc<Numbered<u32>>>>();
}

#[test]
fn ten_thousand_random_steps_do_what_a_deque_does() {
    // xorshift; the seed is printed when an assertion fails.
    let seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut state = seed;
    let mut random = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    let nodes = nodes(16);
    let (mut list, mut model) = (List::new(), VecDeque::new());
    for step in 0..10_000 {
        let n = random(nodes.len());
        let is_in = model.contains(&n);
        match random(4) {
            0 if !is_in => {
                list.push_back(nodes[n].clone());
                model.push_back(n);
            }
            1 if !is_in => {
                list.push_front(nodes[n].clone());
                model.push_front(n);
            }
            2 => assert_eq!(
                list.pop_front().map(|node| **node),
                model.pop_front(),
                "step {step}, seed {seed:#x}"
            ),
            _ => {
                // SAFETY: there is no other list.
                assert_eq!(
                    unsafe { list.remove(&nodes[n]) }.is_some(),
                    is_in,
                    "step {step}, seed {seed:#x}"
                );
                model.retain(|each| *each != n);
            }
        }
    }
    assert_eq!(drained(&mut list), Vec::from(model));
}
