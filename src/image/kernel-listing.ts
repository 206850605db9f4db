import { type KernelPackage, modesOf } from './kernel-package';

/** The architectures of a kernel that there are machines for. */
export const architecturesFor = (kernel: KernelPackage, machines: readonly string[]): string[] =>
  [...kernel.architectures.keys()].filter((architecture) => machines.includes(architecture));

/** What chooses a mode of a kernel, and how lists call it. */
export interface ListedMode {
  readonly arch: string;
  readonly mode: string;
  readonly title: string;
}

/** The modes of a kernel on architectures that there are machines for. */
export const modesFor = (kernel: KernelPackage, machines: readonly string[]): ListedMode[] =>
  modesOf(kernel)
    .filter(({ architecture }) => machines.includes(architecture))
    .map(({ architecture, mode, build }) => ({ arch: architecture, mode, title: `${kernel.title}: ${build.title}` }));

/**
 * The bundled kernels as they are offered: with those builds only that there are machines for, without kernels that have none,
 * easiest first. A board that is added to `machines` brings its builds by itself.
 */
export function listing<T extends { readonly kernel: KernelPackage }>(
  bundled: readonly T[],
  machines: readonly string[],
): T[] {
  return bundled
    .map((each): T => {
      const names = architecturesFor(each.kernel, machines);
      const architectures = new Map([...each.kernel.architectures].filter(([name]) => names.includes(name)));
      return { ...each, kernel: { ...each.kernel, architectures } };
    })
    .filter(({ kernel }) => kernel.architectures.size > 0)
    .sort(
      (one, other) => one.kernel.difficulty - other.kernel.difficulty || (one.kernel.name < other.kernel.name ? -1 : 1),
    );
}
