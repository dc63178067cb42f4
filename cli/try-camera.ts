import type { TryCamera } from '@sightline/dashboard/gateway/routes/cameras';
import { tryCamera } from '@sightline/ingest/try-camera';
import { cameraSchema } from '@sightline/schemas';

/** Tries an address that somebody typed into the page. A password in it is used for this one try and kept nowhere. */
export const tryFromPage: TryCamera = async ({ source, transport }, signal) => {
  const camera = { ...cameraSchema.parse({ name: 'trial', source: 'trial', ...(transport && { transport }) }), source };
  const answer = await tryCamera(camera, { signal });
  if (!answer.ok) return { ok: false, code: answer.error.code, message: answer.error.message, remedy: answer.error.remedy };
  const { size, fps, codec, picture } = answer;
  return { ok: true, width: size[0], height: size[1], fps, codec, jpeg: picture };
};
