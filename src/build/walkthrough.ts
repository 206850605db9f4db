import { viewId } from '../vscode/inspector-view-id';

const media = (name: string) => ({ markdown: `media/walkthrough/${name}.md` });

/** The first minutes with Worldstep, shown on VS Code's welcome page. */
export const walkthrough = {
  id: 'start',
  title: 'Step through a running kernel',
  description: 'Stop on a Rust line inside a kernel, look at its message queue, and see how an address is translated.',
  steps: [
    {
      id: 'sample',
      title: 'Open the sample',
      description:
        'A small kernel in Rust: one task sends numbers, another receives them.\n[Open the Message Queue](command:worldstep.openSample?%5B%22msgqueue%22%2C%22look%22%5D)',
      media: media('sample'),
      completionEvents: ['onCommand:worldstep.openSample'],
    },
    {
      id: 'breakpoint',
      title: 'Set breakpoints',
      description:
        'The sample comes with two. Click left of a line number to set one of your own, or take those of the open kernel.\n[Set Suggested Breakpoints](command:worldstep.addSuggestedBreakpoints)',
      media: media('breakpoint'),
      completionEvents: ['onCommand:worldstep.addSuggestedBreakpoints', 'onContext:breakpointsExist'],
    },
    {
      id: 'start',
      title: 'Press F5',
      description:
        'The kernel boots at once, in the editor, and stops on your line.\n[Debug the Kernel](command:worldstep.debugFile)',
      media: media('start'),
      completionEvents: ['onContext:debugType == worldstep'],
    },
    {
      id: 'queue',
      title: 'Look at the queue',
      description: `Capacity, head, length, every slot and where it wraps: for the kernel's own data.\n[Show Queues](command:${viewId('queues')}.focus)`,
      media: media('queue'),
      completionEvents: [`onView:${viewId('queues')}`, 'onCommand:worldstep.table.queues'],
    },
    {
      id: 'pages',
      title: 'Look at the page tables',
      description: `Every mapping, down to the bits of each entry.\n[Show Page Tables](command:${viewId('pageTables')}.focus)`,
      media: media('pages'),
      completionEvents: [`onView:${viewId('pageTables')}`, 'onCommand:worldstep.table.pageTables'],
    },
  ],
};
