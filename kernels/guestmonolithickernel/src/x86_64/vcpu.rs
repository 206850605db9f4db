//! A virtual CPU: the registers of the guest, in the VMCB and beside it.

use super::{
    msr,
    page::{HostPages, PAGE_SIZE},
    vmcb::{self, Segment, Vmcb, attrib, eventinj, intercept3, intercept4, vintr},
};
use core::{arch::global_asm, mem::offset_of};

/// What the world switch needs, at fixed places: the general registers that the VMCB has no room for, and where the two
/// VMCBs are. The guest's RAX, RSP, RIP and RFLAGS are in the VMCB only.
#[repr(C)]
#[derive(Default)]
pub struct VcpuContext {
    pub rbx: u64,
    pub rcx: u64,
    pub rdx: u64,
    pub rsi: u64,
    pub rdi: u64,
    pub rbp: u64,
    pub r8: u64,
    pub r9: u64,
    pub r10: u64,
    pub r11: u64,
    pub r12: u64,
    pub r13: u64,
    pub r14: u64,
    pub r15: u64,
    /// Physical address of the guest's VMCB.
    guest_vmcb_pa: u64,
    /// Physical address of a VMCB of which only the part that VMSAVE writes is used: the host's half of the exchange.
    host_vmcb_pa: u64,
}

// The file beside this one, with line numbers from build.rs.
global_asm!(
    include_str!(concat!(env!("OUT_DIR"), "/world_switch.S")),
    rbx = const offset_of!(VcpuContext, rbx),
    rcx = const offset_of!(VcpuContext, rcx),
    rdx = const offset_of!(VcpuContext, rdx),
    rsi = const offset_of!(VcpuContext, rsi),
    rdi = const offset_of!(VcpuContext, rdi),
    rbp = const offset_of!(VcpuContext, rbp),
    r8 = const offset_of!(VcpuContext, r8),
    r9 = const offset_of!(VcpuContext, r9),
    r10 = const offset_of!(VcpuContext, r10),
    r11 = const offset_of!(VcpuContext, r11),
    r12 = const offset_of!(VcpuContext, r12),
    r13 = const offset_of!(VcpuContext, r13),
    r14 = const offset_of!(VcpuContext, r14),
    r15 = const offset_of!(VcpuContext, r15),
    guest_vmcb_pa = const offset_of!(VcpuContext, guest_vmcb_pa),
    host_vmcb_pa = const offset_of!(VcpuContext, host_vmcb_pa),
);

unsafe extern "C" {
    /// In world_switch.S: runs the guest until its next VM exit.
    fn svm_world_switch(context: *mut VcpuContext);
}

/// Physical addresses of the structures that decide what the guest may reach.
pub struct Boundaries {
    pub nested_page_table: u64,
    pub iopm: u64,
    pub msrpm: u64,
}

/// One virtual CPU.
pub struct Vcpu {
    pub context: VcpuContext,
    vmcb: HostPages,
    /// Keeps the page allocated that `context.host_vmcb_pa` names.
    _host_vmcb: HostPages,
}

/// The reset value of the page attribute table (AMD APM vol. 2, §7.8.2).
const PAT_AT_RESET: u64 = 0x0007_0406_0007_0406;

/// CR0: protection enabled, and the bit that is always 1 (extension type). Paging is off.
const CR0_PE_ET: u64 = 1 << 0 | 1 << 4;

/// Bit 1 of RFLAGS is always 1. Interrupts are off.
const RFLAGS_RESERVED: u64 = 1 << 1;

