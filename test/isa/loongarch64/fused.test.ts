import { describeFusedAgreement } from '../agreement';
import { OPERANDS } from './operands';
import { LOONGARCH64_SUBJECT } from './subject';

describeFusedAgreement(LOONGARCH64_SUBJECT, OPERANDS);
