import { SightlineError } from '../../errors.js';

interface KafkaError {
  readonly name?: string;
  readonly type?: string;
  readonly message?: string;
  /** Node's are words, the protocol's are numbers. */
  readonly code?: string | number;
  readonly retriable?: boolean;
  readonly cause?: unknown;
  readonly originalError?: unknown;
}

const fencedTypes = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_TXN_STATE', 'UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER_SEQUENCE_NUMBER']);
const authTypes = new Set(['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE', 'TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED']);
const largeTypes = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'RECORD_BATCH_TOO_LARGE']);

/** Any error of kafkajs as one of ours: what happened at which brokers, and what to do. */
export function explainKafka(error: unknown, brokers: readonly string[], what: string): SightlineError {
  if (error instanceof SightlineError) return error;
  const chain = [...causes(error)];
  const where = brokers.join(', ');
  const said = chain.find(({ message }) => message)?.message ?? String(error);
  const has = (types: ReadonlySet<string>): boolean => chain.some(({ type }) => type !== undefined && types.has(type));
  if (has(fencedTypes)) return new SightlineError('FENCED', `${what}: another producer has taken over (${said})`, { cause: error });
  if (has(authTypes) || chain.some(({ name }) => name === 'KafkaJSSASLAuthenticationError')) return new SightlineError('LOG_AUTH', `${what}: the broker at ${where} refuses: ${said}`, { cause: error });
  if (has(largeTypes)) return new SightlineError('LOG_RECORD_TOO_LARGE', `${what}: the broker refuses a record of this size`, { cause: error });
  if (has(new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']))) return new SightlineError('LOG_TOPIC_MISSING', `${what}: the topic is missing at ${where}`, { cause: error });
  if (chain.some(({ code, message }) => /^ERR_SSL|CERT/.test(String(code)) || /certificate|SSL|TLS/.test(message ?? ''))) {
    return new SightlineError('LOG_AUTH', `${what}: TLS with ${where} fails: ${said}`, { cause: error, remedy: 'check that the broker speaks TLS on this port, and the certificates' });
  }
  return new SightlineError('LOG_UNREACHABLE', `${what}: the broker at ${where} cannot be reached: ${said}`, { cause: error });
}

function* causes(error: unknown): Generator<KafkaError> {
  for (let at = error as KafkaError | undefined, depth = 0; at && depth < 6; depth++) {
    yield at;
    at = (at.cause ?? at.originalError) as KafkaError | undefined;
  }
}
