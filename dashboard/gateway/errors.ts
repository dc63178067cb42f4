import { SightlineError } from '@sightline/runtime/errors';
import type { FastifyInstance } from 'fastify';

/** Every error in one form: `{ error: { code, message, remedy } }`. What is not meant for people's eyes stays inside. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof SightlineError) return reply.code(statusOf(error)).send({ error: { code: error.code, message: error.message, remedy: error.remedy } });
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) request.log.error(error);
    const message = status >= 500 ? 'the gateway could not answer; its log says why' : (error as Error).message;
    return reply.code(status).send({ error: { code: status === 413 ? 'TOO_LARGE' : status >= 500 ? 'INTERNAL' : 'BAD_REQUEST', message } });
  });
}

function statusOf({ code, retryable }: SightlineError): number {
  if (code === 'ACCESS_DENIED') return 403;
  if (code === 'ACCESS_UNKNOWN') return 401;
  if (code === 'ACCESS_TOO_OFTEN') return 429;
  if (code === 'ACCESS_PROVIDER') return 502;
  if (code === 'NOT_FOUND') return 404;
  if (code === 'SITE_CHANGED') return 409;
  return retryable ? 503 : 400;
}
