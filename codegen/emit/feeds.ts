import type { Market, RawSuite } from '../model.js';

/** What a feed is, and which markets lack it; a feed that no market lists is for all. */
export function aboutFeed({ name, about }: RawSuite['feeds'][number], markets: readonly Market[]): string {
  const lacking = markets.filter(({ raw }) => !hasFeed(raw, name)).map(({ raw }) => raw.market);
  if (lacking.length === 0 || lacking.length === markets.length) return about;
  const names = [lacking.slice(0, -1).join(', '), ...lacking.slice(-1)].filter(Boolean);
  return `${about}; not for ${names.join(' and ')}`;
}

/** The instructions with the names of all markets, for the reference. */
export function wholeInstructions(text: string, markets: readonly Market[]): string {
  const late = markets.filter(({ raw }) => hasFeed(raw, 'delayed'));
  const namesOf = (some: readonly Market[]): string => some.map(({ raw }) => raw.market).join(', ');
  return text.trim().replaceAll('{markets}', namesOf(markets)).replaceAll('{delayed}', namesOf(late));
}

function hasFeed({ feeds }: Market['raw'], name: string): boolean {
  return feeds.some(({ feed }) => feed === name);
}
