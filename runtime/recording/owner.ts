/** Who owns recordings. */

/** `all`: from the operator's key, or simulated. `caller`: from a caller's key; without a name, nothing is recorded. */
export type Ownership = { readonly of: 'all' } | { readonly of: 'caller'; readonly owner: string | undefined };

const longestName = 100;

/**
 * The folder of an owner's own recordings, inside the one for all.
 *
 * @returns undefined for a name that no folder can have
 */
export function folderOf(owner: string): string | undefined {
  // On some disks, names that differ only in case would share a folder.
  const name = owner.replace(/[^a-z0-9_-]/g, character => `~${Buffer.from(character).toString('hex')}`);
  return name === '' || name.length > longestName ? undefined : `of-${name}`;
}

/** @returns the folder inside the one for all, empty for that one itself; undefined if nothing is recorded */
export function placeOf(ownership: Ownership): string | undefined {
  if (ownership.of === 'all') return '';
  return ownership.owner === undefined ? undefined : folderOf(ownership.owner);
}
