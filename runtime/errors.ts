/**
 * Every error a person can meet: a code, what happened (the value and the rule), and what to do. An error says whether
 * trying again can help. The table in docs/errors.md is tied to this registry by a test.
 *
 *     throw new SightlineError('SOURCE_NOT_FOUND', `camera "door": there is no file at clips/door.mp4`);
 */
export const errorCodes = {
  SITE_INVALID: { remedy: 'correct the site file; `sightline check FILE` lists every mistake with its line', retryable: false },
  SITE_SECRET_MISSING: { remedy: 'set the environment variable, or NAME_FILE to a file that holds it', retryable: false },
  SOURCE_NOT_FOUND: { remedy: 'check the path or address of the source', retryable: false },
  SOURCE_UNREADABLE: { remedy: 'check that the file is a whole video or picture; `ffmpeg -i FILE` says more', retryable: false },
  SOURCE_REFUSED: { remedy: 'check address, port, user and password, and that the camera is on', retryable: true },
  SOURCE_STALLED: { remedy: 'check the camera and the network; it is tried again by itself', retryable: true },
  FFMPEG_MISSING: { remedy: 'install ffmpeg, or set FFMPEG_PATH', retryable: false },
  FRAME_INVALID: { remedy: 'the frame was skipped and counted; nothing to do unless it keeps happening', retryable: false },
  MODEL_NOT_FOUND: { remedy: '`sightline models` lists the installed models; `sightline models add FILE|URL` installs one', retryable: false },
  MODEL_INVALID: { remedy: 'use a detector with a known head; `sightline models add` says what does not fit', retryable: false },
  MODEL_FAILED: { remedy: 'the frame was skipped and counted; try another model if it keeps happening', retryable: true },
  DOWNLOAD_FAILED: { remedy: 'check the network and start again; the download resumes', retryable: true },
  CHECKSUM_MISMATCH: { remedy: 'the file was removed; start again, or check where it comes from', retryable: false },
  PORT_TAKEN: { remedy: 'end the other program or choose another port with --port', retryable: false },
  DATA_LOCKED: { remedy: 'another Sightline uses this data folder; end it, or choose another with --data', retryable: false },
  DATA_READ_ONLY: { remedy: 'make the data folder writable, or choose another with --data', retryable: false },
  DISK_FULL: { remedy: 'free some space; writing resumes by itself', retryable: true },
  STORE_UNREACHABLE: { remedy: 'check that ClickHouse runs and its address; writing resumes by itself', retryable: true },
  STORE_AUTH: { remedy: 'check the user and password of the store, and what that user may do', retryable: false },
  STORE_NEWER: { remedy: 'this data was written by a newer Sightline; install that version', retryable: false },
  STORE_QUERY: { remedy: 'correct the query', retryable: false },
  LOG_UNREACHABLE: { remedy: 'check that the broker runs and its address', retryable: true },
  LOG_AUTH: { remedy: 'check the user, password and mechanism of the broker', retryable: false },
  LOG_TOPIC_MISSING: { remedy: 'start once with the right to create topics, or create it as docs/distributed.md says', retryable: false },
  LOG_TOPIC_DIFFERS: { remedy: 'change the topic or the configuration so that they agree; nothing was changed', retryable: false },
  LOG_RECORD_TOO_LARGE: { remedy: 'raise message.max.bytes, or lower analysisWidth', retryable: false },
  LOG_CLOSED: { remedy: 'this is a defect unless the program is ending', retryable: false },
  FENCED: { remedy: 'another process has taken over; nothing to do', retryable: false },
  RECORD_NEWER: { remedy: 'a newer Sightline wrote this record; update this process', retryable: false },
  RECORD_INVALID: { remedy: 'the record went to dead-letter with its reason', retryable: false },
  WEBHOOK_PRIVATE: { remedy: 'give a public address, or set allowPrivate: true on this webhook', retryable: false },
  WEBHOOK_URL: { remedy: 'correct the url of this webhook in the site file', retryable: false },
  WEBHOOK_FAILED: { remedy: 'check that the receiver runs and answers 2xx; it is tried again by itself', retryable: true },
  ACCESS_UNKNOWN: { remedy: 'sign in, or send a valid API token', retryable: false },
  ACCESS_DENIED: { remedy: 'ask an admin of this site for the right', retryable: false },
  ACCESS_TOO_OFTEN: { remedy: 'wait a little and try again', retryable: true },
  ACCESS_PROVIDER: { remedy: 'check that the provider of OpenID Connect runs and SIGHTLINE_OIDC_ISSUER is its address', retryable: true },
  ACCESS_OPEN: { remedy: 'create the owner first, put TLS in front, or pass --insecure to say that you want this', retryable: false },
  NOT_FOUND: { remedy: 'check the name', retryable: false },
  SITE_CHANGED: { remedy: 'load the page again and make the change once more', retryable: false },
  USAGE: { remedy: 'see --help', retryable: false },
} as const satisfies Record<string, { remedy: string; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;

export class SightlineError extends Error {
  override readonly name = 'SightlineError';
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly remedy: string;
  /** Whether trying again later can help. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; remedy?: string }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options?.remedy ?? errorCodes[code].remedy;
    this.retryable = errorCodes[code].retryable;
  }
}

/** One line for a person: what happened, then what to do. */
export function explain(error: unknown): string {
  if (error instanceof SightlineError) return `${error.message} — ${error.remedy} [${error.code}]`;
  return error instanceof Error ? error.message : String(error);
}
