/** Numbers that stand for frames, containers and sources while the guest stands still. */

import type { EvaluationScope } from '../debug/expression/scope';
import type { CodeFrame } from '../debug/stack';
import type { Container } from '../debug/variables';
import { staleFrame, staleVariables } from './errors';

/** A frame a client was told about. */
export interface FrameHandle {
  readonly hart: number;
  readonly index: number;
  readonly frame: CodeFrame | undefined;
}

/** An expandable thing a client was told about. */
export interface ContainerHandle {
  readonly container: Container;
  readonly scope: EvaluationScope;
}

/** Valid until the guest moves; numbers are never used twice, so stale ones are recognised. */
export class Handles {
  private next = 1;
  private readonly frames = new Map<number, FrameHandle>();
  private readonly frameIds = new Map<string, number>();
  private readonly containers = new Map<number, ContainerHandle>();

  /** The same frame keeps its number while the guest stands still. */
  frameId(handle: FrameHandle): number {
    const key = `${handle.hart}:${handle.index}`;
    const id = this.frameIds.get(key) ?? this.next++;
    this.frames.set(id, handle);
    this.frameIds.set(key, id);
    return id;
  }

  frame(id: number): FrameHandle {
    const handle = this.frames.get(id);
    if (handle === undefined) throw staleFrame(id);
    return handle;
  }

  /** The guest was changed by hand: the frames keep their numbers and are walked again. */
  renew(frameAt: (hart: number, index: number) => CodeFrame | undefined): void {
    for (const [id, { hart, index }] of this.frames) this.frames.set(id, { hart, index, frame: frameAt(hart, index) });
  }

  containerId(handle: ContainerHandle): number {
    const id = this.next++;
    this.containers.set(id, handle);
    return id;
  }

  container(id: number): ContainerHandle {
    const handle = this.containers.get(id);
    if (handle === undefined) throw staleVariables(id);
    return handle;
  }

  /** The guest moves: nothing that was told holds any more. */
  clear(): void {
    this.frames.clear();
    this.frameIds.clear();
    this.containers.clear();
  }
}
