import { describe, expect, it } from 'vitest';
import { errorText, SessionLog } from '../../src/vscode/session-log';

const logged = (isTracing: boolean): { lines: string[]; session: SessionLog } => {
  const lines: string[] = [];
  const at = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const log = { trace: at('trace'), info: at('info'), warn: at('warn'), error: at('error') };
  return { lines, session: new SessionLog(log, 'Debug k', () => isTracing) };
};

describe('the log of a session', () => {
  it('has the launch with its defaults, how it went, and the end', () => {
    const { lines, session } = logged(false);
    session.received({ type: 'request', command: 'initialize', arguments: {} });
    session.received({ type: 'request', command: 'launch', arguments: { program: '/k.elf', console: 'terminal' } });
    session.sent({ type: 'response', command: 'launch', success: true });
    session.sent({ type: 'event', event: 'stopped', body: {} });
    session.sent({ type: 'event', event: 'exited', body: { exitCode: 3 } });
    session.sent({ type: 'event', event: 'terminated' });
    expect(lines).toEqual([
      'info Debug k: launch {"program":"/k.elf","console":"terminal"}',
      'info Debug k: launched',
      'info Debug k: exit code 3',
      'info Debug k: ended',
    ]);
  });

  it('warns of a launch that is refused and has errors of ours with their stack', () => {
    const { lines, session } = logged(false);
    session.sent({ type: 'response', command: 'launch', success: false, message: 'There is no file.' });
    const output = 'Worldstep: Error: x\n    at f (worker.js:1:1)\n';
    session.sent({ type: 'event', event: 'output', body: { category: 'stderr', output } });
    session.sent({ type: 'event', event: 'output', body: { category: 'stdout', output: 'from the guest\n' } });
    expect(lines).toEqual([
      'warn Debug k: not launched: There is no file.',
      'error Debug k: Worldstep: Error: x\n    at f (worker.js:1:1)',
    ]);
  });

  it('has each message at level trace, and long ones in part', () => {
    const { lines, session } = logged(true);
    session.received({ type: 'request', command: 'threads' });
    session.sent({ type: 'response', body: { text: 'x'.repeat(10_000) } });
    expect(lines[0]).toBe('trace Debug k → {"type":"request","command":"threads"}');
    expect(lines[1]).toMatch(/^trace Debug k ← .*… \(100\d\d characters\)$/);
    expect(lines[1]!.length).toBeLessThan(4100);
  });
});

it('an error is logged with its stack, and what is no error as text', () => {
  expect(errorText(new Error('broken'))).toMatch(/^Error: broken\n\s+at /);
  expect(errorText('broken')).toBe('broken');
});
