//! The virtual machine: CPU, memory and devices together, and the loop that runs it.

use super::devices;
use super::exit::{Unhandled, VmExit};
use super::guest_memory::GuestMemory;
use super::sbi::{self, Next};
use super::second_stage::{GuestPhysAddr, PAGE_SIZE, SecondStage};
use super::timer;
use super::vcpu::Vcpu;
use axhal::mem::PhysAddr;
use axhal::paging::MappingFlags;
use memory_addr::MemoryAddr;

/// A guest with one CPU.
pub struct VirtualMachine {
    vcpu: Vcpu,
    memory: GuestMemory,
    second_stage: SecondStage,
}

impl VirtualMachine {
    /// A machine that has `memory` and no device yet, and will start at `entry`.
    pub fn new(memory: GuestMemory, entry: GuestPhysAddr) -> Self {
        let mut second_stage = SecondStage::new();
        let all = MappingFlags::READ | MappingFlags::WRITE | MappingFlags::EXECUTE;
        second_stage.map(memory.gpa, memory.hpa(), memory.size(), all);

        // ArceOS takes its machine from its configuration: it needs no device tree.
        let (hart_id, device_tree) = (0, 0);
        Self {
            vcpu: Vcpu::new(entry, hart_id, device_tree),
            memory,
            second_stage,
        }
    }

    /// Runs the guest until it shuts down.
    pub fn run(&mut self) -> Result<(), Unhandled> {
        self.second_stage.activate();
        loop {
            let exit = self.vcpu.run();
            match exit {
                VmExit::SbiCall => {
                    self.vcpu.skip_ecall();
                    match sbi::handle(&mut self.vcpu.context.guest, &mut self.memory) {
                        Next::Resume => {}
                        Next::Shutdown => return Ok(()),
                    }
                }
                VmExit::GuestPageFault { gpa, access } => {
                    if let Err(reason) = self.pass_through(gpa, access) {
                        return Err(self.unhandled(reason));
                    }
                }
                VmExit::TimerInterrupt => timer::inject(),
                VmExit::VirtualInstruction => {
                    return Err(self.unhandled("the guest uses the H extension itself"));
                }
                VmExit::Unexpected => {
                    return Err(self.unhandled("the guest exited for an unknown reason"));
                }
            }
        }
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
        self.second_stage
            .map(page, PhysAddr::from(page), PAGE_SIZE, device.access);
        Ok(())
    }

    fn unhandled(&self, reason: &'static str) -> Unhandled {
        let context = &self.vcpu.context;
        Unhandled {
            reason,
            state: context.exit,
            sepc: context.guest.sepc,
        }
    }
}
