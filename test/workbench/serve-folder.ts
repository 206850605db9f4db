import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Serves the files of a folder to pages of any origin, as a web server of extensions does. Ends with the process. */
export const serveFolder = (folder: string): Promise<{ readonly authority: string }> =>
  new Promise((done) => {
    const server = createServer((request, response) => {
      const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
      const file = join(folder, normalize(path));
      if (request.method === 'OPTIONS') {
        response.writeHead(204, headers).end();
      } else if (file.startsWith(folder) && existsSync(file) && statSync(file).isFile()) {
        const type = TYPES[extname(file)] ?? 'application/octet-stream';
        response.writeHead(200, { ...headers, 'content-type': type });
        createReadStream(file).pipe(response);
      } else {
        response.writeHead(404, headers).end();
      }
    });
    server.unref();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done({ authority: `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` });
    });
  });
