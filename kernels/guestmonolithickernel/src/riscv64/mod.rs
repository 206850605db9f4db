//! The hypervisor for riscv64, in HS-mode.

/// Creates the virtual machine and runs it until it shuts down.
pub fn run() {}
