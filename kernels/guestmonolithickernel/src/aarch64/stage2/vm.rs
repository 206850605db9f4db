//! The virtual machine: CPU, memory and devices together, and the loop that runs it.

use super::devices;
use super::exit::{Conduit, Unhandled, VmExit};
use super::gic::Gic;
use super::guest_memory::{self, GUEST_RAM};
use super::hypercall::{self, Next};
use super::second_stage::{BLOCK_SIZE, GuestPhysAddr, PAGE_SIZE, SecondStage};
use super::vcpu::Vcpu;
use axhal::paging::MappingFlags;
use memory_addr::MemoryAddr;

/// A guest with one CPU.
pub struct VirtualMachine {
    vcpu: Vcpu,
    second_stage: SecondStage,
    gic: Gic,
}

const RAM_ACCESS: MappingFlags = MappingFlags::READ
    .union(MappingFlags::WRITE)
    .union(MappingFlags::EXECUTE);

impl VirtualMachine {
    /// A machine that will start at the start of its RAM. Nothing of its memory and devices is mapped yet.
    pub fn new() -> Self {
        // ArceOS takes its machine from its configuration: it needs no device tree.
        let device_tree = 0;
        Self {
            vcpu: Vcpu::new(GUEST_RAM.start, device_tree),
            second_stage: SecondStage::new(),
            gic: Gic::new(),
        }
    }

    /// Runs the guest until it shuts down.
    pub fn run(&mut self) -> Result<(), Unhandled> {
        self.second_stage.activate();
        loop {
            let exit = self.vcpu.run();
            match exit {
                VmExit::Hypercall(conduit) => {
                    if conduit == Conduit::Smc {
                        self.vcpu.skip_smc();
                    }
                    match hypercall::handle(&mut self.vcpu.context.guest) {
                        Next::Resume => {}
                        Next::PowerOff => return Ok(()),
                    }
                }
                VmExit::StageTwoFault { gpa, access } => {
                    if GUEST_RAM.contains(&gpa) {
                        self.give_memory(gpa);
                    } else if let Err(reason) = self.pass_through(gpa, access) {
                        return Err(self.unhandled(reason));
                    }
                }
                VmExit::Interrupt => {
                    if !self.gic.inject() {
                        return Err(self.unhandled("the guest answers no interrupts"));
                    }
                }
                VmExit::Unexpected => {
                    return Err(self.unhandled("the guest exited for an unknown reason"));
                }
            }
        }
    }

    /// Gives the guest the 2 MiB of its RAM that have `gpa` in them. The guest then repeats the access.
    fn give_memory(&mut self, gpa: GuestPhysAddr) {
        let block = guest_memory::block(gpa);
        self.second_stage
            .map(block.gpa, block.hpa, BLOCK_SIZE, RAM_ACCESS);
    }

    /// Lets the guest reach the device at `gpa`: maps its page. The guest then repeats the access.
    fn pass_through(
        &mut self,
        gpa: GuestPhysAddr,
        access: MappingFlags,
    ) -> Result<(), &'static str> {
        let device = devices::find(gpa).ok_or("the guest has no device at this address")?;
        if !device.access.contains(access) {
            return Err("this device does not allow such an access");
        }
        let page = gpa.align_down_4k();
        self.second_stage.map(
            page,
            device.hpa + (page - device.start),
            PAGE_SIZE,
            device.access,
        );
        Ok(())
    }

    fn unhandled(&self, reason: &'static str) -> Unhandled {
        let context = &self.vcpu.context;
        Unhandled {
            reason,
            state: context.exit,
            pc: context.guest.pc,
        }
    }
}
