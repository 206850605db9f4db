//! VM exits: why the guest stopped, and what the hypervisor does about it (AMD APM vol. 2, §15.7–15.13, Appendix C).
//!
//! Each exit is handled by finishing what the guest's instruction wanted, or by removing what was in its way. QEMU's
//! TCG does not offer the NRIPS feature, which would give the next instruction's address for every exit; so where the
//! manual gives none, the length of the instruction is written here.

use super::{lapic, mmio, msr, vcpu::Vcpu, vm::VirtualMachine};
use core::{
    arch::x86_64::{__cpuid_count, CpuidResult},
    fmt,
};

/// EXITCODE: a closed list of what [`super::vcpu`] asks for, and what comes unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// 060h: a physical interrupt is pending for the host.
    Intr,
    /// 061h: a non-maskable interrupt is pending for the host.
    Nmi,
    /// 072h
    Cpuid,
    /// 078h
    Hlt,
    /// 07Bh: `in`, `out` and their string forms.
    Ioio,
    /// 07Ch: `rdmsr`, `wrmsr`.
    Msr,
    /// 07Fh: the guest could not deliver an exception, nor the double fault after it. A real machine would reset.
    Shutdown,
    /// 081h: the hypercall instruction.
    Vmmcall,
    /// 400h: the nested page table does not map what the guest accessed.
    NestedPageFault,
    /// −1: VMRUN found the VMCB's guest state inconsistent (§15.5.1).
    Invalid,
    /// Any other.
    Other(u64),
}

impl From<u64> for ExitCode {
    fn from(code: u64) -> Self {
        match code {
            0x60 => Self::Intr,
            0x61 => Self::Nmi,
            0x72 => Self::Cpuid,
            0x78 => Self::Hlt,
            0x7b => Self::Ioio,
            0x7c => Self::Msr,
            0x7f => Self::Shutdown,
            0x81 => Self::Vmmcall,
            0x400 => Self::NestedPageFault,
            // The manual's −1 has 64 bits (Appendix C). QEMU 10's TCG stores only the lower 32 of them.
            u64::MAX | 0xffff_ffff => Self::Invalid,
            other => Self::Other(other),
        }
    }
}

/// What to do with the guest after a VM exit.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Resume,
    /// The guest has asked for power off.
    PowerOff,
}

/// A VM exit that this hypervisor has no answer to: all that the VMCB says about it.
#[derive(Debug)]
pub struct Unhandled {
    /// What is missing, for a reader who does not know the numbers.
    reason: &'static str,
    code: ExitCode,
    exitinfo1: u64,
    exitinfo2: u64,
    rip: u64,
}

impl fmt::Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "VM exit {:?} at guest rip {:#x}: {} (EXITINFO1 = {:#x}, EXITINFO2 = {:#x})",
            self.code, self.rip, self.reason, self.exitinfo1, self.exitinfo2
        )
    }
}

type Handled = Result<Next, &'static str>;

impl VirtualMachine {
    /// Deals with the VM exit that the VMCB describes.
    pub fn handle_exit(&mut self) -> Result<Next, Unhandled> {
        let vmcb = self.vcpu.vmcb();
        let (code, rip) = (ExitCode::from(vmcb.control.exitcode), vmcb.save.rip);
        let (exitinfo1, exitinfo2) = (vmcb.control.exitinfo1, vmcb.control.exitinfo2);

        let handled = match code {
            // The host's handler has run when the world switch executed STGI. Most likely it was the timer: `run` looks
            // after each exit whether the guest's timer has run out, too.
            ExitCode::Intr | ExitCode::Nmi => Ok(Next::Resume),
            ExitCode::Cpuid => self.cpuid(),
            ExitCode::Hlt => self.halt(),
            ExitCode::Ioio => self.port_access(exitinfo1, exitinfo2),
            ExitCode::Msr => self.msr_access(exitinfo1),
            ExitCode::Vmmcall => self.hypercall(),
            ExitCode::NestedPageFault => self.nested_page_fault(exitinfo1, exitinfo2),
            ExitCode::Shutdown => {
                Err("the guest failed to handle an exception, three times in a row (triple fault)")
            }
            ExitCode::Invalid => Err("VMRUN refuses the guest state in the VMCB"),
            ExitCode::Other(_) => Err("this exit was not asked for"),
        };
        handled.map_err(|reason| Unhandled {
            reason,
            code,
            exitinfo1,
            exitinfo2,
            rip,
        })
    }

