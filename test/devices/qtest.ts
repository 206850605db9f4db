/** QEMU's own devices, register by register, through its qtest protocol, with the guest's harts standing still. */
import { spawn } from 'node:child_process';
import { QEMU_TIME } from '../../src/build/kernels/qemu-time';

export interface Access {
  readonly at: number;
  readonly width: 1 | 2 | 4;
  /** Absent for a read. */
  readonly value?: number;
  /** An access to x86's I/O space. */
  readonly isPort?: true;
}

/** A level at an input of a device, by its path in QEMU's object tree. */
export interface InputLevel {
  readonly device: string;
  readonly input: number;
  readonly level: boolean;
}

const SUFFIX = { 1: 'b', 2: 'w', 4: 'l' } as const;
const BOARD = ['-machine', 'virt', '-smp', '2', '-S', '-display', 'none', '-serial', 'null', '-monitor', 'none'];

const commandOf = (access: Access | InputLevel): string => {
  if ('input' in access) return `set_irq_in ${access.device} unnamed-gpio-in ${access.input} ${access.level ? 1 : 0}`;
  const { at, width, value, isPort } = access;
  if (isPort) return value === undefined ? `in${SUFFIX[width]} ${at}` : `out${SUFFIX[width]} ${at} ${value}`;
  return value === undefined ? `read${SUFFIX[width]} ${at}` : `write${SUFFIX[width]} ${at} ${value}`;
};

const isRead = (access: Access | InputLevel | undefined): boolean =>
  access !== undefined && 'at' in access && access.value === undefined;

/**
 * Performs `accesses` in order on a fresh `virt` board and returns what each read gave; `options` go to QEMU.
 * @param program the QEMU whose board it is
 */
export function runOnQemu(
  accesses: readonly (Access | InputLevel)[],
  options: readonly string[] = [],
  program = 'qemu-system-riscv64',
): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const qemu = spawn(program, [
      ...BOARD,
      ...QEMU_TIME,
      '-nodefaults',
      '-qtest',
      'stdio',
      '-qtest-log',
      'none',
      ...options,
    ]);
    const answers: string[] = [];
    let text = '';
    let errors = '';
    qemu.on('error', reject);
    qemu.on('exit', () =>
      reject(new Error(`QEMU ended after ${answers.length} of ${accesses.length} answers: ${errors}`)),
    );
    qemu.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    qemu.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      answers.push(...lines.filter((line) => /^(OK|FAIL|ERR)/.test(line)));
      if (answers.length < accesses.length) return;
      qemu.removeAllListeners('exit');
      qemu.kill('SIGKILL');
      resolve(answers.flatMap((line, index) => (isRead(accesses[index]) ? [Number(line.split(' ')[1])] : [])));
    });
    qemu.stdin.write(`${accesses.map(commandOf).join('\n')}\n`);
  });
}
