/** VM exits: each time a guest's world was left for its hypervisor's, why, and how long until the guest went on. */

import { hex } from '../base/address';
import { t } from '../base/l10n';
import type { InspectorNode } from './contract';
import type { InspectContext, Inspector } from './inspector';
import { counted } from './text';
import { trapInspector } from './trap-rows';
import { codeText, instructions, secondsText, type TrapWords } from './trap-words';

/** The exception filter for VM exits, whatever their cause. */
export const VM_EXIT_FILTER = 'vm-exit';

function heading({ traps }: InspectContext, words: TrapWords): InspectorNode[] {
  const first = traps.firstEntry;
  if (first === undefined) return [];
  const code = words.place(first.pc, first.to, first.hart);
  return [
    {
      key: 'entries',
      label: counted(traps.entries, 'VM entry'),
      description: t`first at ${codeText(code)} in ${first.to.mode}`,
      tooltip: t`The guest was first entered after ${instructions(first.at)}, at ${secondsText(first.now)}, at ${hex(first.pc)} in ${first.to.mode}.`,
      icon: 'sign-in',
      hasChildren: false,
      ...(code.source !== undefined && { source: code.source }),
    },
  ];
}

function whyNone({ traps, machine }: InspectContext): string {
  if (traps.firstEntry !== undefined) {
    return t`No VM exit yet: a guest was entered ${instructions(machine.retired - traps.firstEntry.at)} ago and has not been left since.`;
  }
  return t`No VM exit yet: no guest has been entered. VM exits appear here once a hypervisor enters a virtual machine.`;
}

/** The guest's exits to its hypervisor. */
export const vmExits: Inspector = trapInspector({
  id: 'vmExits',
  title: 'VM Exits',
  icon: 'vm',
  noun: 'VM exit',
  ring: ({ traps }) => traps.exits,
  tallyOf: ({ exits }) => exits,
  numberOf: ({ exit, number }) => exit ?? number,
  end: 'next VM entry',
  whyNone,
  heading,
  filterOf: () => VM_EXIT_FILTER,
});
