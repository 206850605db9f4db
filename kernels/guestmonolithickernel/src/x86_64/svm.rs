//! Switching SVM on: AMD's virtualization extension (AMD APM vol. 2, §15.4).

use super::{msr, page::HostPages};
use core::arch::x86_64::__cpuid;

/// What the CPU lacks for this hypervisor.
#[derive(Debug, Clone, Copy)]
pub enum Unsupported {
    /// CPUID Fn8000_0001_ECX\[SVM\] is 0. On QEMU: give `-cpu EPYC`.
    NoSvm,
    /// VM_CR.SVMDIS is 1: the firmware has locked it.
    DisabledByFirmware,
    /// CPUID Fn8000_000A_EDX\[NP\] is 0.
    NoNestedPaging,
}

/// Makes VMRUN and its family usable on this CPU.
///
/// `host_save_area` is the page where VMRUN keeps the host's registers until the next VM exit; it must stay allocated
/// for as long as guests run. Its layout is the CPU's own business.
pub fn enable(host_save_area: &HostPages) -> Result<(), Unsupported> {
    if __cpuid(0x8000_0001).ecx & (1 << 2) == 0 {
        return Err(Unsupported::NoSvm);
    }
    // SAFETY: a CPU with SVM has VM_CR.
    if unsafe { msr::read(msr::VM_CR) } & msr::VM_CR_SVMDIS != 0 {
        return Err(Unsupported::DisabledByFirmware);
    }
    if __cpuid(0x8000_000a).edx & (1 << 0) == 0 {
        return Err(Unsupported::NoNestedPaging);
    }
    // SAFETY: a CPU with SVM has both registers; the page belongs to us.
    unsafe {
        msr::write(msr::EFER, msr::read(msr::EFER) | msr::efer::SVME);
        msr::write(msr::VM_HSAVE_PA, host_save_area.physical_address());
    }
    Ok(())
}
