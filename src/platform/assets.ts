/**
 * Names of files that come with Worldstep, wherever it is installed: `asset:PATH` is relative to the extension's root,
 * `bundled:PATH` to its `kernels` folder.
 * @returns the path relative to the extension's root, or `undefined` when `uri` names something else.
 */
export const assetPath = (uri: string): string | undefined => {
  const match = /^(asset|bundled):\/*(.*)$/.exec(uri);
  if (!match) return undefined;
  const path = match[2] ?? '';
  // Nothing above the root, whatever a launch configuration says.
  if (path.split('/').includes('..')) return undefined;
  return match[1] === 'bundled' ? `kernels/${path}` : path;
};
