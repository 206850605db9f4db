import { describeVectors } from '../vectors';
import { LOONGARCH64_SUBJECT } from './subject';
import { VECTORS } from './vectors/all';

describeVectors(LOONGARCH64_SUBJECT, VECTORS);
