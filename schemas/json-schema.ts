import { z } from 'zod';
import { siteSchema } from './site.js';

/** The JSON Schema of a site file as a person writes it; `schemas/site.schema.json` holds it for editors. */
export function siteJsonSchema(): object {
  return { $id: 'urn:sightline:site', title: 'Sightline site', ...z.toJSONSchema(siteSchema, { io: 'input', unrepresentable: 'any' }) };
}
