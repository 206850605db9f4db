import { describe, it } from 'vitest';
import { check, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { Json } from '../support/dap-client';

const source = { path: trapsSource };
const at = (name: string, more: object = {}) => ({ line: trapsLine(name), ...more });

describe('a session', () => {
  it('declares what it can', () =>
    check('initialize', async (talk) => {
      await talk.ask('initialize', { adapterID: 'worldstep', clientID: 'vscode', supportsANSIStyling: true });
    }));

  it('goes from launch over a breakpoint and steps to the end', () =>
    check('road', async (talk) => {
      await talk.ask('initialize', { adapterID: 'worldstep' });
      await talk.ask('launch', trapsLaunch());
      await talk.hear('initialized');
      await talk.ask('setBreakpoints', { source, breakpoints: [at('main')] });
      await talk.ask('setExceptionBreakpoints', { filters: [] });
      await talk.ask('configurationDone');
      await talk.hear('stopped');
      await talk.ask('threads');
      await talk.ask('stackTrace', { threadId: 1, startFrame: 0, levels: 20 });
      await talk.move('stepIn');
      await talk.ask('scopes', { frameId: await talk.frame() });
      await talk.move('stepOut');
      await talk.move('next');
      await talk.move('next', { granularity: 'instruction' });
      await talk.ask('setBreakpoints', { source, breakpoints: [] });
      await talk.ask('continue', { threadId: 1 });
      await talk.hear('exited');
      await talk.hear('terminated');
      await talk.ask('threads');
      await talk.ask('stackTrace', { threadId: 1 });
    }));

  it('binds breakpoints of every kind and says why it cannot', () =>
    check('breakpoints', async (talk) => {
      await talk.launch(trapsLaunch({ stopOnEntry: true }));
      await talk.hear('stopped');
      await talk.ask('breakpointLocations', { source, line: trapsLine('busy'), endLine: trapsLine('busy_end') });
      await talk.ask('setBreakpoints', {
        source,
        breakpoints: [
          at('identity'),
          at('twice', { condition: 'value == 3' }),
          at('loop', { logMessage: 'sum {sum}' }),
          { line: 9999 },
        ],
      });
      await talk.ask('setBreakpoints', { source: { path: '/not/there.c' }, breakpoints: [{ line: 1 }] });
      await talk.ask('setFunctionBreakpoints', {
        breakpoints: [{ name: 'rust_panic' }, { name: 'nobody' }, { name: 'sbi', hitCondition: 'sometimes' }],
      });
      await talk.ask('setInstructionBreakpoints', {
        breakpoints: [{ instructionReference: '0x80200000', offset: 4 }, { instructionReference: 'junk' }],
      });
      await talk.ask('setInstructionBreakpoints', { breakpoints: [{ instructionReference: '0x80200000', offset: 4 }] });
      await talk.move('continue');
      await talk.move('continue');
      await talk.move('continue');
      await talk.hear('output');
      const info = await talk.ask('dataBreakpointInfo', { name: 'ticks', frameId: await talk.frame() });
      await talk.ask('dataBreakpointInfo', { name: '1 + 1', frameId: await talk.frame() });
      await talk.ask('dataBreakpointInfo', {
        name: '&faults',
        asAddress: true,
        bytes: 4,
        frameId: await talk.frame(),
      });
      await talk.ask('dataBreakpointInfo', { name: 'pa:0x80201000', asAddress: true, bytes: 4096 });
      await talk.ask('setDataBreakpoints', {
        breakpoints: [{ dataId: info.dataId, accessType: 'write' }, { dataId: 'junk' }],
      });
      await talk.move('continue');
    }));

  it('stops at traps with what happened', () =>
    check('traps', async (talk) => {
      await talk.launch(trapsLaunch({ stopOnEntry: true }));
      await talk.hear('stopped');
      await talk.ask('exceptionInfo', { threadId: 1 });
      await talk.ask('setExceptionBreakpoints', {
        filters: ['rust-panic'],
        filterOptions: [{ filterId: 'group:page-fault', condition: 'tval == 0x1000' }, { filterId: 'nothing' }],
      });
      await talk.move('continue');
      await talk.ask('stackTrace', { threadId: 1 });
      await talk.ask('exceptionInfo', { threadId: 1 });
      await talk.move('stepOut');
      await talk.move('continue');
      await talk.ask('exceptionInfo', { threadId: 1 });
    }));

  it('shows and sets variables', () =>
    check('variables', async (talk) => {
      await talk.launch(trapsLaunch(), { [trapsSource]: [at('fault')] });
      await talk.hear('stopped');
      const { scopes } = await talk.ask('scopes', { frameId: await talk.frame() });
      const locals = scopes[0].variablesReference;
      const { variables } = await talk.ask('variables', { variablesReference: locals });
      const tf = variables.find((one: Json) => one.name === 'tf');
      const fields = await talk.ask('variables', { variablesReference: tf.variablesReference });
      await talk.ask('variables', {
        variablesReference: fields.variables[0].variablesReference,
        filter: 'named',
        start: 1,
        count: 3,
        format: { hex: true },
      });
      await talk.ask('setVariable', { variablesReference: locals, name: 'cause', value: '0xd' });
      await talk.ask('setVariable', { variablesReference: locals, name: 'nothing', value: '1' });
      await talk.ask('setVariable', { variablesReference: locals, name: 'cause', value: 'a lot' });
      await talk.ask('setExpression', { expression: 'tf->sepc', value: 'tf->sepc + 4', frameId: await talk.frame() });
      await talk.ask('setExpression', { expression: '$a7', value: '0x10', frameId: await talk.frame() });
      const system = scopes.find((one: Json) => one.name === 'System registers').variablesReference;
      const registers = await talk.client.request('variables', { variablesReference: system });
      const satp = registers.variables.find((one: Json) => one.name === 'satp');
      await talk.ask('variables', { variablesReference: satp.variablesReference });
    }));

  it('evaluates for console, watch and hover, and completes', () =>
    check('evaluate', async (talk) => {
      await talk.launch(trapsLaunch(), { [trapsSource]: [at('fault')] });
      await talk.hear('stopped');
      const frameId = await talk.frame();
      const evaluate = (expression: string, context = 'watch', more: object = {}) =>
        talk.ask('evaluate', { expression, frameId, context, ...more });
      await evaluate('cause');
      await evaluate('cause', 'watch', { format: { hex: true } });
      await evaluate('tf->regs.a0', 'hover');
      await evaluate('*tf');
      await evaluate('$satp');
      await evaluate('pa:0x80200000');
      await evaluate('explain 0x1000 read', 'repl');
      await evaluate('explain $pc execute', 'repl');
      await evaluate('faults = 41', 'repl');
      await evaluate('faults = 42', 'watch');
      await evaluate('nobody', 'hover');
      await evaluate('1 +', 'repl');
      const complete = (text: string) => talk.ask('completions', { text, column: text.length + 1, frameId });
      await complete('tf->se');
      await complete('ca');
      await complete('kernel_m');
      await complete('$sat');
    }));

  it('reads and writes memory and disassembles', () =>
    check('memory', async (talk) => {
      await talk.launch(trapsLaunch({ stopOnEntry: true }));
      await talk.hear('stopped');
      await talk.ask('readMemory', { memoryReference: 'pa:0x80200000', count: 8 });
      await talk.ask('readMemory', { memoryReference: '0x80200000', offset: 4, count: 4 });
      await talk.ask('readMemory', { memoryReference: '0x80fffffc', count: 16 });
      await talk.ask('readMemory', { memoryReference: '0x0', offset: -16, count: 16 });
      await talk.ask('readMemory', { memoryReference: '0xfffffffffffffff8', count: 16 });
      await talk.ask('readMemory', { memoryReference: 'junk', count: 16 });
      await talk.ask('writeMemory', { memoryReference: 'pa:0x80800000', data: 'AQIDBA==' });
      await talk.ask('readMemory', { memoryReference: '0x80800000', count: 6 });
      await talk.ask('writeMemory', { memoryReference: '0x1000', data: 'AQ==' });
      await talk.ask('writeMemory', { memoryReference: '0x80800000', data: '*' });
      await talk.ask('disassemble', {
        memoryReference: '0x80200000',
        instructionOffset: -2,
        instructionCount: 9,
        resolveSymbols: true,
      });
      await talk.ask('disassemble', { memoryReference: '0x2', instructionOffset: -4, instructionCount: 6 });
      await talk.ask('disassemble', {
        memoryReference: '0xfffffffffffffffe',
        instructionOffset: 0,
        instructionCount: 3,
      });
    }));

  it('jumps, lists sources and modules, and restarts', () =>
    check('places', async (talk) => {
      await talk.launch(trapsLaunch(), { [trapsSource]: [at('call_touch')] });
      await talk.hear('stopped');
      await talk.ask('loadedSources');
      await talk.ask('modules');
      await talk.ask('source', { source: { path: trapsSource.replace('traps.c', 'none.c') }, sourceReference: 0 });
      const { targets } = await talk.ask('gotoTargets', { source, line: trapsLine('timer') });
      await talk.ask('goto', { threadId: 1, targetId: targets[0].id });
      await talk.hear('stopped');
      await talk.where();
      await talk.ask('goto', { threadId: 1, targetId: 99999 });
      await talk.ask('stepInTargets', { frameId: await talk.frame() });
      await talk.ask('restart');
      await talk.hear('breakpoint');
      await talk.hear('stopped');
      await talk.where();
      await talk.ask('terminate');
      await talk.hear('terminated');
    }));

  it('answers pause while the guest runs and refuses what needs it to stand', () =>
    check('pause', async (talk) => {
      await talk.launch({
        ...trapsLaunch(),
        program: trapsLaunch().program.replace('debug/fixtures/traps', 'symbols/fixtures/c-o0-dwarf5'),
      });
      await talk.ask('stackTrace', { threadId: 1 });
      await talk.ask('next', { threadId: 1 });
      await talk.ask('evaluate', { expression: 'first.color', context: 'watch' });
      for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
      await talk.ask('pause', { threadId: 1 });
      await talk.hear('stopped');
      await talk.where();
      await talk.ask('setVariable', { variablesReference: 1, name: 'x', value: '1' });
      await talk.ask('disconnect', { terminateDebuggee: true });
      await talk.hear('terminated');
    }));

  it('says when the guest is stuck and stays alive', () =>
    check('stuck', async (talk) => {
      await talk.launch(trapsLaunch({ stopOnEntry: true, console: 'terminal' }));
      await talk.hear('stopped');
      const frameId = await talk.frame();
      await talk.ask('evaluate', { expression: '$pc = 0', frameId, context: 'repl' });
      await talk.ask('continue', { threadId: 1 });
      await talk.hear('stopped');
      await talk.ask('stackTrace', { threadId: 1 });
      await talk.ask('exceptionInfo', { threadId: 1 });
      await talk.ask('restart', { arguments: trapsLaunch({ runTo: 'busy' }) });
      await talk.hear('stopped');
      await talk.where();
      await talk.ask('restart', { arguments: trapsLaunch({ memory: '1' }) });
    }));

  it('waits with a guest that waits, and pauses it', () =>
    check('idle', async (talk) => {
      await talk.launch(trapsLaunch(), { [trapsSource]: [at('done')] });
      await talk.hear('stopped');
      const { targets } = await talk.client.request('gotoTargets', { source, line: trapsLine('wait') });
      await talk.client.request('goto', { threadId: 1, targetId: targets[0].id });
      await talk.hear('stopped');
      await talk.ask('continue', { threadId: 1 });
      for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
      await talk.ask('threads');
      await talk.ask('console/input', { text: 'x' });
      await talk.ask('pause', { threadId: 1 });
      await talk.hear('stopped');
      await talk.ask('threads');
    }));

  it('shows harts as threads', () =>
    check('harts', async (talk) => {
      await talk.launch(trapsLaunch({ machine: { memory: '16M', harts: 2 } }), { [trapsSource]: [at('main')] });
      await talk.hear('stopped');
      await talk.ask('threads');
      await talk.ask('stackTrace', { threadId: 2, levels: 2 });
      await talk.ask('stackTrace', { threadId: 3 });
      await talk.ask('next', { threadId: 1, singleThread: true });
      await talk.hear('stopped');
      await talk.where();
    }));
});
