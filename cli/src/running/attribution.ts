import type { SignedBuild } from "@waybill/registry-client/run-directory";

/** Names a build among all of a run. */
export function keyOf({ artifact, build, values }: SignedBuild): string {
  return JSON.stringify([artifact, build, values.fingerprint]);
}

/**
 * Finds out which build of the registry a build of Packer is. Packer calls it by the block and the source
 * (`web.amazon-ebs.base`); the post-processor knows the source (`amazon-ebs.base`) and what it publishes, but not the
 * block. Mostly there is only one that fits. Where several do, it is the one that is called as Packer calls it, or what
 * the post-processor says once it runs; and when everything is over, the one that is left.
 */
export class Attribution {
  readonly #targets = new Set<string>();
  readonly #claims = new Map<string, string>();

  /** Packer has a build of that name. */
  learn(target: string): void {
    this.#targets.add(target);
  }

  claim(target: string, artifact: string, build: string): void {
    this.learn(target);
    this.#claims.set(JSON.stringify([artifact, build]), target);
  }

  /**
   * What Packer calls a build.
   *
   * @param isOver no further builds of Packer will come
   * @returns nothing while that is not clear
   */
  targetOf(signed: SignedBuild, isOver: boolean): string | undefined {
    const claimed = this.claimOf(signed);
    if (claimed !== undefined) return claimed;
    if (this.#targets.has(signed.build)) return signed.build;
    const fitting = [...this.#targets].filter((target) => fits(target, signed));
    if (fitting.length <= 1 || !isOver) return fitting.length === 1 ? fitting[0] : undefined;
    const others = new Set(this.#claims.values());
    const left = fitting.filter((target) => !others.has(target));
    return left.length === 1 ? left[0] : undefined;
  }

  /** What the post-processor of a build has said. */
  claimOf({ artifact, build }: SignedBuild): string | undefined {
    return this.#claims.get(JSON.stringify([artifact, build]));
  }
}

/** HCL2 templates have blocks, which may have names; builds of JSON templates are called anything. */
function fits(target: string, { builder_type, source_name }: SignedBuild): boolean {
  const source = `${builder_type}.${source_name}`;
  return target === source || target.endsWith(`.${source}`) || target === source_name;
}
