import { describeFusedAgreement } from '../agreement';
import { OPERANDS } from './operands';
import { AARCH64_SUBJECT } from './subject';

describeFusedAgreement(AARCH64_SUBJECT, OPERANDS);
