/** A hart as code of one of its worlds saw it when another world took over. */
import type { Isa } from '../isa/core/isa';
import type { World } from '../isa/core/world';
import type { Cpu } from '../machine/contract';

/** The hart of `cpu` with its memory as `world` sees it, whatever world it executes in now. Registers are the hart's. */
export function suspendedCpu(cpu: Cpu, world: World): Cpu {
  return {
    hart: cpu.hart,
    world,
    get pc() {
      return cpu.pc;
    },
    get retired() {
      return cpu.retired;
    },
    get activity() {
      return cpu.activity;
    },
    readRegister: (name) => cpu.readRegister(name),
    writeRegister: (name, value) => cpu.writeRegister(name, value),
    // It executes nothing before the world that runs now has given way, and that may change where things lead.
    destination: () => undefined,
    translate: (at, access, other = world) => cpu.translate(at, access, other),
  };
}

/** General registers of a world that the processor keeps while another one runs, by DWARF number. */
export function keptRegisters(cpu: Cpu, isa: Isa, world: World): ReadonlyMap<number, bigint> {
  const banked = isa.bankedStackPointer?.(world);
  const dwarf = isa.register(isa.stackPointer)?.dwarf;
  return new Map(banked === undefined || dwarf === undefined ? [] : [[dwarf, cpu.readRegister(banked)]]);
}
