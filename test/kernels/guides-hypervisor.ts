import { expect } from 'vitest';
import { lineOf } from './guide-table';
import type { RowTests } from './row-tests';

const KERNEL = 'guestmonolithickernel';

/** How the user program's world and the guest's were entered, and the number of the last level of stage 1. */
const ENTRIES: Readonly<Record<string, { readonly borders: readonly RegExp[]; readonly last: number }>> = {
  riscv64: {
    borders: [/entered by sret from the guest kernel, VS → VU/, /entered by sret from the hypervisor, S → VS/],
    last: 0,
  },
  x86_64: {
    borders: [
      /entered by iret from the guest kernel, vring0 → vring3/,
      /entered by vmrun from the hypervisor, ring0 → vring0/,
    ],
    last: 1,
  },
};

/** Rows of the guide of guestmonolithickernel. */
export const HYPERVISOR_ROWS: RowTests = {
  'break at: csr::write!(hedeleg, hedeleg);': async (session) => {
    const registers = async () =>
      Promise.all(
        ['$hedeleg', '$hideleg', '$hcounteren'].map(async (name) => !/^0x0+$/.test(await session.value(name))),
      );
    const seen = [await registers()];
    for (let step = 0; step < 4; step++) {
      await session.move('next');
      seen.push(await registers());
    }
    // hvip, written third, stays 0.
    expect(seen).toEqual([
      [false, false, false],
      [true, false, false],
      [true, true, false],
      [true, true, false],
      [true, true, true],
    ]);
  },

  'break at: let exit = self.vcpu.run();': async (session) => {
    const before = await session.value('self.vcpu.context.guest.sepc');
    await session.breakAt();
    await session.move('next');
    expect(await session.value('exit')).toMatch(/^GuestPageFault/);
    expect(await session.value('self.vcpu.context.guest.sepc')).not.toBe(before);
    await session.breakAt({ file: 'src/riscv64/vm.rs', code: 'let exit = self.vcpu.run();' });
    await session.move('continue');
    await session.breakAt();
    const sret = lineOf(KERNEL, { file: 'src/riscv64/guest.S', code: 'sret …VM entry' });
    for (let step = 0; !(await session.place()).endsWith(`guest.S:${sret}`); step++) {
      expect(step).toBeLessThan(150);
      await session.move('stepIn');
    }
    expect(await session.mode()).toBe('S mode');
    await session.move('stepIn', { granularity: 'instruction' });
    expect(await session.mode()).toBe('VS mode');
  },

  'break at: let page = gpa.align_down_4k();': async (session) => {
    const names: string[] = [];
    const accesses: string[] = [];
    for (let stop = 0; stop < 3; stop++) {
      names.push(await session.value('device.name'));
      accesses.push(await session.value('access'));
      if (stop === 0) {
        const gpa = BigInt(await session.value('gpa'));
        const isMapped = async () =>
          (await session.rows('pageTables', 'roots known', 'Bare over Sv39x4')).some(
            (row) => BigInt(/^0x[0-9a-f]+/.exec(row)?.[0] ?? -1) === gpa,
          );
        await session.move('next');
        expect(await isMapped()).toBe(false);
        const last = lineOf(KERNEL, { file: 'src/riscv64/vm.rs', code: '.map(page, PhysAddr::from(page), …)' });
        while ((await session.line()) <= last) await session.move('next');
        expect(await isMapped()).toBe(true);
      }
      if (stop < 2) await session.move('continue');
    }
    expect(names).toEqual(['"UART"', '"PLIC"', '"pflash1"']);
    expect(accesses).toEqual(['MappingFlags(WRITE)', 'MappingFlags(WRITE)', 'MappingFlags(READ)']);
    expect((await session.toEnd()).exitCode).toBe(0);
  },

  'break at: timer::inject()': async (session) => {
    expect(await session.value('$hvip')).not.toContain('VSTIP');
    await session.breakAt();
    await session.move('next');
    expect(await session.value('$hvip')).toContain('VSTIP');
    await session.runTo('vmEntry');
    await session.breakOnTraps('isInterrupt && toWorld == "guest kernel"');
    const { description } = await session.move('continue');
    expect(description).toMatch(/timer interrupt/i);
    expect(await session.mode()).toBe('VS mode');
    const base = BigInt(/^0x[0-9a-f]+/.exec(await session.value('$vstvec'))?.[0] ?? 0);
    expect(BigInt(await session.value('$pc'))).toBe(base & ~3n);
  },

  'break at: ptr::read_volatile': async (session) => {
    const walk = await session.explain('window.0', 'read');
    expect(walk).toMatch(/stage 1 level 0/);
    expect(walk).toMatch(/guest-page fault/);
    expect(walk).toMatch(/stage 2/);
    await session.followTraps();
    for (let step = 0; (await session.mode()) === 'VS mode'; step++) {
      expect(step).toBeLessThan(6);
      await session.move('stepIn');
    }
    expect(await session.mode()).toBe('S mode');
    expect((await session.stack()).join()).toMatch(/guest, stopped at .*page fault/);
  },

  'break at: match user.run() {': async (session) => {
    expect(BigInt(await session.value('user.sepc'))).toBe(0x1000n);
    expect(BigInt(await session.value('user.regs.sp'))).toBe(0x4000_0000n);
    await session.runTo('userInstruction');
    expect(await session.mode()).toBe('VU mode');
    expect(await session.place()).toMatch(/^_start · app main\.rs:/);
  },

  'break at: arch::exit(code)': async (session, arch) => {
    const { borders: wanted, last } = ENTRIES[arch] ?? { borders: [], last: 0 };
    const borders = (await session.stack()).filter((name) => name.startsWith('──'));
    expect(borders).toEqual(wanted.map((border) => expect.stringMatching(border)));
    expect(await session.value('sum')).toBe('55');
    const walk = await session.explain('0x1000', 'read');
    const levels = new RegExp(
      `stage 1 level ${last}[\\s\\S]*stage 2 level 2[\\s\\S]*→ gpa 0x[0-9a-f]+ → pa 0x[0-9a-f]+`,
    );
    expect(walk).toMatch(levels);
  },

  'break at: self.vcpu.run();': async (session) => {
    await session.breakAt();
    await session.move('next');
    expect(await session.place()).toMatch(/vm\.rs:/);
    expect(await session.mode()).toBe('ring0');
    await session.breakAt({ file: 'src/x86_64/vm.rs', code: 'self.vcpu.run();' });
    await session.move('continue');
    await session.breakAt();
    await session.runTo('vmEntry');
    expect(await session.mode()).toBe('vring0');
  },

  'break at: let handled = match code {': async (session) => {
    const codes: string[] = [];
    for (let stop = 0; stop < 4; stop++) {
      codes.push(await session.value('code'));
      expect(BigInt(await session.value('rip'))).toBeGreaterThan(0n);
      await session.move('continue');
    }
    for (const code of codes) expect(code).toMatch(/^(Msr|Cpuid|Ioio|NestedPageFault|Intr|Hlt)\b/);
  },

  'break at: let sum = sum_up_to(10);': async (session) => {
    expect(await session.mode()).toBe('vring3');
    const walk = await session.explain('$pc', 'execute');
    const cr3 = BigInt(/^0x[0-9a-f]+/.exec(await session.value('$cr3'))?.[0] ?? 0);
    expect(walk).toContain(`0x${cr3.toString(16)}`);
    expect(walk).toMatch(/stage 2 level 2/);
  },

  'break at: self.access_local_apic(offset, &access);': async (session) => {
    expect(BigInt(await session.value('offset'))).toBeLessThan(0x1000n);
    expect(await session.value('access.stores')).toMatch(/^(true|false)$/);
  },

  'break at: self.vcpu.raise_virtual_interrupt(vector);': async (session) => {
    expect(BigInt(await session.value('vector'))).toBe(0xf0n);
    await session.breakAt();
    await session.breakOnTraps('isInterrupt && toWorld == "guest kernel"');
    await session.move('continue');
    expect(await session.mode()).toBe('vring0');
  },

  'break at: process::exit(user.arg0() as i32);': async (session) => {
    expect(BigInt(await session.value('user.regs.a0'))).toBe(0n);
    expect((await session.stack()).join()).toMatch(/user program, stopped at .*Environment call from U-mode, VU → VS/);
  },

  'break at: println!("Guest: SBI SRST shutdown");': async (session) => {
    expect(BigInt(await session.value('guest.a7'))).toBe(BigInt(`0x${Buffer.from('SRST').toString('hex')}`));
  },

  'to try: let exit = self.vcpu.run();': async (session) => {
    expect(await session.value('DEVICES[1].name')).toBe('"UART"');
    await session.set('DEVICES[1].size', '0');
    await session.breakAt();
    const stop = await session.move('continue');
    expect(stop.description).toMatch(/panic/);
    const { console, exitCode } = await session.toEnd();
    expect(console).toMatch(/the guest has no device at this address: .* WRITE of guest physical 0x10000000/);
    expect(exitCode).toBe(1);
  },

  'to try: let sum = sum_up_to(10);': async (session) => {
    await session.set('$sp', '0x2100');
    await session.breakAt({ file: 'src/riscv64/vm.rs', code: 'let page = gpa.align_down_4k();' });
    const { console } = await session.toEnd();
    expect(console).toMatch(
      /the program does what it may not, at 0x1[0-9a-f]{3}: PageFault\(VA:0x20[0-9a-f]{2}, WRITE/,
    );
    expect(console).toMatch(/Guest: SBI SRST shutdown\s+Shutdown vm normally!/);
  },

  'to try: timer::inject()': async (session) => {
    await session.breakAt();
    await session.move('next');
    await session.set('$hvip', '0');
    const waits = async () => (await session.stack()).some((name) => /^wait · Process/.test(name));
    for (let look = 0; !(await waits()); look++) {
      expect(look).toBeLessThan(2000);
      await session.letRun();
    }
    await session.letRun();
    expect(await waits()).toBe(true);
    expect(session.console).not.toContain('Enter user space');
  },

  'break at: trampoline::enter_guest(GUEST_RAM, device_tree)': async (session) => {
    const pages = (await session.table('pageTables')).filter((row) => row.startsWith('0x0000'));
    expect(pages).toEqual([expect.stringMatching(/^0x0000000040201000 0x0000000040201fff /)]);
  },

  'break at: msr     SCTLR_EL1, x9': async (session) => {
    const before = BigInt(await session.value('$pc'));
    expect(await session.explain('$pc', 'execute')).toMatch(/root table/);
    await session.move('stepIn', { granularity: 'instruction' });
    expect(BigInt(await session.value('$pc'))).toBe(before + 4n);
    expect(await session.explain('$pc', 'execute')).not.toMatch(/root table/);
  },

  'break at: msr     ELR_EL2, x1': async (session) => {
    expect(await session.mode()).toBe('EL2');
    expect(await session.value('$CurrentEL')).toMatch(/EL ?= ?2|0x8\b/);
    expect(BigInt(/^0x[0-9a-f]+/.exec(await session.value('$SPSR_EL2'))?.[0] ?? 0) & 0x3cfn).toBe(0x3c5n);
    for (let step = 0; (await session.mode()) === 'EL2'; step++) {
      expect(step).toBeLessThan(8);
      await session.move('stepIn', { granularity: 'instruction' });
    }
    expect(BigInt(await session.value('$pc'))).toBe(0x4420_0000n);
  },

  'stage2, break at: asm!("hvc #0", out("x9") _, out("x10") _, out("x11") _)': async (session) => {
    expect(await session.mode()).toBe('EL1');
    const [name] = await session.stack();
    await session.followTraps();
    for (let step = 0; (await session.mode()) === 'EL1' || (await session.stack())[0] !== name; step++) {
      expect(step).toBeLessThan(80);
      await session.move('stepIn', { granularity: 'instruction' });
    }
    expect(await session.mode()).toBe('EL2');
  },

  'stage2, break at: msr     SCTLR_EL2, x11': async (session) => {
    const before = BigInt(await session.value('$pc'));
    await session.move('stepIn', { granularity: 'instruction' });
    expect(BigInt(await session.value('$pc'))).toBe(before + 4n);
    expect(await session.explain('$pc', 'execute')).toContain(`→ pa 0x${(before + 4n).toString(16)}`);
  },

  'stage2, break at: let exit = self.vcpu.run();': async (session) => {
    await session.breakAt();
    await session.move('next');
    expect(await session.value('exit')).toMatch(/^StageTwoFault/);
    await session.breakAt({ file: 'src/aarch64/stage2/vm.rs', code: 'let exit = self.vcpu.run();' });
    await session.move('continue');
    await session.breakAt();
    await session.runTo('vmEntry');
    expect(await session.mode()).toBe('vEL1');
  },

  'stage2, break at: let block = guest_memory::block(gpa);': async (session) => {
    expect(BigInt(/0x[0-9a-f]+/.exec(await session.value('gpa'))?.[0] ?? 0)).toBe(0x4420_0000n);
    const syndrome = BigInt(/^0x[0-9a-f]+/.exec(await session.value('$ESR_EL2'))?.[0] ?? 0);
    expect((syndrome >> 26n) & 0x3fn).toBe(0x20n);
  },

  'stage2, break at: let page = gpa.align_down_4k();': async (session) => {
    const names: string[] = [];
    for (let stop = 0; stop < 4; stop++) {
      names.push(await session.value('device.name'));
      if (stop < 3) await session.move('continue');
    }
    expect(names).toEqual(['"UART"', expect.stringMatching(/istributor/), expect.stringMatching(/CPU/), '"pflash1"']);
    expect((await session.toEnd()).exitCode).toBe(0);
  },

  'stage2, break at: device.hpa + (page - device.start)': async (session) => {
    const places: string[] = [];
    for (let stop = 0; stop < 4; stop++) {
      places.push(`${/0x[0-9a-f]+/.exec(await session.value('gpa'))?.[0]} ${await session.value('device.hpa')}`);
      if (stop < 3) await session.move('continue');
    }
    expect(places.find((place) => place.startsWith('0x8010000'))).toMatch(/0x8040000/);
  },

  'stage2, break at: let acknowledged = read(self.cpu + GICC_IAR);': async (session) => {
    await session.move('next');
    expect(Number(await session.value('acknowledged'))).toBe(30);
  },

  'stage2, break at: println!("Guest: PSCI SYSTEM_OFF");': async (session) => {
    expect(BigInt(await session.value('guest.x[0]'))).toBe(0x8400_0008n);
    const syndrome = BigInt(/^0x[0-9a-f]+/.exec(await session.value('$ESR_EL2'))?.[0] ?? 0);
    expect((syndrome >> 26n) & 0x3fn).toBe(0x17n);
  },
};
