import { bare, field, isAggregate } from './layout';
import { stem } from './name';
import { lookAt, shapeOf } from './present';
import { ringBuffer } from './rust/sequences';
import type { RingBuffer, Value } from './value';
import { pathLimits } from './view';

/** A `VecDeque` as data: its slots, occupied and free. `undefined` when the value is none or holds garbage. */
export function readVecDeque(value: Value): RingBuffer | undefined {
  const ring = ringBuffer(value, lookAt(value));
  return typeof ring === 'string' || ring.elementType.size === 0 ? undefined : ring;
}

/** The first `VecDeque` behind references, `Arc`, locks, cells and `Option`, and in the fields of structs on the way. */
export function findQueue(value: Value): RingBuffer | undefined {
  let level: Value[] = [value];
  for (let depth = 0; depth < 12 && level.length > 0; depth++) {
    const next: Value[] = [];
    for (const at of level) {
      const type = bare(at.type);
      if (type.kind === 'struct' && stem(type.name) === 'VecDeque') {
        const ring = readVecDeque(at);
        if (ring !== undefined) return ring;
        continue;
      }
      const shape = shapeOf(at, lookAt(at, pathLimits));
      const inner = shape.through ?? shape.target;
      if (inner !== undefined) next.push(inner);
      else if (isAggregate(type)) for (const m of type.members) if (m.type.size > 0) next.push(field(at, m));
    }
    level = next.slice(0, 64);
  }
  return undefined;
}
