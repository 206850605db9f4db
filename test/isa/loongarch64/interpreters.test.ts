import { describeAgreement } from '../agreement';
import { OPERANDS } from './operands';
import { LOONGARCH64_SUBJECT } from './subject';

describeAgreement(LOONGARCH64_SUBJECT, OPERANDS);
