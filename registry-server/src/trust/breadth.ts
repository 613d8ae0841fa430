/** Keeps rules from trusting more than their author means to. */

type Shared = { claims: string[]; owner: RegExp };

/** What a name of a repository or a project begins with: its owner. */
const slash = /\//;
const organization = /^organization:[^:]+:/;

/**
 * Issuers that vouch for the jobs of everybody, with the claims that say whose job it is, and what must stand before
 * the first `*` of one so that it is about one owner. A rule on the branch alone would trust every repository there.
 */
const shared: Record<string, Shared> = {
  "https://token.actions.githubusercontent.com": {
    claims: [
      ...["sub", "repository", "repository_id", "repository_owner", "repository_owner_id"],
      ...["job_workflow_ref", "workflow_ref", "enterprise", "enterprise_id"],
    ],
    owner: slash,
  },
  "https://gitlab.com": {
    claims: ["sub", "project_path", "project_id", "namespace_path", "namespace_id", "ci_config_ref_uri"],
    owner: slash,
  },
  "https://app.terraform.io": {
    claims: ["sub", "terraform_organization_id", "terraform_organization_name", "terraform_project_id"],
    owner: organization,
  },
  "https://agent.buildkite.com": {
    claims: ["sub", "organization_id", "organization_slug", "pipeline_id"],
    owner: organization,
  },
  "https://accounts.google.com": { claims: ["sub", "email"], owner: /(?!)/ },
};

/**
 * Why a rule trusts too many; nothing when it does not.
 *
 * @param claims patterns by claim
 */
export function tooBroad(issuer: string, claims: Record<string, string>): string | undefined {
  const patterns = Object.entries(claims);
  if (!patterns.some(([, pattern]) => /[^*]/.test(pattern))) {
    return 'must say what at least one claim is, as "sub": otherwise whoever the issuer knows is trusted';
  }
  const known = shared[issuer.replace(/\/$/, "")];
  if (!known) return undefined;
  const names = new Set(known.claims);
  const saysWhose = patterns.some(([claim, pattern]) => names.has(claim) && isOneOwner(pattern, known.owner));
  if (saysWhose) return undefined;
  return `must say whose job it is, as ${issuer} vouches for everybody's: give one of ${known.claims.join(", ")}, with no "*" before the end of the owner's name`;
}

function isOneOwner(pattern: string, owner: RegExp): boolean {
  const star = pattern.indexOf("*");
  return star === -1 || owner.test(pattern.slice(0, star));
}
