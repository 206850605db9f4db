/** What shall happen when: alarms of devices and firmware by guest time. Plain data, so that a snapshot holds them. */

export interface Alarm {
  readonly owner: string;
  readonly tag: string;
  /** Guest ns. */
  readonly at: bigint;
}

export class Alarms {
  #list: Alarm[] = [];

  /** Replaces the alarm of that owner and tag; `undefined` drops it. */
  set(owner: string, tag: string, at: bigint | undefined): void {
    this.#list = this.#list.filter((alarm) => alarm.owner !== owner || alarm.tag !== tag);
    if (at !== undefined) this.#list.push({ owner, tag, at });
  }

  /** The earliest alarm's time. */
  get next(): bigint | undefined {
    let next: bigint | undefined;
    for (const { at } of this.#list) if (next === undefined || at < next) next = at;
    return next;
  }

  /** Takes out what is due at `now`, earliest first; equal times in the order of owner and tag. */
  due(now: bigint): Alarm[] {
    const due = this.#list.filter(({ at }) => at <= now);
    if (due.length === 0) return due;
    this.#list = this.#list.filter(({ at }) => at > now);
    const key = ({ owner, tag }: Alarm) => `${owner}/${tag}`;
    return due.sort((a, b) => (a.at !== b.at ? (a.at < b.at ? -1 : 1) : key(a) < key(b) ? -1 : 1));
  }

  get all(): readonly Alarm[] {
    return this.#list;
  }
  set all(list: readonly Alarm[]) {
    this.#list = [...list];
  }
}
