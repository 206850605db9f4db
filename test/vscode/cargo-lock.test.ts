import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { registryCrates } from '../../src/vscode/cargo-lock';

describe('the crates of a Cargo.lock', () => {
  it('are named as cargo names their folders, each version for itself', () => {
    const crates = registryCrates(readFileSync('kernels/lazymapping/Cargo.lock', 'utf8'));
    expect(crates).toEqual(expect.arrayContaining(['aarch64-cpu-10.0.0', 'aarch64-cpu-11.2.0', 'riscv-0.16.1']));
  });

  it('leave out what comes from a folder or from git', () => {
    const lock = `version = 4

[[package]]
name = "own"
version = "0.1.0"

[[package]]
name = "from-git"
version = "1.0.0"
source = "git+https://example.org/from-git#0123"

[[package]]
name = "published"
version = "2.0.0-preview.3"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "00"
dependencies = [
 "own",
]
`;
    expect(registryCrates(lock)).toEqual(['published-2.0.0-preview.3']);
    expect(registryCrates('')).toEqual([]);
  });
});
