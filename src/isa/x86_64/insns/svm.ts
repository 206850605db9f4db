/** The instructions of SVM, each done by a helper, and PAUSE, which a guest may be left for. @see AMD64 APM volume 3, chapter 4 */
import type { FormOptions, FormTable } from '../form';

/** Name, notation, what it does, and what debuggers need to know of it. */
type Row = readonly [name: string, text: string, doc: string, more?: Pick<FormOptions, 'kind' | 'modes'>];

const ROWS: readonly Row[] = [
  ['vmcall', '0F 01 C1', "Intel's call of a hypervisor, which AMD's processors do not have.", { kind: 'trap' }],
  ['vmrun', '0F 01 D8', 'Enters the guest that the VMCB at rax describes.', { kind: 'trapReturn' }],
  ['vmmcall', '0F 01 D9', 'Calls the hypervisor.', { kind: 'trap' }],
  ['vmload', '0F 01 DA', 'Loads further registers from the VMCB at rax.'],
  ['vmsave', '0F 01 DB', 'Stores further registers to the VMCB at rax.'],
  ['stgi', '0F 01 DC', 'Sets the global interrupt flag.'],
  ['clgi', '0F 01 DD', 'Clears the global interrupt flag.'],
  ['skinit', '0F 01 DE', 'Secure start, which there is none of.'],
  ['invlpga', '0F 01 DF', 'Drops translations of the address in rax and the ASID in ecx.'],
];

export const addSvm = (table: FormTable): void => {
  for (const [name, text, doc, more] of ROWS) {
    table.add(name, text, [], { doc, ...more, isRare: true, sem: (o) => o.helper(name) });
  }
  table.add('pause', 'F3 90', [], {
    doc: 'Tells the processor of a loop that waits.',
    sem: (o) => o.guard('pause'),
    // With REX.B it exchanges r8.
    when: ({ prefixes }) => (prefixes.rex & 1) === 0,
  });
};
