/** Every error code of the API with its HTTP status and title: a closed set, stable once published. */
export const problemCodes = {
  invalid_request: [400, "The request is not valid"],
  unauthorized: [401, "A valid token is needed"],
  forbidden: [403, "The token may not do this"],
  identity_refused: [403, "No trust rule accepts the identity token"],
  not_found: [404, "There is no such route"],
  token_not_found: [404, "There is no such token"],
  trust_rule_not_found: [404, "There is no such trust rule"],
  namespace_not_found: [404, "There is no such namespace"],
  artifact_not_found: [404, "There is no such artifact"],
  version_not_found: [404, "There is no such version"],
  build_not_found: [404, "There is no such build"],
  provider_not_found: [404, "There is no such provider"],
  document_not_found: [404, "There is no such document"],
  file_not_found: [404, "There is no such file"],
  log_not_found: [404, "The build has no log"],
  channel_not_found: [404, "There is no such channel"],
  webhook_not_found: [404, "There is no such webhook"],
  delivery_not_found: [404, "There is no such delivery"],
  channel_empty: [404, "The channel points nowhere"],
  no_match: [404, "The version has nothing for these filters"],
  method_not_allowed: [405, "The route does not have this method"],
  request_timeout: [408, "The request took too long to arrive"],
  token_exists: [409, "There is a token of that name"],
  last_admin: [409, "Nobody could administer the registry any more"],
  ambiguous: [409, "More than one image matches"],
  version_complete: [409, "The version is complete and cannot change"],
  version_differs: [409, "The version was opened with another value"],
  build_unexpected: [409, "The version does not expect this build"],
  version_incomplete: [409, "The version is not complete"],
  version_revoked: [409, "The version is revoked"],
  revocation_in_force: [409, "The revocation is in force already"],
  version_in_use: [409, "A channel points at the version"],
  nothing_to_roll_back: [409, "There is no earlier version to go back to"],
  channel_managed: [409, "The server keeps this channel"],
  channel_rule: [409, "A rule of the channel does not allow it"],
  log_gap: [409, "The log does not reach that far"],
  log_differs: [409, "The log has other bytes there"],
  log_ended: [409, "The log has ended"],
  file_missing: [409, "The registry lacks bytes that the report names"],
  webhook_exists: [409, "There is such a webhook already"],
  webhook_disabled: [409, "The webhook is disabled"],
  too_many_documents: [409, "The build has as many documents as it may"],
  precondition_failed: [412, "The channel has changed since it was read"],
  body_too_large: [413, "The body is too large"],
  quota_exceeded: [413, "The namespace has as many bytes as it may"],
  unsupported_media_type: [415, "The body has another type than it must"],
  range_not_satisfiable: [416, "There are no such bytes"],
  file_differs: [422, "The bytes have another SHA-256 than they should"],
  precondition_required: [428, "The request must say what it has read"],
  too_many_requests: [429, "More requests came than are allowed"],
  headers_too_large: [431, "The headers are too large"],
  internal: [500, "Something went wrong in the server"],
  unavailable: [503, "The registry cannot answer now"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof problemCodes;

/** One wrong place in a request: a path such as `builds[0].images[2].platform`, and what is accepted there. */
export type ProblemPlace = { path: string; message: string };

/** The body of an error answer (`application/problem+json`, RFC 9457). */
export type ProblemBody = {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  errors?: ProblemPlace[];
  [extra: string]: unknown;
};

/**
 * An error that the client is told about.
 *
 * @example
 * throw new Problem("artifact_not_found", `There is no artifact "${name}".`);
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly extras: Record<string, unknown>;

  /**
   * @param code one of the closed set
   * @param detail a sentence: what was wrong, where, what is accepted, what to do
   * @param extras further members of the body, such as `images` or `expected_builds`
   */
  constructor(code: ProblemCode, detail: string, extras: Record<string, unknown> = {}) {
    super(detail);
    this.name = "Problem";
    this.code = code;
    this.extras = extras;
  }

  get status(): number {
    return problemCodes[this.code][0];
  }

  toBody(): ProblemBody {
    const [status, title] = problemCodes[this.code];
    return {
      type: `urn:waybill:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      ...this.extras,
    };
  }
}
