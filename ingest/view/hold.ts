/** A condition that must hold for some seconds before it is believed, and be gone for some before it is dropped. */
export class Hold {
  /** Whether it is believed. */
  on = false;
  #since: number | null = null;

  constructor(
    private readonly enterSeconds: number,
    private readonly leaveSeconds: number,
  ) {}

  /** `now`: seconds of event time. `enter`: it looks so. `leave`: it looks otherwise; neither: in between, nothing changes. */
  see(now: number, enter: boolean, leave: boolean): boolean {
    if (!(this.on ? leave : enter)) this.#since = null;
    else {
      if (this.#since === null || this.#since > now) this.#since = now;
      if (now - this.#since >= (this.on ? this.leaveSeconds : this.enterSeconds)) {
        this.on = !this.on;
        this.#since = null;
      }
    }
    return this.on;
  }
}
