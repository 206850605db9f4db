/** How a guest ends: the exit code that `worldstep run` would give, and what is said. */
import { t } from '../base/l10n';
import type { Stop } from '../debug/stop';

/** The stops that a session ends with. */
export type Ending = Extract<Stop, { kind: 'power' | 'panicked' | 'stuck' }>;

/** `panic`: what the guest has printed, if it has panicked. */
export function endOf(stop: Ending, panic: string | undefined): { readonly exitCode: number; readonly text: string } {
  if (panic !== undefined) {
    const and = stop.kind === 'power' ? '' : t` and did not switch off`;
    return { exitCode: 1, text: t`The guest panicked${and}: ${panic}` };
  }
  if (stop.kind === 'stuck') return { exitCode: 1, text: t`${stop.explanation}. Debug it to see where.` };
  if (stop.kind === 'panicked') return { exitCode: 1, text: stop.text };
  const { kind, code } = stop.event;
  switch (kind) {
    case 'off':
      return { exitCode: 0, text: t`The guest switched off.` };
    case 'reset':
      return { exitCode: 0, text: t`The guest asked for a reset. Restart the session to boot it again.` };
    case 'fail':
      return {
        exitCode: code || 1,
        text: t`The guest reported failure${code === 0 ? '' : t` with code ${code}`}.`,
      };
  }
}
