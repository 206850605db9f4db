//! The guest's CPU: what it has in its registers while the hypervisor runs, and the way into the guest and back.

use super::exit::VmExit;
use super::sysreg::{self, hcr};
use core::arch::global_asm;
use core::mem::offset_of;

/// Everything that the world switch (`world_switch.S`) saves and restores. While the guest runs, the hypervisor's stack has
/// the address of this.
#[derive(Default)]
#[repr(C)]
pub struct VcpuContext {
    pub guest: GuestState,
    pub exit: ExitState,
    pub host: HostState,
}

/// The guest's registers that would be lost while the hypervisor runs.
///
/// All others it keeps: the hypervisor, in EL2, has no use for what belongs to EL1 alone (SCTLR_EL1, TTBR1_EL1, the timer …),
/// nor for vectors and floating point, without which it is compiled.
#[derive(Default)]
#[repr(C)]
pub struct GuestState {
    /// X0 to X30, at offset 8·n.
    pub x: [usize; 31],
    /// Where the guest goes on: ELR_EL2.
    pub pc: usize,
    /// Its exception level, masks and flags: SPSR_EL2.
    pub pstate: usize,
    /// ArceOS keeps its current task in SP_EL0 and its CPU's data in TPIDR_EL1, in the guest and here.
    pub sp_el0: usize,
    pub tpidr_el1: usize,
}

/// What the CPU recorded about the exception that ended the guest's turn.
#[derive(Default, Clone, Copy)]
#[repr(C)]
pub struct ExitState {
    /// Which vector: 0 synchronous, 1 IRQ, 2 FIQ, 3 SError, 4 from EL2 itself.
    pub kind: usize,
    pub esr: usize,
    /// For a stage-2 fault: the guest virtual address.
    pub far: usize,
    /// For a stage-2 fault: the page of the guest physical address.
    pub hpfar: usize,
}

/// What the hypervisor needs back when the guest exits. Its other registers lie on its stack.
#[derive(Default)]
#[repr(C)]
pub struct HostState {
    pub host_sp_el0: usize,
    pub host_tpidr_el1: usize,
    pub host_vbar: usize,
}

/// One CPU of a guest.
pub struct Vcpu {
    pub context: VcpuContext,
}

impl Vcpu {
    /// A CPU that starts at guest physical address `entry` in EL1, with its MMU off, as after a reset.
    pub fn new(entry: usize, device_tree: usize) -> Self {
        reset_el1();
        let mut context = VcpuContext::default();
        context.guest.pc = entry;
        context.guest.pstate = sysreg::SPSR_EL1H_MASKED;
        // Linux's boot protocol: x0 = device tree, x1 to x3 = 0.
        context.guest.x[0] = device_tree;
        Self { context }
    }

    /// Runs the guest until something happens that is the hypervisor's business.
    pub fn run(&mut self) -> VmExit {
        // SAFETY: the context is valid, and the guest reaches only memory that the second-stage table gives it.
        unsafe { enter_guest(&mut self.context) };
        VmExit::decode(&self.context.exit)
    }

    /// Lets the guest go on behind its SMC. That is a trap of the instruction, while HVC has been executed.
    pub fn skip_smc(&mut self) {
        self.context.guest.pc += 4;
    }
}

/// Makes EL1 what the guest expects: ArceOS was there while it booted.
fn reset_el1() {
    // The guest reads the CPU's own identity.
    let (cpu, affinity) = (sysreg::read!(MIDR_EL1), sysreg::read!(MPIDR_EL1));
    // SAFETY: they have an effect in guests only.
    unsafe {
        sysreg::write!(SCTLR_EL12, sysreg::SCTLR_RESET);
        sysreg::write!(TTBR0_EL12, 0_usize);
        sysreg::write!(TTBR1_EL12, 0_usize);
        sysreg::write!(TCR_EL12, 0_usize);
        sysreg::write!(VBAR_EL12, 0_usize);
        sysreg::write!(CPACR_EL12, 0_usize);
        sysreg::write!(CNTKCTL_EL12, 0_usize);
        sysreg::write!(CNTP_CTL_EL02, 0_usize);
        sysreg::write!(CNTV_CTL_EL02, 0_usize);
        // The virtual counter shows the same time as the physical one.
        sysreg::write!(CNTVOFF_EL2, 0_usize);
        sysreg::write!(VPIDR_EL2, cpu);
        sysreg::write!(VMPIDR_EL2, affinity);
    }
}

unsafe extern "C" {
    /// Enters the guest and comes back when it exits. The hypervisor's interrupts must be masked.
    fn enter_guest(context: &mut VcpuContext);
}

global_asm!(
    // world_switch.S of this folder, with line numbers for the debugger: see build.rs.
    include_str!(concat!(env!("OUT_DIR"), "/world_switch.S")),
    hcr_guest = const hcr::GUEST,
    hcr_host = const hcr::HOST,
    pc = const offset_of!(VcpuContext, guest.pc),
    pstate = const offset_of!(VcpuContext, guest.pstate),
    sp_el0 = const offset_of!(VcpuContext, guest.sp_el0),
    tpidr_el1 = const offset_of!(VcpuContext, guest.tpidr_el1),
    kind = const offset_of!(VcpuContext, exit.kind),
    esr = const offset_of!(VcpuContext, exit.esr),
    far = const offset_of!(VcpuContext, exit.far),
    hpfar = const offset_of!(VcpuContext, exit.hpfar),
    host_sp_el0 = const offset_of!(VcpuContext, host.host_sp_el0),
    host_tpidr_el1 = const offset_of!(VcpuContext, host.host_tpidr_el1),
    host_vbar = const offset_of!(VcpuContext, host.host_vbar),
);
