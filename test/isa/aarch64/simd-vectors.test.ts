import { describeVectors } from '../vectors';
import { SIMD_SUBJECT } from './simd-subject';
import { MEMORY_RESULTS } from './vectors/simd/memory';
import { SIMD_RESULTS } from './vectors/simd/table';

describeVectors(SIMD_SUBJECT, [...SIMD_RESULTS, ...MEMORY_RESULTS]);
