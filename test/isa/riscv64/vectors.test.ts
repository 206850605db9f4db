import { describeVectors } from '../vectors';
import { RISCV64_SUBJECT } from './subject';
import { VECTORS } from './vectors/all';

describeVectors(RISCV64_SUBJECT, VECTORS);
