//! The guest's CPU: what it has in its registers while the hypervisor runs, and the way into the guest and back.

use super::csr;
use super::exit::VmExit;
use core::arch::global_asm;
use core::mem::offset_of;

/// Everything that the world switch (`guest.S`) saves and restores. While the guest runs, sscratch holds the address of
/// this.
///
/// The guest's registers stand first: register xN at offset 8·N.
#[derive(Default)]
#[repr(C)]
pub struct VcpuContext {
    pub guest: GuestState,
    pub exit: ExitState,
    pub host: HostState,
}

/// The guest's registers that would be lost while the hypervisor runs.
#[derive(Default)]
#[repr(C)]
pub struct GuestState {
    /// x0 is always 0; the field keeps the numbers right.
    pub zero: usize,
    pub ra: usize,
    pub sp: usize,
    pub gp: usize,
    pub tp: usize,
    pub t0: usize,
    pub t1: usize,
    pub t2: usize,
    pub s0: usize,
    pub s1: usize,
    pub a0: usize,
    pub a1: usize,
    pub a2: usize,
    pub a3: usize,
    pub a4: usize,
    pub a5: usize,
    pub a6: usize,
    pub a7: usize,
    pub s2: usize,
    pub s3: usize,
    pub s4: usize,
    pub s5: usize,
    pub s6: usize,
    pub s7: usize,
    pub s8: usize,
    pub s9: usize,
    pub s10: usize,
    pub s11: usize,
    pub t3: usize,
    pub t4: usize,
    pub t5: usize,
    pub t6: usize,
    /// Where the guest goes on.
    pub sepc: usize,
    /// SPP: in VS-mode or in VU-mode.
    pub sstatus: usize,
    /// SPV: in the guest at all.
    pub hstatus: usize,
}

/// What the CPU recorded about the trap that ended the guest's turn.
#[derive(Default, Clone, Copy)]
#[repr(C)]
pub struct ExitState {
    pub scause: usize,
    /// For a guest page fault: the guest virtual address.
    pub stval: usize,
    /// For a guest page fault: the guest physical address without its two lowest bits.
    pub htval: usize,
    /// The faulting instruction in a standard form, or 0.
    pub htinst: usize,
}

/// What the hypervisor needs back when the guest exits. Its other registers lie on its stack, at `host_sp`.
#[derive(Default)]
#[repr(C)]
pub struct HostState {
    pub host_sp: usize,
    pub host_stvec: usize,
    pub host_sscratch: usize,
    pub host_sstatus: usize,
    pub host_hstatus: usize,
}

/// The CSRs that are the guest kernel's sstatus, stvec and so on. The CPU swaps them in by itself when V becomes 1; they
/// are kept here as well so that a guest's state is complete.
#[derive(Default)]
pub struct VsCsrs {
    pub vsstatus: usize,
    pub vsie: usize,
    pub vstvec: usize,
    pub vsscratch: usize,
    pub vsepc: usize,
    pub vscause: usize,
    pub vstval: usize,
    pub vsatp: usize,
}

/// One CPU of a guest.
pub struct Vcpu {
    pub context: VcpuContext,
    pub vs: VsCsrs,
}

impl Vcpu {
    /// A CPU that starts at guest physical address `entry` in VS-mode, without paging, as SBI firmware would start it.
    pub fn new(entry: usize, hart_id: usize, device_tree: usize) -> Self {
        let mut context = VcpuContext::default();
        context.guest.sepc = entry;
        context.guest.a0 = hart_id;
        context.guest.a1 = device_tree;
        context.guest.sstatus = csr::SSTATUS_SPP | csr::SSTATUS_UXL_64;
        context.guest.hstatus = csr::HSTATUS_SPV | csr::HSTATUS_SPVP | csr::HSTATUS_VSXL_64;
        let vs = VsCsrs {
            vsstatus: csr::SSTATUS_UXL_64,
            ..VsCsrs::default()
        };
        Self { context, vs }
    }

    /// Runs the guest until something happens that is the hypervisor's business.
    pub fn run(&mut self) -> VmExit {
        self.vs.load();
        // SAFETY: the context is valid, and the guest reaches only memory that the second-stage table gives it.
        unsafe { enter_guest(&mut self.context) };
        self.vs.save();
        VmExit::decode(&self.context.exit)
    }

    /// Lets the guest go on behind the instruction that caused the exit. `ecall` has four bytes.
    pub fn skip_ecall(&mut self) {
        self.context.guest.sepc += 4;
    }
}

impl VsCsrs {
    fn load(&self) {
        // SAFETY: they have an effect in guests only.
        unsafe {
            csr::write!(vsstatus, self.vsstatus);
            csr::write!(vsie, self.vsie);
            csr::write!(vstvec, self.vstvec);
            csr::write!(vsscratch, self.vsscratch);
            csr::write!(vsepc, self.vsepc);
            csr::write!(vscause, self.vscause);
            csr::write!(vstval, self.vstval);
            csr::write!(vsatp, self.vsatp);
        }
    }

    fn save(&mut self) {
        self.vsstatus = csr::read!(vsstatus);
        self.vsie = csr::read!(vsie);
        self.vstvec = csr::read!(vstvec);
        self.vsscratch = csr::read!(vsscratch);
        self.vsepc = csr::read!(vsepc);
        self.vscause = csr::read!(vscause);
        self.vstval = csr::read!(vstval);
        self.vsatp = csr::read!(vsatp);
    }
}

unsafe extern "C" {
    /// Enters the guest and comes back when it exits. Interrupts of the hypervisor's own mode must be off.
    fn enter_guest(context: &mut VcpuContext);
}

global_asm!(
    // guest.S of this folder, with line numbers for the debugger: see build.rs.
    include_str!(concat!(env!("OUT_DIR"), "/guest.S")),
    sepc = const offset_of!(VcpuContext, guest.sepc),
    sstatus = const offset_of!(VcpuContext, guest.sstatus),
    hstatus = const offset_of!(VcpuContext, guest.hstatus),
    scause = const offset_of!(VcpuContext, exit.scause),
    stval = const offset_of!(VcpuContext, exit.stval),
    htval = const offset_of!(VcpuContext, exit.htval),
    htinst = const offset_of!(VcpuContext, exit.htinst),
    host_sp = const offset_of!(VcpuContext, host.host_sp),
    host_stvec = const offset_of!(VcpuContext, host.host_stvec),
    host_sscratch = const offset_of!(VcpuContext, host.host_sscratch),
    host_sstatus = const offset_of!(VcpuContext, host.host_sstatus),
    host_hstatus = const offset_of!(VcpuContext, host.host_hstatus),
);
