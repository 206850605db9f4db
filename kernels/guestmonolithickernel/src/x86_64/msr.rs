//! Model-specific registers: the numbers this hypervisor uses, and how to read and write them.

use core::arch::asm;

pub const APIC_BASE: u32 = 0x1b;
pub const SYSENTER_CS: u32 = 0x174;
pub const SYSENTER_ESP: u32 = 0x175;
pub const SYSENTER_EIP: u32 = 0x176;
pub const EFER: u32 = 0xc000_0080;
pub const STAR: u32 = 0xc000_0081;
pub const LSTAR: u32 = 0xc000_0082;
pub const CSTAR: u32 = 0xc000_0083;
pub const SFMASK: u32 = 0xc000_0084;
pub const FS_BASE: u32 = 0xc000_0100;
pub const GS_BASE: u32 = 0xc000_0101;
pub const KERNEL_GS_BASE: u32 = 0xc000_0102;
pub const VM_CR: u32 = 0xc001_0114;
pub const VM_HSAVE_PA: u32 = 0xc001_0117;

/// Bits of EFER (AMD APM vol. 2, §3.1.7).
pub mod efer {
    /// System call extensions: `syscall` and `sysret` exist.
    pub const SCE: u64 = 1 << 0;
    /// Long mode enable: what the kernel asks for.
    pub const LME: u64 = 1 << 8;
    /// Long mode active: what the CPU says once paging is on. Not writable.
    pub const LMA: u64 = 1 << 10;
    /// The NX bit of page tables counts.
    pub const NXE: u64 = 1 << 11;
    /// Secure virtual machine enable: VMRUN and its family exist.
    pub const SVME: u64 = 1 << 12;
}

/// Bit of VM_CR: firmware has switched SVM off (§15.30.1).
pub const VM_CR_SVMDIS: u64 = 1 << 4;

/// Reads a register of this CPU.
///
/// # Safety
/// The register must exist: otherwise the CPU raises #GP.
pub unsafe fn read(msr: u32) -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: the caller's promise.
    unsafe {
        asm!("rdmsr", in("ecx") msr, out("eax") low, out("edx") high, options(nostack, nomem))
    };
    u64::from(high) << 32 | u64::from(low)
}

/// Writes a register of this CPU.
///
/// # Safety
/// The register must exist and take the value; whatever it changes must be meant to change.
pub unsafe fn write(msr: u32, value: u64) {
    let (low, high) = (value as u32, (value >> 32) as u32);
    // SAFETY: the caller's promise.
    unsafe { asm!("wrmsr", in("ecx") msr, in("eax") low, in("edx") high, options(nostack)) };
}
