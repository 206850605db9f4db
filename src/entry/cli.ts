/** The `worldstep` program. */
import { main } from './commands/main';

void main(process.argv.slice(2), __dirname).then((code) => {
  // Not process.exit: output that is still on its way to a pipe would be lost.
  process.exitCode = code;
});
