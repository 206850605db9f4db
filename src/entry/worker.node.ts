/** The debug adapter as a worker thread of the Node extension host. */
import { DapSession } from '../dap/session';
import { serveNodeWorker } from '../platform/node/worker';

serveNodeWorker((host) => new DapSession(host));
