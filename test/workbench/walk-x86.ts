/** The walk through the hypervisor of x86_64: VMRUN, the guest's worlds, its control block, and both stages. */
import { breakAt, makeRoom, openCopy, type Surroundings, showTable, stop, stopsAt } from './walk-worlds';

const HYPERVISOR = 'src/x86_64/vm.rs';
const KERNEL = 'payload/gkernel/src/process.rs';
const USER = 'payload/app/src/main.rs';

/** Breakpoints in the hypervisor, the guest's kernel and its user program, set before any of them exists. */
export const walkThroughX86 = async (around: Surroundings): Promise<void> => {
  const { workbench, note } = around;
  const { page } = workbench;
  const folder = await openCopy(around, 'guestmonolithickernel', {
    name: 'SVM',
    arch: 'x86_64',
    openViews: ['controlBlocks', 'vmExits', 'pageTables'],
  });
  const runs = await breakAt(workbench, folder, HYPERVISOR, 'self.vcpu.run();');
  const enters = await breakAt(workbench, folder, KERNEL, 'match user.run() {');
  const exits = await breakAt(workbench, folder, USER, 'arch::exit(code)');
  await page.keyboard.press('F5');
  await stopsAt(workbench, HYPERVISOR, runs);
  note('x86_64: stopped in the hypervisor, before VMRUN');
  await makeRoom(workbench);
  const blocks = workbench.pane('Guest Control Blocks');
  await blocks.locator('.monaco-list-row').first().waitFor();
  await workbench.screenshot('x01-before-vmrun');
  await workbench.removeBreakpoint(runs);
  await page.keyboard.press('F5');
  await stopsAt(workbench, KERNEL, enters);
  await workbench.debugRow('call-stack', /entered by vmrun from the hypervisor/).waitFor();
  note('x86_64: stopped in the guest kernel, entered by VMRUN');
  await page.keyboard.press('F5');
  await stopsAt(workbench, USER, exits);
  await workbench.debugRow('call-stack', /entered by iret from the guest kernel/).waitFor();
  await workbench.debugRow('call-stack', /entered by vmrun from the hypervisor/).waitFor();
  await workbench.screenshot('x02-one-stack');
  note('x86_64: stopped in the guest user program: one stack through three worlds');
  await workbench.explain('0x1000 read');
  await workbench.showsLine(/stage 2 level 2/);
  await workbench.screenshot('x03-both-stages');
  await showTable(workbench, 'VM Exits', /VMEXIT_CPUID/);
  await workbench.screenshot('x04-vm-exits');
  await showTable(workbench, 'Guest Control Blocks', /EXITCODE/);
  await workbench.screenshot('x05-vmcb');
  await stop(workbench);
};
