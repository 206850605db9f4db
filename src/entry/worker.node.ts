/** The debug adapter as a worker thread of the Node extension host. */
import { createSession } from '../dap/create-session';
import { serveNodeWorker } from '../platform/node/worker';
import { sessionServices } from './session-services';

serveNodeWorker((host, send) => createSession(sessionServices(host), send));