    /// `cpuid`: the real CPU's answer without what the guest cannot have.
    fn cpuid(&mut self) -> Handled {
        const LENGTH: u64 = 2;
        const ECX_X2APIC: u32 = 1 << 21;
        const ECX_HYPERVISOR: u32 = 1 << 31;
        const ECX_SVM: u32 = 1 << 2;

        let (leaf, subleaf) = (
            self.vcpu.vmcb().save.rax as u32,
            self.vcpu.context.rcx as u32,
        );
        let mut answer = __cpuid_count(leaf, subleaf);
        match leaf {
            0x0000_0001 => answer.ecx = answer.ecx & !ECX_X2APIC | ECX_HYPERVISOR,
            // One level of virtualization is enough here.
            0x8000_0001 => answer.ecx &= !ECX_SVM,
            0x8000_000a => {
                answer = CpuidResult {
                    eax: 0,
                    ebx: 0,
                    ecx: 0,
                    edx: 0,
                }
            }
            _ => {}
        }
        self.vcpu.vmcb().save.rax = answer.eax.into();
        self.vcpu.context.rbx = answer.ebx.into();
        self.vcpu.context.rcx = answer.ecx.into();
        self.vcpu.context.rdx = answer.edx.into();
        self.vcpu.skip(LENGTH);
        Ok(Next::Resume)
    }

    /// `hlt`: the guest has nothing to do until its timer fires, and so has the host.
    fn halt(&mut self) -> Handled {
        const LENGTH: u64 = 1;
        self.vcpu.skip(LENGTH);
        if !self.apic.timer_runs() {
            return Err(
                "the guest waits for an interrupt, but its timer is off and there is nothing else",
            );
        }
        self.wait_for_timer();
        Ok(Next::Resume)
    }

    /// `in`, `out`: ports that the I/O permission map does not give to the guest.
    ///
    /// EXITINFO1 describes the access, EXITINFO2 is the address of the next instruction (§15.10.2).
    fn port_access(&mut self, info: u64, next_rip: u64) -> Handled {
        const IS_INPUT: u64 = 1 << 0;
        const IS_STRING: u64 = 1 << 2;
        /// Bits 4 to 6 are set for 1, 2, 4 bytes.
        const SIZE_SHIFT: u32 = 4;
        const PIC_MASKS: [u16; 2] = [0x21, 0xa1];
        const PM1A_CONTROL: u16 = 0x604;
        const SLEEP_ENABLE: u64 = 1 << 13;

        if info & IS_STRING != 0 {
            return Err("string input and output are not emulated");
        }
        let port = (info >> 16) as u16;
        let mask = (1 << (8 * (info >> SIZE_SHIFT & 7))) - 1;
        self.vcpu.resume_at(next_rip);

        let rax = &mut self.vcpu.vmcb().save.rax;
        if info & IS_INPUT != 0 {
            // Nobody answers: all bits are one. Writing 32 bits of a register clears its upper half.
            let kept = if mask == 0xffff_ffff { 0 } else { *rax & !mask };
            *rax = kept | mask;
            return Ok(Next::Resume);
        }
        match (port, *rax & mask) {
            // ArceOS masks both legacy interrupt controllers. This machine has none, so they are silent already.
            (port, _) if PIC_MASKS.contains(&port) => Ok(Next::Resume),
            // The power management register of the q35 board, for guests that know no hypercall.
            (PM1A_CONTROL, value) if value & SLEEP_ENABLE != 0 => Ok(Next::PowerOff),
            // Nobody listens.
            _ => Ok(Next::Resume),
        }
    }

    /// `rdmsr`, `wrmsr`: registers that the MSR permission map does not give to the guest. EXITINFO1 is 1 for a write.
    fn msr_access(&mut self, info: u64) -> Handled {
        const LENGTH: u64 = 2;
        let number = self.vcpu.context.rcx as u32;
        let done = if info == 1 {
            let (low, high) = (
                self.vcpu.vmcb().save.rax as u32,
                self.vcpu.context.rdx as u32,
            );
            write_msr(
                &mut self.vcpu,
                number,
                u64::from(high) << 32 | u64::from(low),
            )
        } else {
            read_msr(&mut self.vcpu, number).map(|value| {
                self.vcpu.vmcb().save.rax = value & 0xffff_ffff;
                self.vcpu.context.rdx = value >> 32;
            })
        };
        match done {
            Some(()) => self.vcpu.skip(LENGTH),
            // As on a CPU that does not have the register. RIP stays: #GP is a fault.
            None => self.vcpu.inject_general_protection(),
        }
        Ok(Next::Resume)
    }

