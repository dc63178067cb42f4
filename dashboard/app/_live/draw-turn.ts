/**
 * The moment at which pictures are drawn: ten times a second for all cameras together. Twenty cameras that each draw
 * when their picture comes make the browser paint the page sixty times a second; an eye does not see the difference.
 *
 *     await drawTurn();
 */
const betweenTurnsMs = 100;

let next: Promise<void> | null = null;

export function drawTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    // To the same tenths for everyone: what came within one tenth is drawn at its end.
    setTimeout(
      () =>
        requestAnimationFrame(() => {
          next = null;
          resolve();
        }),
      betweenTurnsMs - (performance.now() % betweenTurnsMs),
    );
  });
  return next;
}
