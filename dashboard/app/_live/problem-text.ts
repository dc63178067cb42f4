/** What is wrong with a camera, without its own name, which stands above. */
export function problemText(problem: string): string {
  const rest = problem.replace(/^camera "[^"]*": /, '');
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
