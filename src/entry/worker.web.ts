/** The debug adapter as a nested worker of the web-worker extension host. */
import { createSession } from '../dap/create-session';
import { serveBrowserWorker } from '../platform/browser/worker';
import { sessionServices } from './session-services';

serveBrowserWorker((host, send) => createSession(sessionServices(host), send));
