type Rule = { audience: string; claims: Record<string, string> };
export type Claims = Record<string, unknown>;

/**
 * Why a rule does not accept claims; nothing when it does.
 *
 * @param claims of an identity token whose signature, issuer and times are right
 */
export function mismatch({ audience, claims: patterns }: Rule, claims: Claims): string | undefined {
  if (![claims.aud].flat().includes(audience)) return "the audience is another one";
  for (const [name, pattern] of Object.entries(patterns)) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    if (value === undefined) return `there is no claim "${name}"`;
    const texts = [value].flat().filter((one) => /^(string|number|boolean)$/.test(typeof one));
    if (!texts.some((one) => fits(pattern, String(one)))) return `the claim "${name}" is another one`;
  }
  return undefined;
}

/** Whether a text fits a pattern in which `*` stands for any text; as a whole, and letter by letter. */
export function fits(pattern: string, text: string): boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let at = first.length;
  // The earliest place for each part leaves most for the others, so nothing is ever tried twice.
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