    /// `vmmcall`: the guest asks the hypervisor. The numbers are a convention between this hypervisor and its guest.
    fn hypercall(&mut self) -> Handled {
        const LENGTH: u64 = 3;
        /// Prints the character in RDI.
        const PUTCHAR: u64 = 1;
        /// The number that Arm's PSCI gives to SYSTEM_OFF.
        const SYSTEM_OFF: u64 = 0x8400_0008;
        const NOT_SUPPORTED: u64 = -1_i64 as u64;

        self.vcpu.skip(LENGTH);
        match self.vcpu.vmcb().save.rax {
            SYSTEM_OFF => return Ok(Next::PowerOff),
            PUTCHAR => {
                axhal::console::write_bytes(&[self.vcpu.context.rdi as u8]);
                self.vcpu.vmcb().save.rax = 0;
            }
            _ => self.vcpu.vmcb().save.rax = NOT_SUPPORTED,
        }
        Ok(Next::Resume)
    }

    /// The guest accessed guest physical memory that the nested page table does not map (§15.25.6).
    ///
    /// EXITINFO1 is a page fault's error code, EXITINFO2 the guest physical address.
    fn nested_page_fault(&mut self, error_code: u64, gpa: u64) -> Handled {
        /// The fault came from the access itself, not from the CPU's walk through the guest's page table.
        const FINAL_ADDRESS: u64 = 1 << 32;
        const IS_FETCH: u64 = 1 << 4;

        let Some(offset) = gpa
            .checked_sub(lapic::BASE)
            .filter(|&offset| offset < lapic::SIZE)
        else {
            return Err("there is neither RAM nor a device at this guest physical address");
        };
        if error_code & FINAL_ADDRESS == 0 || error_code & IS_FETCH != 0 {
            return Err("code or page tables in the local APIC's registers");
        }
        let instruction = self.memory.instruction(&self.vcpu.vmcb().save);
        let Some(access) = instruction.and_then(mmio::decode) else {
            return Err(
                "the local APIC's registers are accessed by an instruction that is not emulated",
            );
        };
        self.access_local_apic(offset, &access);
        self.vcpu.skip(access.length);
        Ok(Next::Resume)
    }

    /// Carries out the guest's instruction on the local APIC's register at `offset`.
    fn access_local_apic(&mut self, offset: u64, access: &mmio::Access) {
        use mmio::{Operation, Other};
        let now = super::now();
        let other = match access.other {
            Other::Register(number) => *self.vcpu.general_register(number) as u32,
            Other::Immediate(value) => value,
        };
        // A device's register is read only where the instruction does so.
        let is_plain_store = access.stores && access.operation == Operation::Move;
        let device = if is_plain_store {
            0
        } else {
            self.apic.read(offset, now)
        };

        let (destination, source) = if access.stores {
            (device, other)
        } else {
            (other, device)
        };
        let result = access.operation.apply(destination, source);
        let rflags = &mut self.vcpu.vmcb().save.rflags;
        *rflags = access.operation.flags(*rflags, result);
        match access.other {
            _ if access.operation == Operation::Test => {}
            _ if access.stores => self.apic.write(offset, result, now),
            // Writing 32 bits of a register clears its upper half.
            Other::Register(number) => *self.vcpu.general_register(number) = result.into(),
            Other::Immediate(_) => {}
        }
    }
}

/// What the guest reads from a register that it has not for itself; nothing if it does not have it at all.
fn read_msr(vcpu: &mut Vcpu, number: u32) -> Option<u64> {
    match number {
        // SVME is the hypervisor's business.
        msr::EFER => Some(vcpu.vmcb().save.efer & !msr::efer::SVME),
        msr::APIC_BASE => Some(APIC_BASE),
        _ => None,
    }
}

/// Writes `value` to the guest's register; nothing if it does not have it, or may not write this.
fn write_msr(vcpu: &mut Vcpu, number: u32, value: u64) -> Option<()> {
    match number {
        msr::EFER => {
            const WRITABLE: u64 = msr::efer::SCE | msr::efer::LME | msr::efer::NXE;
            let efer = &mut vcpu.vmcb().save.efer;
            if value & !(WRITABLE | msr::efer::LMA) != 0 {
                return None;
            }
            // ArceOS's boot code writes LME | NXE without looking at what was there. Were EFER the guest's own, SVME
            // would be gone with that, and the next VMRUN would end in Invalid (§15.5.1).
            *efer = value & WRITABLE | *efer & msr::efer::LMA | msr::efer::SVME;
            Some(())
        }
        msr::APIC_BASE if value == APIC_BASE => Some(()),
        _ => None,
    }
}

/// APIC_BASE (§16.3.1): enabled, and this is the boot CPU.
const APIC_BASE: u64 = lapic::BASE | 1 << 11 | 1 << 8;
