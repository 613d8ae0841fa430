/**
 * Platforms on which an image id means the same image wherever it is seen, and how such an id looks there. Elsewhere
 * an id may be a name or a path that others use for something else, and nothing is concluded from it.
 */
const shapes: Record<string, RegExp> = {
  aws: /^(ami|snap|vol)-[0-9a-f]+$/,
  // Managed images, versions of galleries; VHDs have an address.
  azure: /^(\/subscriptions\/|https:\/\/)/i,
  // A digest; a tag can be moved.
  docker: /(^|@)sha256:[0-9a-f]{64}$/,
  // A self link or a path with the project; the bare name is unique only within one.
  gce: /(^|\/)projects\/[^/]+\/global\/images\//,
  openstack: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  digitalocean: /^[0-9]+$/,
};

/** Whether an id of a platform names one image in the whole world. */
export function isGloballyUnique(platform: string, id: string): boolean {
  return shapes[platform]?.test(id) === true;
}
