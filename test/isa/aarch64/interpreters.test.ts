import { describeAgreement } from '../agreement';
import { OPERANDS } from './operands';
import { AARCH64_SUBJECT } from './subject';

describeAgreement(AARCH64_SUBJECT, OPERANDS);
