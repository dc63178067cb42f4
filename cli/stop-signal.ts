/**
 * Resolves when the program is asked to end: Ctrl-C, SIGTERM, the parent's word, or the parent's death. A second Ctrl-C,
 * a second or more later, ends at once.
 */
const impatientAfterMs = 1000;

export function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const ask = (why: string): void => {
      const now = performance.now();
      if (askedAt === undefined) {
        askedAt = now;
        resolve(why);
      } else if (now - askedAt > impatientAfterMs && why === 'SIGINT') process.exit(130);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ask(signal));
    process.on('message', (message: { stop?: string }) => message.stop && ask(message.stop));
    process.on('disconnect', () => ask('disconnect'));
  });
}
