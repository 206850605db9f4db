/** The debug adapter as a nested worker of the web-worker extension host. */
import { createSession } from '../dap/create-session';
import { provideFatfs } from '../image/fatfs';
import { serveBrowserWorker } from '../platform/browser/worker';
import { sessionServices } from './session-services';

serveBrowserWorker((host, send) => {
  provideFatfs(() => host.readFile('asset:dist/fatfs.wasm'));
  return createSession(sessionServices(host), send);
});
