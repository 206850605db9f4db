/** `npm run layers`: fails when an import breaks the layer table. */
import { findLayerViolations } from './layer-rules.mjs';

const main = async (): Promise<void> => {
  const violations = await findLayerViolations('src', process.cwd());
  for (const { from, to, rule } of violations) console.error(`${from} → ${to}\n    ${rule}`);
  if (violations.length > 0) process.exitCode = 1;
  else console.log('layers: every import is allowed');
};

void main();
