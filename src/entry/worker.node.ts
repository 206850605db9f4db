/** The debug adapter as a worker thread of the Node extension host. */
import { createSession } from '../dap/create-session';
import { serveNodeWorker } from '../platform/node/worker';
import { useFatfsIn } from './fatfs-file';
import { sessionServices } from './session-services';

useFatfsIn(__dirname);
serveNodeWorker((host, send) => createSession(sessionServices(host), send));
