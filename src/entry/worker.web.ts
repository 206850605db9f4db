/** The debug adapter as a nested worker of the web-worker extension host. */
import { DapSession } from '../dap/session';
import { serveBrowserWorker } from '../platform/browser/worker';

serveBrowserWorker((host) => new DapSession(host));
