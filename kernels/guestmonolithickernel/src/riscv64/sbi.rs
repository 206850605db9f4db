//! The SBI as the guest sees it: the hypervisor takes the part of the firmware.
//!
//! Some calls go on to the real firmware (console, identity), some change only the guest (timer, IPI, fences), one ends
//! it (system reset). See the RISC-V Supervisor Binary Interface Specification.

use super::csr;
use super::guest_memory::GuestMemory;
use super::timer;
use super::vcpu::GuestState;
use core::arch::asm;
use sbi_spec::binary::SbiRet;
use sbi_spec::{base, dbcn, hsm, legacy, rfnc, spi, srst, time};

/// What happens after an SBI call.
pub enum Next {
    /// The guest goes on behind its `ecall`.
    Resume,
    /// The guest has switched its machine off.
    Shutdown,
}

/// The guest has one hart: 0.
const HART: usize = 0;

/// The extensions that [`handle`] knows.
const EXTENSIONS: [usize; 7] = [
    base::EID_BASE,
    dbcn::EID_DBCN,
    hsm::EID_HSM,
    rfnc::EID_RFNC,
    spi::EID_SPI,
    srst::EID_SRST,
    time::EID_TIME,
];

/// Serves the call in the guest's registers: extension in a7, function in a6, arguments from a0 on; error and value go
/// back in a0 and a1.
pub fn handle(guest: &mut GuestState, memory: &mut GuestMemory) -> Next {
    let (extension, function) = (guest.a7, guest.a6);
    let answer = match extension {
        legacy::LEGACY_SET_TIMER..=legacy::LEGACY_SHUTDOWN => return handle_legacy(guest),
        srst::EID_SRST
            if function == srst::SYSTEM_RESET && guest.a0 == srst::RESET_TYPE_SHUTDOWN as usize =>
        {
            println!("Guest: SBI SRST shutdown");
            return Next::Shutdown;
        }
        time::EID_TIME if function == time::SET_TIMER => {
            timer::set(guest.a0);
            SbiRet::success(0)
        }
        base::EID_BASE if function == base::PROBE_EXTENSION => {
            SbiRet::success(EXTENSIONS.contains(&guest.a0).into())
        }
        base::EID_BASE => call_firmware(extension, function, [guest.a0, guest.a1, guest.a2]),
        dbcn::EID_DBCN => debug_console(function, guest, memory),
        rfnc::EID_RFNC if function <= rfnc::REMOTE_SFENCE_VMA_ASID => {
            fence();
            SbiRet::success(0)
        }
        spi::EID_SPI if function == spi::SEND_IPI => {
            send_ipi();
            SbiRet::success(0)
        }
        hsm::EID_HSM if function == hsm::HART_GET_STATUS && guest.a0 == HART => {
            SbiRet::success(hsm::hart_state::STARTED)
        }
        hsm::EID_HSM => SbiRet::invalid_param(),
        _ => SbiRet::not_supported(),
    };
    guest.a0 = answer.error;
    guest.a1 = answer.value;
    Next::Resume
}

/// The calls of SBI 0.1. They have no functions, and give back one value, in a0.
fn handle_legacy(guest: &mut GuestState) -> Next {
    guest.a0 = match guest.a7 {
        legacy::LEGACY_SHUTDOWN => {
            println!("Guest: SBI legacy shutdown");
            return Next::Shutdown;
        }
        legacy::LEGACY_CONSOLE_PUTCHAR | legacy::LEGACY_CONSOLE_GETCHAR => {
            call_firmware(guest.a7, 0, [guest.a0, 0, 0]).error
        }
        legacy::LEGACY_SET_TIMER => {
            timer::set(guest.a0);
            0
        }
        legacy::LEGACY_CLEAR_IPI => {
            // SAFETY: has an effect in the guest only.
            unsafe { csr::clear!(hvip, csr::HVIP_VSSIP) };
            0
        }
        legacy::LEGACY_SEND_IPI => {
            send_ipi();
            0
        }
        // What is left are the three remote fences.
        _ => {
            fence();
            0
        }
    };
    Next::Resume
}

/// The debug console. Its buffers are given by guest physical address, so the firmware could not find them.
fn debug_console(function: usize, guest: &GuestState, memory: &mut GuestMemory) -> SbiRet {
    if function == dbcn::CONSOLE_WRITE_BYTE {
        return write_byte(guest.a0);
    }
    let (length, gpa, gpa_high) = (guest.a0, guest.a1, guest.a2);
    let Some(buffer) = memory.bytes(gpa, length).filter(|_| gpa_high == 0) else {
        return SbiRet::invalid_param();
    };
    match function {
        dbcn::CONSOLE_WRITE => {
            for byte in buffer {
                write_byte((*byte).into());
            }
            SbiRet::success(length)
        }
        dbcn::CONSOLE_READ => SbiRet::success(axhal::console::read_bytes(buffer)),
        _ => SbiRet::not_supported(),
    }
}

fn write_byte(byte: usize) -> SbiRet {
    call_firmware(dbcn::EID_DBCN, dbcn::CONSOLE_WRITE_BYTE, [byte, 0, 0])
}

/// An inter-processor interrupt: with one hart, to itself. The guest clears it in its own sip.
fn send_ipi() {
    // SAFETY: has an effect in the guest only.
    unsafe { csr::set!(hvip, csr::HVIP_VSSIP) };
}

/// A fence on all of the guest's harts, whatever part of it was asked for: new instructions are seen, and changes of the
/// guest's own page tables.
fn fence() {
    // SAFETY: costs time, nothing else.
    unsafe {
        asm!(
            ".option push",
            ".option arch, +h",
            "fence.i",
            "hfence.vvma zero, zero",
            ".option pop",
            options(nostack)
        )
    };
}

/// Calls the real firmware in M-mode: the hypervisor's own `ecall`, from HS-mode.
pub fn call_firmware(extension: usize, function: usize, arguments: [usize; 3]) -> SbiRet {
    let (error, value);
    // SAFETY: no call that is made here gives memory to the firmware.
    unsafe {
        asm!(
            "ecall",
            in("a7") extension,
            in("a6") function,
            inlateout("a0") arguments[0] => error,
            inlateout("a1") arguments[1] => value,
            in("a2") arguments[2],
            options(nostack),
        )
    };
    SbiRet { error, value }
}
