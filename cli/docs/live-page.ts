import { liveErrorSchema, liveHeartbeatSchema, liveHelloSchema, livePictureHeaderSchema, liveTopicSchemas } from '@sightline/schemas/live-messages';
import { liveProtocol, liveRequestSchema, liveSocketPath } from '@sightline/schemas';
import { z } from 'zod';

/**
 * The live protocol as an AsyncAPI 3.0 document, and as a page for people, both made from the schemas of its messages: `node
 * deploy/docs.mjs` writes docs/live.asyncapi.json and docs/live-protocol.md.
 */
interface Message {
  readonly name: string;
  readonly from: 'page' | 'gateway';
  readonly schema: JsonSchema;
  /** Instead of JSON text. */
  readonly binary?: boolean;
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

function messages(): Message[] {
  const requests = schemaOf(liveRequestSchema);
  return [
    ...(requests.oneOf ?? requests.anyOf ?? []).map((schema): Message => ({ name: nameOf(schema.properties!['type']!.const), from: 'page', schema })),
    { name: 'hello', from: 'gateway', schema: schemaOf(liveHelloSchema) },
    ...Object.entries(liveTopicSchemas).map(([topic, schema]): Message => ({ name: topic, from: 'gateway', schema: schemaOf(schema) })),
    { name: 'heartbeat', from: 'gateway', schema: schemaOf(liveHeartbeatSchema) },
    { name: 'error', from: 'gateway', schema: schemaOf(liveErrorSchema) },
    { name: 'picture', from: 'gateway', schema: schemaOf(livePictureHeaderSchema), binary: true },
  ];
}

/** The messages of a page are told apart by their constant `type`. */
function nameOf(type: unknown): string {
  if (typeof type !== 'string') throw new TypeError('a message of the live protocol has no constant type');
  return type;
}

function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  void $schema;
  return JSON.parse(JSON.stringify(rest, (key, value: unknown) => (key === 'readOnly' ? undefined : value))) as JsonSchema;
}

const about = 'Live values and pictures over one WebSocket. Each topic counts its own `seq`; a change applies to the snapshot or change before it. Changes are gathered for 100 ms and hold the latest value only. Whoever comes back within 50 changes, with `after` and the `run` of the last hello, gets just those.';

/** AsyncAPI 3.0.0. */
export function liveAsyncApi(): object {
  const all = messages();
  const key = ({ from, name }: Message): string => `${from}-${name}`;
  const named = (from: Message['from']): { $ref: string }[] => all.filter((message) => message.from === from).map((message) => ({ $ref: `#/channels/live/messages/${key(message)}` }));
  return {
    asyncapi: '3.0.0',
    info: { title: 'Sightline live protocol', version: `${liveProtocol}.0.0`, description: about, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    servers: { gateway: { host: '127.0.0.1:8420', protocol: 'ws', description: 'The gateway; wss behind TLS. A session cookie or an API token (Authorization: Bearer …), and the Origin of the gateway itself.' } },
    channels: { live: { address: liveSocketPath, messages: Object.fromEntries(all.map((message) => [key(message), { $ref: `#/components/messages/${key(message)}` }])) } },
    operations: {
      ask: { action: 'receive', channel: { $ref: '#/channels/live' }, messages: named('page'), summary: 'What a page asks of the gateway' },
      tell: { action: 'send', channel: { $ref: '#/channels/live' }, messages: named('gateway'), summary: 'What the gateway tells its pages' },
    },
    components: {
      messages: Object.fromEntries(
        all.map((message) => [key(message), { name: message.name, contentType: message.binary ? 'application/octet-stream' : 'application/json', ...(message.schema.description !== undefined && { summary: message.schema.description }), payload: message.schema }]),
      ),
    },
  };
}

/** docs/live-protocol.md. */
export function livePage(): string {
  const all = messages();
  const section = (from: Message['from']): string[] => all.filter((message) => message.from === from).flatMap(({ name, schema, binary }) => [`### ${name}${binary ? ' (binary)' : ''}`, '', ...(schema.description === undefined ? [] : [`${sentence(schema.description)}`, '']), ...fields(schema), '']);
  return [
    '# The live protocol',
    '',
    `One WebSocket at \`${liveSocketPath}\`, JSON as text; pictures are binary. Made from \`schemas/live-messages.ts\` by \`node deploy/docs.mjs\`;`,
    '[live.asyncapi.json](live.asyncapi.json) is the same as an AsyncAPI 3.0 document. `?` marks what may be absent.',
    '',
    about,
    '',
    '## From the page to the gateway',
    '',
    ...section('page'),
    '## From the gateway to the page',
    '',
    ...section('gateway'),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function fields(schema: JsonSchema): string[] {
  const rows = rowsOf(schema, '');
  return rows.length === 0 ? [] : ['| field | is | |', '|---|---|---|', ...rows.map(({ path, type, text }) => `| \`${path}\` | ${type} | ${text.replaceAll('|', '\\|')} |`)];
}

function rowsOf(schema: JsonSchema, prefix: string): { path: string; type: string; text: string }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = schema.required?.includes(name) ? '' : '?';
    const path = `${prefix}${name}${optional}`;
    const inner = objectIn(field);
    return [{ path, type: typeText(field), text: field.description ?? '' }, ...(inner ? rowsOf(inner.schema, `${path}${inner.list ? '[]' : ''}.`) : [])];
  });
}

/** The object that a field holds, itself or in a list. */
function objectIn(field: JsonSchema): { readonly schema: JsonSchema; readonly list: boolean } | null {
  if (field.properties) return { schema: field, list: false };
  if (typeof field.items === 'object' && field.items.properties) return { schema: field.items, list: true };
  return field.anyOf?.map(objectIn).find((found) => found !== null) ?? null;
}

function typeText(field: JsonSchema): string {
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum) return field.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (field.anyOf) return field.anyOf.map(typeText).join(' or ');
  if (field.prefixItems) return `[${field.prefixItems.map(typeText).join(', ')}]`;
  if (field.type === 'array') return typeof field.items === 'object' ? `list of ${typeText(field.items)}` : 'list';
  if (field.type === 'object') return typeof field.additionalProperties === 'object' ? `object of ${typeText(field.additionalProperties)}` : 'object';
  return [field.type ?? 'any'].flat().join(' or ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
