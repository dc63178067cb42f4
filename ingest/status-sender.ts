import type { CameraStatus } from '@sightline/schemas';
import type { Producer } from '@sightline/runtime/log/log';

/** A log that does not answer is not waited for longer than this when ingest ends. */
const lastStatusMs = 1000;

/** Writes the status of cameras to the log: of each camera one at a time, and of what came meanwhile only the newest. */
export class StatusSender {
  readonly #waiting = new Map<string, CameraStatus | null>();
  readonly #sending = new Map<string, Promise<void>>();

  constructor(
    private readonly producer: Producer,
    private readonly report: (problem: string) => void,
  ) {}

  /** null: the camera is no longer part of the site. */
  send(camera: string, status: CameraStatus | null): void {
    this.#waiting.set(camera, status);
    if (this.#sending.has(camera)) return;
    this.#sending.set(camera, this.#sendAll(camera));
  }

  /** Resolves when all is written, or after a second. */
  async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([Promise.all(this.#sending.values()), new Promise((resolve) => (timer = setTimeout(resolve, lastStatusMs)))]);
    clearTimeout(timer);
  }

  async #sendAll(camera: string): Promise<void> {
    // The caller notes this promise first.
    await Promise.resolve();
    for (let status = this.#waiting.get(camera); status !== undefined; status = this.#waiting.get(camera)) {
      this.#waiting.delete(camera);
      const value = status === null ? null : Buffer.from(JSON.stringify(status), 'utf8');
      try {
        await this.producer.send('camera-status', [{ key: camera, value }]);
      } catch (error) {
        this.report(`the status of camera "${camera}" was not written: ${String(error)}`);
      }
    }
    // In the same turn as the last look at what waits, so that nothing comes in between and is left behind.
    this.#sending.delete(camera);
  }
}
