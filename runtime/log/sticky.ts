/**
 * Shares partitions out among members so that shares differ by at most one and as few as possible change hands: each
 * member keeps what it has up to its share, the rest goes to whoever has least. The same for every caller.
 */
export function shareOut<T extends string>(partitions: readonly T[], members: ReadonlyMap<string, readonly T[]>): Map<string, T[]> {
  const names = [...members.keys()].sort();
  const shares = new Map<string, T[]>(names.map((name) => [name, []]));
  if (names.length === 0) return shares;
  const known = new Set(partitions);
  const least = Math.floor(partitions.length / names.length);
  let larger = partitions.length % names.length;
  const taken = new Set<T>();
  // Who holds most keeps the larger shares, so that nothing moves without need.
  for (const name of [...names].sort((a, b) => members.get(b)!.length - members.get(a)!.length)) {
    const held = [...new Set(members.get(name))].filter((partition) => known.has(partition) && !taken.has(partition));
    const share = held.length > least && larger > 0 ? least + 1 : least;
    if (share > least) larger -= 1;
    for (const partition of held.slice(0, share)) {
      taken.add(partition);
      shares.get(name)!.push(partition);
    }
  }
  for (const partition of partitions) {
    if (taken.has(partition)) continue;
    let to = names[0]!;
    for (const name of names) if (shares.get(name)!.length < shares.get(to)!.length) to = name;
    shares.get(to)!.push(partition);
  }
  return shares;
}
