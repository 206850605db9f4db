/** M. @see RISC-V Unprivileged ISA 20240411, M Extension, table "Semantics for division by zero and division overflow" */

import type { Vector } from '../../driver';
import { registers } from './rows';

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;
const MIN32 = -0x80000000;

export const M: readonly Vector[] = [
  ...registers('mul', [
    [6, 7, 42],
    [-1, -1, 1],
    [1n << 32n, 1n << 32n, 0],
    [MAX, 2, -2],
    [0x1_0000_0001n, 0x1_0000_0001n, 0x2_0000_0001n],
  ]),
  ...registers('mulh', [
    [6, 7, 0],
    [-1, -1, 0],
    [-1, 1, -1],
    [MIN, MIN, 1n << 62n],
    [MIN, MAX, -(1n << 62n)],
    [1n << 32n, 1n << 32n, 1],
  ]),
  ...registers('mulhsu', [
    [6, 7, 0],
    [-1, -1, -1],
    [-1, 1, -1],
    [MIN, -1, MIN],
    [MAX, -1, MAX - 1n],
    [1, -1, 0],
  ]),
  ...registers('mulhu', [
    [6, 7, 0],
    [-1, -1, -2],
    [MIN, 2, 1],
    [MIN, MIN, 1n << 62n],
    [1n << 32n, 1n << 32n, 1],
    [-1, 1, 0],
  ]),
  ...registers('div', [
    [42, 5, 8],
    [-42, 5, -8],
    [42, -5, -8],
    [7, 0, -1],
    [MIN, -1, MIN],
    [MIN, 1, MIN],
    [0, 0, -1],
  ]),
  ...registers('divu', [
    [42, 5, 8],
    [-1, 2, MAX],
    [MIN, -1, 0],
    [7, 0, -1],
    [-1, 1, -1],
  ]),
  ...registers('rem', [
    [42, 5, 2],
    [-42, 5, -2],
    [42, -5, 2],
    [7, 0, 7],
    [MIN, -1, 0],
    [MIN, 0, MIN],
  ]),
  ...registers('remu', [
    [42, 5, 2],
    [-1, 10, 5],
    [MIN, -1, MIN],
    [7, 0, 7],
    [-1, 0, -1],
  ]),
  ...registers('mulw', [
    [6, 7, 42],
    [0x10000, 0x8000, MIN32],
    [0xffff_ffffn, 0xffff_ffffn, 1],
    [0x5_0000_0003n, 4, 12],
  ]),
  ...registers('divw', [
    [42, 5, 8],
    [-42, 5, -8],
    [7, 0, -1],
    [MIN32, -1, MIN32],
    [0xf_0000_0000n, 3, 0],
    [0x8000_0000, 1, MIN32],
  ]),
  ...registers('divuw', [
    [42, 5, 8],
    [-1, 2, 0x7fff_ffff],
    [7, 0, -1],
    [-1, 1, -1],
    [MIN32, -1, 0],
    [0xf_0000_0008n, 4, 2],
  ]),
  ...registers('remw', [
    [42, 5, 2],
    [-42, 5, -2],
    [MIN32, 0, MIN32],
    [MIN32, -1, 0],
    [0xf_0000_0007n, 0, 7],
    [0x1_0000_0007n, 4, 3],
  ]),
  ...registers('remuw', [
    [42, 5, 2],
    [-1, 10, 5],
    [0x8000_0000, 0, MIN32],
    [MIN32, -1, MIN32],
    [0x1_0000_0007n, 4, 3],
  ]),
];
