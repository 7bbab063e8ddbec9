/** Calls about one market, and about several. */

/** Arguments that name either; which of them is there is checked before a handler is called. */
interface Either {
  readonly market?: string | undefined;
  readonly markets?: readonly string[] | undefined;
}

export type OfOne<Args extends Either> = Args & { readonly market: string };
export type OfSeveral<Args extends Either> = Args & { readonly markets: readonly string[] };

export function isOfSeveral<Args extends Either>(args: Args): args is OfSeveral<Args> {
  return args.markets !== undefined;
}
