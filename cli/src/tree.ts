export type Branch = { text: string; branches: Branch[] };

/**
 * Draws a tree as lines, the way `tree` does.
 *
 * @example
 * drawTree({ text: "a", branches: [{ text: "b", branches: [] }] }); // ["a", "└── b"]
 */
export function drawTree({ text, branches }: Branch): string[] {
  return [text, ...branches.flatMap((branch, index) => drawBranch(branch, index === branches.length - 1))];
}

function drawBranch(branch: Branch, last: boolean): string[] {
  const [first, ...rest] = drawTree(branch);
  const [here, below] = last ? ["└── ", "    "] : ["├── ", "│   "];
  return [`${here}${first}`, ...rest.map((line) => `${below}${line}`)];
}
