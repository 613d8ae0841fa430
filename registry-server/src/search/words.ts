/** Longer words are found by how they begin. */
export const longestWord = 64;

/**
 * The words of a text, as they are stored and searched for: letters and digits in lower case, without regard to how a
 * character was put together.
 */
export function wordsOf(text: string): string[] {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return [...new Set(words.map((word) => [...word].slice(0, longestWord).join("")))];
}
