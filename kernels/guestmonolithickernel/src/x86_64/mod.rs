//! The hypervisor for x86_64.

/// Creates the virtual machine and runs it until it shuts down.
pub fn run() {}
