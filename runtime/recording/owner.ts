/** Whose recordings are. */

/** `all`: of the operator's key, or made up. `caller`: of a key that a caller gave; without a name nobody keeps them. */
export type Ownership = { readonly of: 'all' } | { readonly of: 'caller'; readonly owner: string | undefined };

const longestName = 100;

/**
 * The folder of an owner's own recordings, inside of the one that is for all.
 *
 * @returns nothing for a name that no folder can have
 */
export function folderOf(owner: string): string | undefined {
  // Names that differ in case only would share a folder on some disks.
  const name = owner.replace(/[^a-z0-9_-]/g, character => `~${Buffer.from(character).toString('hex')}`);
  return name === '' || name.length > longestName ? undefined : `of-${name}`;
}

/** @returns the folder inside of that for all, empty for all; nothing where it is not to be recorded */
export function placeOf(keeper: Ownership): string | undefined {
  if (keeper.of === 'all') return '';
  return keeper.owner === undefined ? undefined : folderOf(keeper.owner);
}
