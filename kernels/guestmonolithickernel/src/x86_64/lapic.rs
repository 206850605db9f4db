//! The guest's local APIC, in software: a register page and a timer (AMD APM vol. 2, §16.3–16.4).
//!
//! The real one belongs to the hypervisor, whose own timer runs on it. The guest's page is left out of the nested page
//! table, so that each access is a nested page fault and comes here.

/// Where the registers are in guest physical memory.
pub const BASE: u64 = 0xfee0_0000;

/// Size of the register page.
pub const SIZE: u64 = 0x1000;

/// Offsets of the registers that do something (Table 16-2). All others keep what is written.
mod register {
    pub const ID: u64 = 0x020;
    pub const VERSION: u64 = 0x030;
    pub const END_OF_INTERRUPT: u64 = 0x0b0;
    pub const SPURIOUS_INTERRUPT_VECTOR: u64 = 0x0f0;
    pub const TIMER_LVT: u64 = 0x320;
    pub const TIMER_INITIAL_COUNT: u64 = 0x380;
    pub const TIMER_CURRENT_COUNT: u64 = 0x390;
    pub const TIMER_DIVIDE: u64 = 0x3e0;
}

/// Bit of the spurious interrupt vector register: the APIC is on.
const APIC_SOFTWARE_ENABLE: u32 = 1 << 8;

/// Bits of the timer's local vector table entry.
mod lvt {
    pub const VECTOR: u32 = 0xff;
    pub const MASKED: u32 = 1 << 16;
    pub const PERIODIC: u32 = 1 << 17;
}

/// A local APIC with its timer, which counts one a nanosecond before division, as QEMU's does.
pub struct LocalApic {
    /// One for each 16 bytes of the page.
    registers: [u32; 256],
    /// When the timer fires next, in nanoseconds of the host's monotonic clock. Nothing while it is stopped.
    deadline: Option<u64>,
}

impl LocalApic {
    pub fn new() -> Self {
        let mut apic = Self {
            registers: [0; 256],
            deadline: None,
        };
        *apic.register(register::ID) = 0;
        *apic.register(register::VERSION) = 0x0005_0014; // six local vectors, version 14h
        *apic.register(register::SPURIOUS_INTERRUPT_VECTOR) = 0xff;
        *apic.register(register::TIMER_LVT) = lvt::MASKED;
        apic
    }

    fn register(&mut self, offset: u64) -> &mut u32 {
        &mut self.registers[(offset / 16) as usize % 256]
    }

    /// The guest reads the register at `offset`; `now` is the host's time in nanoseconds.
    pub fn read(&mut self, offset: u64, now: u64) -> u32 {
        match offset {
            register::TIMER_CURRENT_COUNT => match self.deadline {
                Some(deadline) => (deadline.saturating_sub(now) / self.divisor()) as u32,
                None => 0,
            },
            _ => *self.register(offset),
        }
    }

    /// The guest writes `value` to the register at `offset`.
    pub fn write(&mut self, offset: u64, value: u32, now: u64) {
        match offset {
            register::ID | register::VERSION | register::TIMER_CURRENT_COUNT => {}
            // The only interrupt there is has been delivered; V_IRQ does not wait for its end.
            register::END_OF_INTERRUPT => {}
            register::TIMER_INITIAL_COUNT => {
                *self.register(offset) = value;
                self.deadline = (value != 0).then(|| now + u64::from(value) * self.divisor());
            }
            _ => *self.register(offset) = value,
        }
    }

    /// The vector to interrupt the guest with, once, when the timer has run out by `now`.
    pub fn timer_interrupt(&mut self, now: u64) -> Option<u8> {
        let deadline = self.deadline.filter(|&deadline| deadline <= now)?;
        let entry = *self.register(register::TIMER_LVT);
        let period = u64::from(*self.register(register::TIMER_INITIAL_COUNT)) * self.divisor();
        self.deadline = (entry & lvt::PERIODIC != 0).then_some(deadline.max(now) + period);

        let is_on = *self.register(register::SPURIOUS_INTERRUPT_VECTOR) & APIC_SOFTWARE_ENABLE != 0;
        (is_on && entry & lvt::MASKED == 0).then_some((entry & lvt::VECTOR) as u8)
    }

    /// Whether the timer has reached zero and nobody has asked for its interrupt yet.
    pub fn timer_has_run_out(&self, now: u64) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// Whether an interrupt will come by itself.
    pub fn timer_runs(&self) -> bool {
        self.deadline.is_some()
    }

    /// Nanoseconds a count: the divide configuration register's bits 3, 1 and 0 encode 2, 4, … 128, 1.
    fn divisor(&mut self) -> u64 {
        let bits = *self.register(register::TIMER_DIVIDE);
        let power = (bits >> 1 & 0b100 | bits & 0b11) + 1;
        1 << (power % 8)
    }
}
