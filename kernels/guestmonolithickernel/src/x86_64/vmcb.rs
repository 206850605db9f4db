//! The virtual machine control block: all that VMRUN takes from the hypervisor and a VM exit gives back.
//!
//! One page, read and written by the CPU through its physical address. Names and offsets are those of the AMD APM
//! vol. 2, Appendix B; parts that this hypervisor never uses stay reserved. The assertions at the end of the file
//! compare offsets with the manual's.

use core::mem::{offset_of, size_of};

/// The whole block (Appendix B).
#[repr(C, align(4096))]
pub struct Vmcb {
    pub control: ControlArea,
    pub save: StateSaveArea,
}

/// What the hypervisor wants: intercepts, permission maps, nested paging, events (Table B-1).
#[repr(C)]
pub struct ControlArea {
    /// Reads of CR0–CR15 in bits 0–15, writes in bits 16–31.
    pub intercept_cr: u32,
    /// Reads of DR0–DR15 in bits 0–15, writes in bits 16–31.
    pub intercept_dr: u32,
    /// One bit for each exception vector.
    pub intercept_exceptions: u32,
    /// See [`intercept3`].
    pub intercept_misc3: u32,
    /// See [`intercept4`].
    pub intercept_misc4: u32,
    pub intercept_misc5: u32,
    reserved_018: [u8; 0x24],
    pub pause_filter_threshold: u16,
    pub pause_filter_count: u16,
    /// Physical address of the I/O permission map (12 KiB).
    pub iopm_base_pa: u64,
    /// Physical address of the MSR permission map (8 KiB).
    pub msrpm_base_pa: u64,
    /// Added to the time stamp counter that the guest reads.
    pub tsc_offset: u64,
    /// Tags the guest's TLB entries. 0 is the host's and not allowed here.
    pub guest_asid: u32,
    /// See [`TLB_FLUSH_ALL`].
    pub tlb_control: u8,
    reserved_05d: [u8; 3],
    /// Virtual interrupts: see [`vintr`].
    pub vintr: u64,
    /// Bit 0: the guest is in an interrupt shadow (behind `sti` or `mov ss`).
    pub interrupt_shadow: u64,
    /// Why the guest stopped: see `exits::ExitCode`.
    pub exitcode: u64,
    /// More about it; what, depends on `exitcode`.
    pub exitinfo1: u64,
    pub exitinfo2: u64,
    /// An event that was being delivered to the guest when the exit came; its format is EVENTINJ's.
    pub exitintinfo: u64,
    /// Bit 0 (NP_ENABLE): the guest's physical addresses go through the nested page table.
    pub np_control: u64,
    reserved_098: [u8; 0x10],
    /// An event that VMRUN delivers to the guest first: see [`eventinj`].
    pub eventinj: u64,
    /// Physical address of the nested page table's root.
    pub n_cr3: u64,
    pub lbr_virtualization: u64,
    /// Parts of this block that are as the CPU has cached them. 0: read everything anew.
    pub vmcb_clean: u64,
    /// Address of the next instruction, from CPUs with the NRIPS feature. QEMU's TCG has it not: see `exits`.
    pub nrip: u64,
    /// The instruction that faulted, from CPUs with decode assists. QEMU's TCG has them not: see `mmio`.
    pub bytes_fetched: u8,
    pub instruction_bytes: [u8; 15],
    reserved_0e0: [u8; 0x320],
}

/// The guest's registers, as far as VMRUN, VMSAVE and VMLOAD move them (Table B-2). The other general registers are
/// in [`super::vcpu::VcpuContext`].
#[repr(C)]
pub struct StateSaveArea {
    pub es: Segment,
    pub cs: Segment,
    pub ss: Segment,
    pub ds: Segment,
    /// Moved by VMSAVE and VMLOAD, not by VMRUN; and so are GS, LDTR, TR, and the registers that say so below.
    pub fs: Segment,
    pub gs: Segment,
    pub gdtr: Segment,
    pub ldtr: Segment,
    pub idtr: Segment,
    pub tr: Segment,
    reserved_0a0: [u8; 0x2b],
    /// Current privilege level.
    pub cpl: u8,
    reserved_0cc: [u8; 4],
    pub efer: u64,
    reserved_0d8: [u8; 0x70],
    pub cr4: u64,
    pub cr3: u64,
    pub cr0: u64,
    pub dr7: u64,
    pub dr6: u64,
    pub rflags: u64,
    pub rip: u64,
    reserved_180: [u8; 0x58],
    pub rsp: u64,
    reserved_1e0: [u8; 0x18],
    pub rax: u64,
    /// From here to `sysenter_eip`: moved by VMSAVE and VMLOAD.
    pub star: u64,
    pub lstar: u64,
    pub cstar: u64,
    pub sfmask: u64,
    pub kernel_gs_base: u64,
    pub sysenter_cs: u64,
    pub sysenter_esp: u64,
    pub sysenter_eip: u64,
    pub cr2: u64,
    reserved_248: [u8; 0x20],
    /// The guest's PAT; used with nested paging.
    pub g_pat: u64,
    pub dbgctl: u64,
    pub br_from: u64,
    pub br_to: u64,
    pub lastexcpfrom: u64,
    pub lastexcpto: u64,
    reserved_298: [u8; 0x968],
}

