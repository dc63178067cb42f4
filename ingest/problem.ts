import { SightlineError } from '@sightline/runtime/errors';
import { redact } from '@sightline/runtime/secrets';
import type { Camera } from '@sightline/schemas';
import { silenceSeconds, type Source } from './source/source.js';

/** Addresses of streams and of ffmpeg's own parts: their ports, paths and digits are no answer of the camera. */
const addresses = /\b[a-z]+:\/\/\S+|\b0x[0-9a-f]+\b/gi;

/** Turns what ffmpeg said about a source into one error: which camera, what happened, what to do. */
export function sourceProblem(camera: Camera, source: Source, said: readonly string[], timedOut = false): SightlineError {
  const text = said.join('\n').replace(addresses, '');
  const where = redact(source.finite ? camera.source : source.secret, source.secret);
  const problem = (code: 'SOURCE_NOT_FOUND' | 'SOURCE_UNREADABLE' | 'SOURCE_REFUSED' | 'SOURCE_STALLED', what: string, remedy?: string): SightlineError =>
    new SightlineError(code, `camera "${camera.name}": ${where} ${what}`, remedy === undefined ? undefined : { remedy });
  if (/(failed:|error|returned) 40[13]\b|unauthorized|forbidden|authorization failed/i.test(text)) return problem('SOURCE_REFUSED', 'refuses user or password', 'check user and password of the camera');
  if (/(failed:|error|returned) (404|451|454)\b|not found/i.test(text) && !source.finite) return problem('SOURCE_REFUSED', 'answers, but has no such stream', 'check the path behind the host in the address');
  if (/connection refused/i.test(text)) return problem('SOURCE_REFUSED', 'refuses the connection');
  if (/failed to resolve hostname|name or service not known|nodename nor servname/i.test(text)) return problem('SOURCE_REFUSED', 'has a host name that cannot be resolved', 'check the host name, or use the address in numbers');
  if (/no route to host|network is unreachable|host is down/i.test(text)) return problem('SOURCE_REFUSED', 'cannot be reached from here', 'check the network and that the camera is on');
  if (/no such file or directory/i.test(text)) return problem('SOURCE_NOT_FOUND', 'does not exist');
  if (/permission denied/i.test(text)) return problem('SOURCE_UNREADABLE', 'may not be read by this user');
  if (/device or resource busy/i.test(text)) return problem('SOURCE_REFUSED', 'is used by another program', 'end the other program that uses the camera');
  if (timedOut || /timed out|operation timed out|connection timed out/i.test(text)) return problem('SOURCE_STALLED', `did not answer within ${silenceSeconds} s`);
  if (/Stream #0.*: Audio/.test(text) && !/: Video/.test(text)) return problem('SOURCE_UNREADABLE', 'holds sound but no picture', 'give a source with video');
  const foreign = /detected only with low score/i.test(text);
  if (/moov atom not found/i.test(text) && !foreign) return problem('SOURCE_UNREADABLE', 'is cut off: its index (moov atom) is missing', 'copy the file again, or repair it with `untrunc`; recorders write the index when they end');
  if (foreign || /invalid data found/i.test(text)) return problem('SOURCE_UNREADABLE', source.finite ? 'is not a video that ffmpeg can read' : 'sends something that is not video');
  const last = said.at(-1);
  const reason = last === undefined ? '' : ` (${redact(last, source.secret).slice(0, 300)})`;
  return source.finite ? problem('SOURCE_UNREADABLE', `gives no picture${reason}`) : problem('SOURCE_REFUSED', `gives no picture${reason}`);
}
