/** The `worldstep` program. */
import { main } from './commands/main';
import { useFatfsIn } from './fatfs-file';

useFatfsIn(__dirname);
void main(process.argv.slice(2), __dirname).then((code) => {
  // What is still on its way to a pipe first; then without waiting for compilers in the background.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});
