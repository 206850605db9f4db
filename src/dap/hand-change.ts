/** What a client is told when the user has changed the guest: a register, a variable, memory. */
import { t } from '../base/l10n';
import type { DebugTarget } from '../debug/target';
import type { Session } from './session';

/**
 * Makes the client refresh its variables and the memory that it has read; a new `stopped` event says that the stack is
 * another one. Invalid `stacks` would not do: VS Code then selects the top frame again, which takes the focus into the
 * source, where the next word of the Debug Console would be typed.
 */
export function showHandChange(session: Session, target: DebugTarget): void {
  const { client, server, shown } = session;
  session.handles.renew((hart, index) => {
    const [frame] = target.stack(hart).frames(index, 1);
    return frame?.kind === 'label' ? undefined : frame;
  });
  const hart = target.stop?.hart ?? 0;
  if (client.supportsInvalidated) {
    if (shown.hasOtherStack((of, count) => target.stack(of).frames(0, count))) {
      shown.forgetStacks();
      const common = { threadId: hart + 1, allThreadsStopped: true, preserveFocusHint: true };
      server.event('stopped', { reason: 'goto', description: t`Moved by hand`, ...common });
    }
    server.event('invalidated', { areas: ['variables'] });
  }
  if (client.supportsMemoryEvent) {
    for (const { reference, from, to } of shown.memory)
      server.event('memory', { memoryReference: reference, offset: from, count: to - from });
  }
  session.event('machine/status', session.status(hart));
  session.staled();
}
