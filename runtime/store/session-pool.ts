import type { Session } from 'chdb';
import { SightlineError } from '../errors.js';

/** Sessions that are lent out one task at a time, first come first served: an engine session runs one query at a time. */
export class SessionPool {
  private readonly idle: Session[] = [];
  private readonly waiting: (() => void)[] = [];
  private opened = 0;
  private closing = false;

  constructor(
    private readonly size: number,
    private readonly open: () => Session,
    /** Run once in each new session. */
    private readonly greeting: string,
  ) {}

  async use<T>(task: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.borrow();
    try {
      return await task(session);
    } finally {
      this.idle.push(session);
      this.waiting.shift()?.();
    }
  }

  /** Waits for what runs, then closes every session. */
  async close(): Promise<void> {
    this.closing = true;
    while (this.idle.length < this.opened) await new Promise<void>((resolve) => this.waiting.push(resolve));
    for (const session of this.idle.splice(0)) session.close();
    this.opened = 0;
    for (const wake of this.waiting.splice(0)) wake();
  }

  private async borrow(): Promise<Session> {
    for (;;) {
      if (this.closing) throw new SightlineError('STORE_UNREACHABLE', 'the store is closed');
      const session = this.idle.pop();
      if (session) return session;
      if (this.opened < this.size) return this.grow();
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private async grow(): Promise<Session> {
    this.opened += 1;
    const session = this.open();
    try {
      await session.queryAsync(this.greeting);
      return session;
    } catch (error) {
      this.opened -= 1;
      session.close();
      throw error;
    }
  }
}