impl Vcpu {
    /// A CPU in the state that the Multiboot specification 0.6.96, §3.2 "Machine state" promises to a kernel: 32-bit
    /// protected mode with flat segments, paging and interrupts off, EAX = magic, EBX = the information structure.
    pub fn new(
        entry: u32,
        multiboot_magic: u32,
        multiboot_info: u32,
        boundaries: &Boundaries,
    ) -> Self {
        let vmcb_pages = HostPages::new(1, PAGE_SIZE);
        let host_vmcb = HostPages::new(1, PAGE_SIZE);
        let context = VcpuContext {
            rbx: multiboot_info.into(),
            guest_vmcb_pa: vmcb_pages.physical_address(),
            host_vmcb_pa: host_vmcb.physical_address(),
            ..VcpuContext::default()
        };
        let mut vcpu = Self {
            context,
            vmcb: vmcb_pages,
            _host_vmcb: host_vmcb,
        };

        let control = &mut vcpu.vmcb().control;
        control.intercept_misc3 = intercept3::INTR
            | intercept3::NMI
            | intercept3::CPUID
            | intercept3::HLT
            | intercept3::INVLPGA
            | intercept3::IOIO_PROT
            | intercept3::MSR_PROT
            | intercept3::SHUTDOWN;
        control.intercept_misc4 = intercept4::VMRUN
            | intercept4::VMMCALL
            | intercept4::VMLOAD
            | intercept4::VMSAVE
            | intercept4::STGI
            | intercept4::CLGI
            | intercept4::SKINIT
            | intercept4::XSETBV;
        control.iopm_base_pa = boundaries.iopm;
        control.msrpm_base_pa = boundaries.msrpm;
        control.guest_asid = 1;
        control.tlb_control = vmcb::TLB_FLUSH_ALL;
        control.vintr = vintr::V_INTR_MASKING | vintr::V_IGN_TPR;
        control.np_control = vmcb::NP_ENABLE;
        control.n_cr3 = boundaries.nested_page_table;

        let flat = |selector, attrib| Segment {
            selector,
            attrib,
            limit: u32::MAX,
            base: 0,
        };
        let save = &mut vcpu.vmcb().save;
        save.cs = flat(0x08, attrib::CODE32);
        for data in [
            &mut save.ds,
            &mut save.es,
            &mut save.fs,
            &mut save.gs,
            &mut save.ss,
        ] {
            *data = flat(0x10, attrib::DATA32);
        }
        save.tr = Segment {
            selector: 0,
            attrib: attrib::TSS_BUSY,
            limit: 0xffff,
            base: 0,
        };
        save.ldtr = Segment {
            selector: 0,
            attrib: attrib::LDT,
            limit: 0xffff,
            base: 0,
        };
        save.cr0 = CR0_PE_ET;
        save.rflags = RFLAGS_RESERVED;
        save.rip = entry.into();
        save.rax = multiboot_magic.into();
        // VMRUN refuses a guest without SVME (§15.5.1), though this guest will be told that there is no SVM.
        save.efer = msr::efer::SVME;
        save.g_pat = PAT_AT_RESET;
        save.dr6 = 0xffff_0ff0;
        save.dr7 = 0x400;
        vcpu
    }

    /// Runs the guest until something happens that the hypervisor has to deal with; the VMCB then says what.
    pub fn run(&mut self) {
        // SAFETY: both addresses in the context are pages that this Vcpu owns. What the guest can reach is bounded by
        // the nested page table and the two permission maps.
        unsafe { svm_world_switch(&mut self.context) };
        // Entries that the TLB keeps from now on are all made from the same nested page table.
        self.vmcb().control.tlb_control = 0;
        self.vmcb().control.eventinj = 0;
    }

    /// The control block. The CPU changes it during [`Self::run`] only.
    pub fn vmcb(&mut self) -> &mut Vmcb {
        // SAFETY: the page is ours, zeroed, and every bit pattern is a valid Vmcb.
        unsafe { &mut *self.vmcb.as_mut_ptr::<Vmcb>() }
    }

    /// Goes on behind an instruction of `length` bytes that the hypervisor has carried out for the guest.
    pub fn skip(&mut self, length: u64) {
        let next = self.vmcb().save.rip + length;
        self.resume_at(next);
    }

    /// Goes on at `rip`. The instruction before it is done, and so is the interrupt shadow it may have been in.
    pub fn resume_at(&mut self, rip: u64) {
        let vmcb = self.vmcb();
        vmcb.save.rip = rip;
        vmcb.control.interrupt_shadow = 0;
    }

    /// Has the guest take interrupt `vector` as soon as its RFLAGS.IF allows it (§15.21.4).
    pub fn raise_virtual_interrupt(&mut self, vector: u8) {
        let pending = vintr::V_IRQ | u64::from(vector) << vintr::V_INTR_VECTOR_SHIFT;
        self.vmcb().control.vintr = vintr::V_INTR_MASKING | vintr::V_IGN_TPR | pending;
    }

    /// Raises #GP(0) in the guest at the instruction that it is at (§15.20).
    pub fn inject_general_protection(&mut self) {
        const GENERAL_PROTECTION: u64 = 13;
        self.vmcb().control.eventinj = eventinj::VALID
            | eventinj::TYPE_EXCEPTION
            | eventinj::ERROR_CODE_VALID
            | GENERAL_PROTECTION;
    }

    /// A general register by its number in an instruction (REX bit and three bits of ModRM), all 64 bits of it.
    pub fn general_register(&mut self, number: u8) -> &mut u64 {
        match number {
            0 => &mut self.vmcb().save.rax,
            1 => &mut self.context.rcx,
            2 => &mut self.context.rdx,
            3 => &mut self.context.rbx,
            4 => &mut self.vmcb().save.rsp,
            5 => &mut self.context.rbp,
            6 => &mut self.context.rsi,
            7 => &mut self.context.rdi,
            8 => &mut self.context.r8,
            9 => &mut self.context.r9,
            10 => &mut self.context.r10,
            11 => &mut self.context.r11,
            12 => &mut self.context.r12,
            13 => &mut self.context.r13,
            14 => &mut self.context.r14,
            15 => &mut self.context.r15,
            _ => panic!("x86-64 has 16 general registers, not number {number}"),
        }
    }
}
