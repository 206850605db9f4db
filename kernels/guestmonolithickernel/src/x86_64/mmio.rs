//! Decodes and carries out the instruction with which the guest reached for a device.
//!
//! A nested page fault says which guest physical address was accessed, but neither the value nor the register. CPUs
//! with decode assists also give the instruction's bytes; QEMU's TCG does not, so the hypervisor fetches them by
//! itself. Known are the 32-bit forms of `mov`, `and`, `or`, `xor` and `test`: what compilers make of a driver's
//! reads and writes, which they join with the bit operation next to them. Encodings: AMD APM vol. 3, §1.2 and
//! Appendix A.

/// What is done with the two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Move,
    And,
    Or,
    Xor,
    /// `and` that keeps only the flags.
    Test,
}

/// The operand beside the one in the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// A general register by its number.
    Register(u8),
    Immediate(u32),
}

/// An access of 32 bits to a device.
#[derive(Debug, PartialEq, Eq)]
pub struct Access {
    pub operation: Operation,
    /// The result goes to the device; otherwise it goes to the register.
    pub stores: bool,
    pub other: Other,
    /// Bytes of the instruction.
    pub length: u64,
}

/// Decodes the instruction at the start of `code`, in 64-bit mode.
///
/// # Returns
/// nothing for an instruction that is not one of those known here.
pub fn decode(code: &[u8]) -> Option<Access> {
    const REX_W: u8 = 1 << 3;
    let is_rex = code.first()? & 0xf0 == 0x40;
    let (rex, opcode_at) = if is_rex { (code[0], 1) } else { (0, 0) };
    if rex & REX_W != 0 {
        return None; // 64 bits: no such register in the devices known here
    }
    let opcode = *code.get(opcode_at)?;
    let modrm = *code.get(opcode_at + 1)?;
    let reg = modrm >> 3 & 7;
    let register = Other::Register(reg | rex << 1 & 8); // extended by REX.R
    let immediate_at = opcode_at + 2 + address_length(modrm, *code.get(opcode_at + 2)?)?;

    let immediate32 = || {
        Some(u32::from_le_bytes(
            code.get(immediate_at..immediate_at + 4)?.try_into().ok()?,
        ))
    };
    let immediate8 = || Some(*code.get(immediate_at)? as i8 as u32);
    let (operation, stores, other, immediate_length) = match (opcode, reg) {
        (0x8b, _) => (Operation::Move, false, register, 0),
        (0x89, _) => (Operation::Move, true, register, 0),
        (0x23, _) => (Operation::And, false, register, 0),
        (0x21, _) => (Operation::And, true, register, 0),
        (0x0b, _) => (Operation::Or, false, register, 0),
        (0x09, _) => (Operation::Or, true, register, 0),
        (0x33, _) => (Operation::Xor, false, register, 0),
        (0x31, _) => (Operation::Xor, true, register, 0),
        (0x85, _) => (Operation::Test, false, register, 0),
        (0xf7, 0) => (Operation::Test, false, Other::Immediate(immediate32()?), 4),
        (0xc7, 0) => (Operation::Move, true, Other::Immediate(immediate32()?), 4),
        (0x81, 1 | 4 | 6) => (group_1(reg), true, Other::Immediate(immediate32()?), 4),
        (0x83, 1 | 4 | 6) => (group_1(reg), true, Other::Immediate(immediate8()?), 1),
        _ => return None,
    };
    Some(Access {
        operation,
        stores,
        other,
        length: (immediate_at + immediate_length) as u64,
    })
}

/// The operation that the middle bits of ModRM select for opcodes 81h and 83h.
fn group_1(reg: u8) -> Operation {
    match reg {
        1 => Operation::Or,
        4 => Operation::And,
        _ => Operation::Xor,
    }
}

/// How many bytes of addressing follow the ModRM byte: SIB and displacement. Nothing if the operand is a register.
fn address_length(modrm: u8, sib: u8) -> Option<usize> {
    let (mode, base) = (modrm >> 6, modrm & 7);
    let sib_length = usize::from(base == 4);
    let displacement = match mode {
        0 if base == 5 => 4,                 // relative to RIP
        0 if base == 4 && sib & 7 == 5 => 4, // no base register
        0 => 0,
        1 => 1,
        2 => 4,
        _ => return None,
    };
    Some(sib_length + displacement)
}

impl Operation {
    /// The result for `destination` and `source`. The same for [`Self::Test`], which then forgets it.
    pub fn apply(self, destination: u32, source: u32) -> u32 {
        match self {
            Self::Move => source,
            Self::And | Self::Test => destination & source,
            Self::Or => destination | source,
            Self::Xor => destination ^ source,
        }
    }

    /// RFLAGS after the operation, from those before it: logical operations clear carry and overflow and tell sign,
    /// zero and parity of the `result`; `mov` leaves all flags alone.
    pub fn flags(self, before: u64, result: u32) -> u64 {
        const CF: u64 = 1 << 0;
        const PF: u64 = 1 << 2;
        const ZF: u64 = 1 << 6;
        const SF: u64 = 1 << 7;
        const OF: u64 = 1 << 11;
        if self == Self::Move {
            return before;
        }
        let mut flags = before & !(CF | PF | ZF | SF | OF);
        if (result as u8).count_ones() % 2 == 0 {
            flags |= PF;
        }
        if result == 0 {
            flags |= ZF;
        }
        if (result as i32) < 0 {
            flags |= SF;
        }
        flags
    }
}
