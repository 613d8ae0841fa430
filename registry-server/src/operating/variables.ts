import { variableOf } from "../config.ts";
import { type SettingName, settings } from "../settings.ts";

/** Variables of the clients, the plugin and the provider. */
const othersVariables =
  "ADDRESS TOKEN NAMESPACE CA_FILE TIMEOUT CONSUMER ON_REVOKED SPOOL_DIR FINGERPRINT NODE OIDC_TOKEN OIDC_AUDIENCE".split(
    " ",
  );
/** More letters than this, and another name was meant. */
const mostWrongLetters = 3;

/** Variables that begin like Waybill's and are none, each with the nearest that there is: one sentence for each. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const own = (Object.keys(settings) as SettingName[])
    .filter((name) => !("flagOnly" in settings[name]))
    .map(variableOf);
  const known = [
    ...own,
    ...own.map((name) => `${name}_FILE`),
    ...othersVariables.map((name) => `WAYBILL_${name}`),
  ];
  return Object.keys(env)
    .filter((name) => name.startsWith("WAYBILL_") && !known.includes(name))
    .map((name) => {
      const near = known
        .map((other) => ({ other, letters: lettersBetween(name, other) }))
        .sort((a, b) => a.letters - b.letters)[0];
      const meant = near && near.letters <= mostWrongLetters ? `; was ${near.other} meant?` : "";
      return `${name} is not known, and so without effect${meant}`;
    });
}

/** How many letters must be put in, taken out or changed to make one text of another (Levenshtein's distance). */
function lettersBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [at, wanted] of [...other].entries()) {
      const [diagonal = 0, above = 0, left = 0] = [row[at], row[at + 1], next[at]];
      next.push(Math.min(diagonal + (letter === wanted ? 0 : 1), above + 1, left + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
