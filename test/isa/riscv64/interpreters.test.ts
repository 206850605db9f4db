import { describeAgreement, describeFusedAgreement, integer, type RandomOperands } from '../agreement';
import { RISCV64_SUBJECT } from './subject';

const OPERANDS: RandomOperands = {
  general: 'x',
  selfContained: /^(lr|sc)\./,
  immediates: ['imm', 'nzimm'],
  registers: /^r[ds]\d?$/,
  data: (random, _insn, fields) => {
    const data = fields.rs2 ?? fields["rs2'"];
    const base = fields.rs1 ?? fields["rs1'"] ?? 2;
    return data && data !== base ? { [data]: integer(random) } : {};
  },
  slots: (random) => ({ frm: BigInt(random.below(6)), fflags: BigInt(random.below(32)) }),
  compared: ['fflags', 'mstatus', 'reservation'],
};

describeAgreement(RISCV64_SUBJECT, OPERANDS);
describeFusedAgreement(RISCV64_SUBJECT, OPERANDS);
