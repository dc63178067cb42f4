import { startDelivery, type Delivery, type DeliveryOptions } from './deliver.js';

export interface Deliveries {
  close(): Promise<void>;
}

/** Keeps one delivery running for each webhook of the site in force. */
export async function startDeliveries(options: Omit<DeliveryOptions, 'name'>): Promise<Deliveries> {
  const running = new Map<string, Delivery>();
  let closed = false;
  const adapt = async (names: ReadonlySet<string>): Promise<void> => {
    if (closed) return;
    for (const name of names) if (!running.has(name)) running.set(name, await startDelivery({ ...options, name }));
    for (const [name, delivery] of running) {
      if (names.has(name)) continue;
      running.delete(name);
      await delivery.close();
    }
  };
  const namesNow = (): Set<string> => new Set(options.siteFeed.current().site.webhooks.map(({ name }) => name));
  let last = adapt(namesNow());
  await last;
  const unsubscribe = options.siteFeed.subscribe(() => {
    last = last.then(() => adapt(namesNow())).catch(options.failed);
  });
  return {
    async close() {
      closed = true;
      unsubscribe();
      await last;
      await Promise.all([...running.values()].map((delivery) => delivery.close()));
    },
  };
}
