/** All traps and interrupts of every world: why, where, and how long until their handler's world was left. */
import { t } from '../base/l10n';
import type { Inspector } from './inspector';
import { trapInspector } from './trap-rows';
import { instructions } from './trap-words';

/** Every trap, VM exits among them. */
export const traps: Inspector = trapInspector({
  id: 'traps',
  title: 'Traps',
  icon: 'zap',
  noun: 'trap',
  ring: ({ traps }) => traps.traps,
  tallyOf: ({ all }) => all,
  numberOf: ({ number }) => number,
  end: 'return to a less privileged world',
  whyNone: ({ machine }) => t`No trap yet, in ${instructions(machine.retired)}.`,
  filterOf: ({ cause }) => cause?.id ?? '',
});
