/** One promise and what was measured against it. */
export type Figure = {
  /** What is compared with what. */
  readonly title: string;
  readonly measured: string;
  readonly promised: string;
  readonly holds: boolean;
  /** How many rounds, and the two medians behind a ratio. */
  readonly how: string;
};

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
