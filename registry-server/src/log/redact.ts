/**
 * What looks like a secret, wherever in a line of the log it came from: a message of a library, a URL, a header. Lines
 * hold what strangers send, so no pattern may begin at more than one place of what it then looks through.
 */
const patterns: [RegExp, string][] = [
  [/wbl_[A-Za-z0-9_-]{20,}/g, "wbl_[redacted]"],
  [/whsec_[A-Za-z0-9+/=_-]+/g, "whsec_[redacted]"],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[redacted JWT]"],
  [/(\b(?:bearer|basic) +)[^\s"\\]+/gi, "$1[redacted]"],
  // Not the words with which a sentence about a setting says what it looks like.
  [/(:\/\/)(?!user:password@)[^\s/"\\@:]*:[^\s/"\\]*@/g, "$1[redacted]@"],
  [/(hooks\.slack\.com\/services\/)[^\s"\\]+/g, "$1[redacted]"],
];
/** Shorter ones would also be found where they mean something else. */
const shortestSecret = 6;

/**
 * Makes the function that takes secrets out of the lines of a log. It looks at lines as they are written, so nothing
 * depends on where in them a secret is.
 *
 * @param secrets those that are known, in whatever form
 */
export function redactWith(secrets: readonly (string | undefined)[]): (line: string) => string {
  const known = secrets
    .flatMap((secret) => (secret === undefined ? [] : [secret, JSON.stringify(secret).slice(1, -1)]))
    .filter((secret) => secret.length >= shortestSecret);
  return function redact(line) {
    const without = known.reduce((text, secret) => text.replaceAll(secret, "[redacted]"), line);
    return patterns.reduce((text, [pattern, instead]) => text.replace(pattern, instead), without);
  };
}