/// A segment register with its hidden part.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Segment {
    pub selector: u16,
    /// Bits 55:52 and 47:40 of the descriptor, packed: see [`attrib`].
    pub attrib: u16,
    pub limit: u32,
    pub base: u64,
}

/// Segment attributes that a Multiboot loader would have loaded (§15.5.1, "Segment State in the VMCB").
pub mod attrib {
    /// Present, DPL 0, code, execute/read, accessed, 32 bits, limit in pages.
    pub const CODE32: u16 = 0xc9b;
    /// Present, DPL 0, data, read/write, accessed, 32 bits, limit in pages.
    pub const DATA32: u16 = 0xc93;
    /// A busy 32-bit TSS; a guest loads its own before it needs one.
    pub const TSS_BUSY: u16 = 0x08b;
    /// A local descriptor table.
    pub const LDT: u16 = 0x082;
}

/// Bits of `intercept_misc3` (offset 00Ch).
pub mod intercept3 {
    pub const INTR: u32 = 1 << 0;
    pub const NMI: u32 = 1 << 1;
    pub const CPUID: u32 = 1 << 18;
    pub const HLT: u32 = 1 << 24;
    pub const INVLPGA: u32 = 1 << 26;
    /// `in` and `out`, where the I/O permission map says so.
    pub const IOIO_PROT: u32 = 1 << 27;
    /// `rdmsr` and `wrmsr`, where the MSR permission map says so.
    pub const MSR_PROT: u32 = 1 << 28;
    pub const SHUTDOWN: u32 = 1 << 31;
}

/// Bits of `intercept_misc4` (offset 010h).
pub mod intercept4 {
    /// Must be set, or VMRUN fails (§15.5.1).
    pub const VMRUN: u32 = 1 << 0;
    pub const VMMCALL: u32 = 1 << 1;
    pub const VMLOAD: u32 = 1 << 2;
    pub const VMSAVE: u32 = 1 << 3;
    pub const STGI: u32 = 1 << 4;
    pub const CLGI: u32 = 1 << 5;
    pub const SKINIT: u32 = 1 << 6;
    pub const XSETBV: u32 = 1 << 13;
}

/// Value of `tlb_control`: forget the whole TLB at the next VMRUN.
pub const TLB_FLUSH_ALL: u8 = 1;

/// Bit 0 of `np_control`.
pub const NP_ENABLE: u64 = 1 << 0;

/// Fields of `vintr` (offset 060h; §15.21.1).
pub mod vintr {
    /// A virtual interrupt is pending. The CPU clears it when the guest takes the interrupt.
    pub const V_IRQ: u64 = 1 << 8;
    /// The virtual interrupt comes whatever the guest's task priority is.
    pub const V_IGN_TPR: u64 = 1 << 20;
    /// The guest's RFLAGS.IF masks virtual interrupts only; the host's IF at VMRUN decides about physical ones.
    pub const V_INTR_MASKING: u64 = 1 << 24;
    /// Where the virtual interrupt's vector stands.
    pub const V_INTR_VECTOR_SHIFT: u32 = 32;
}

/// Fields of `eventinj` (§15.20).
pub mod eventinj {
    pub const TYPE_EXCEPTION: u64 = 3 << 8;
    /// Bits 63:32 hold an error code to push.
    pub const ERROR_CODE_VALID: u64 = 1 << 11;
    pub const VALID: u64 = 1 << 31;
}

/// Compares a field's offset with the one in the manual.
macro_rules! at {
    ($area:ty, $($field:ident: $offset:literal),+ $(,)?) => {
        $(const _: () = assert!(offset_of!($area, $field) == $offset);)+
    };
}

at!(Vmcb, control: 0x000, save: 0x400);
at!(ControlArea, intercept_cr: 0x000, intercept_exceptions: 0x008, intercept_misc3: 0x00c, intercept_misc4: 0x010,
    pause_filter_threshold: 0x03c, iopm_base_pa: 0x040, msrpm_base_pa: 0x048, tsc_offset: 0x050, guest_asid: 0x058,
    tlb_control: 0x05c, vintr: 0x060, interrupt_shadow: 0x068, exitcode: 0x070, exitinfo1: 0x078, exitinfo2: 0x080,
    exitintinfo: 0x088, np_control: 0x090, eventinj: 0x0a8, n_cr3: 0x0b0, vmcb_clean: 0x0c0, nrip: 0x0c8,
    bytes_fetched: 0x0d0);
at!(StateSaveArea, es: 0x000, cs: 0x010, ss: 0x020, ds: 0x030, fs: 0x040, gs: 0x050, gdtr: 0x060, ldtr: 0x070,
    idtr: 0x080, tr: 0x090, cpl: 0x0cb, efer: 0x0d0, cr4: 0x148, cr3: 0x150, cr0: 0x158, dr7: 0x160, dr6: 0x168,
    rflags: 0x170, rip: 0x178, rsp: 0x1d8, rax: 0x1f8, star: 0x200, lstar: 0x208, cstar: 0x210, sfmask: 0x218,
    kernel_gs_base: 0x220, sysenter_cs: 0x228, sysenter_eip: 0x238, cr2: 0x240, g_pat: 0x268, dbgctl: 0x270,
    lastexcpto: 0x290);
const _: () = assert!(size_of::<Vmcb>() == 4096);
