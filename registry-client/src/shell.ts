/**
 * One word of a command that users are told to type, as a POSIX shell reads it.
 *
 * @param text any text; without NUL, which no argument can hold
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
