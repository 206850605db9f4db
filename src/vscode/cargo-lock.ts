/** The crates of registries that a Cargo.lock names, as cargo names their folders: `riscv-0.16.1`. */
export const registryCrates = (lock: string): string[] =>
  lock.split('[[package]]').flatMap((entry) => {
    const value = (key: string): string | undefined => new RegExp(`^${key} = "(.*)"$`, 'm').exec(entry)?.[1];
    const name = value('name');
    const version = value('version');
    return name && version && value('source')?.startsWith('registry+') ? [`${name}-${version}`] : [];
  });
