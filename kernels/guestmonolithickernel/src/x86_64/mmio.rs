//! Decodes the instruction with which the guest reached for a device.
//!
//! A nested page fault says which guest physical address was accessed, but neither the value nor the register. CPUs with
//! decode assists also give the instruction's bytes; QEMU's TCG does not, so the hypervisor fetches them by itself. Device
//! drivers in Rust and C use `mov` of 32 bits for such accesses, and that is what is known here (AMD APM vol. 3,
//! "Instruction Encoding").

/// An access to a device: what moves where.
#[derive(Debug, PartialEq, Eq)]
pub enum Access {
    /// `mov r32, [memory]`
    Load { register: u8 },
    /// `mov [memory], r32`
    Store { register: u8 },
    /// `mov dword ptr [memory], imm32`
    StoreImmediate { value: u32 },
}

/// Decodes the instruction at the start of `code`, in 64-bit mode.
///
/// # Returns
/// the access and the instruction's length in bytes; nothing for an instruction that is not one of [`Access`].
pub fn decode(code: &[u8]) -> Option<(Access, u64)> {
    let mut position = 0;
    let mut rex = 0;
    if code.first()? & 0xf0 == 0x40 {
        rex = code[0];
        position += 1;
    }
    const REX_W: u8 = 1 << 3;
    if rex & REX_W != 0 {
        return None;
    }
    let opcode = *code.get(position)?;
    let modrm = *code.get(position + 1)?;
    position += 2;

    let (mode, register, base) = (modrm >> 6, modrm >> 3 & 7, modrm & 7);
    let mut displacement = match mode {
        0 if base == 5 => 4, // relative to RIP
        0 => 0,
        1 => 1,
        2 => 4,
        _ => return None, // a register, not memory
    };
    if base == 4 {
        let sib = *code.get(position)?;
        position += 1;
        if mode == 0 && sib & 7 == 5 {
            displacement = 4; // no base register
        }
    }
    position += displacement;

    let register = register | (rex << 1 & 8); // REX.R
    let access = match opcode {
        0x8b => Access::Load { register },
        0x89 => Access::Store { register },
        0xc7 if register & 7 == 0 => {
            let value = code.get(position..position + 4)?;
            position += 4;
            Access::StoreImmediate { value: u32::from_le_bytes(value.try_into().ok()?) }
        }
        _ => return None,
    };
    Some((access, position as u64))
}
