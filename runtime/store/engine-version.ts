import { ChdbNodeEngine } from 'chdb/durable/node';

/** Version of the embedded engine, without opening any data: `26.7.2.1`. Rejects when its native part does not load. */
export async function engineVersion(): Promise<string> {
  return new ChdbNodeEngine().version();
}
