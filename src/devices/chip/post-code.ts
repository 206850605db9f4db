/** Port 0x80, where firmware says how far it has come, and which others write to wait a microsecond. */
import type { Device, DeviceRegister } from '../device';

const REGISTERS: readonly DeviceRegister[] = [{ name: 'POST', offset: 0, width: 1, doc: 'What was written last.' }];

export type PostCodeState = { code: number };

export class PostCode implements Device<PostCodeState> {
  readonly compatible = 'pc-post-code';
  readonly size = 1;
  readonly registers = REGISTERS;
  state: PostCodeState = { code: 0 };

  constructor(readonly id: string) {}

  reset(): void {
    this.state = { code: 0 };
  }

  read(): number {
    return this.state.code;
  }

  peek(): number {
    return this.state.code;
  }

  write(_offset: number, _width: 1 | 2 | 4, value: number): void {
    this.state.code = value & 0xff;
  }
}
