import { describeVectors } from '../vectors';
import { AARCH64_SUBJECT } from './subject';
import { VECTORS } from './vectors/all';

describeVectors(AARCH64_SUBJECT, VECTORS);
