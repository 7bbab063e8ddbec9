import { readingsIn } from '../load/symbols.js';
import type { Channel, Market } from '../model.js';
import { emitFile } from './file.js';
import { type Literal, literal } from './literal.js';

/** `generated/<market>.test.ts`: what the spec expects of a market, as data for the handwritten judge. */
export function emitTest(market: Market): string {
  const { raw } = market;
  return emitFile({
    from: market.path,
    imports: [
      { moduleSpecifier: '../test/support/judge.js', namedImports: ['judge'] },
      { moduleSpecifier: './suite.js', namedImports: ['suite'] },
      { moduleSpecifier: `./${raw.market}.js`, namedImports: [raw.market] },
    ],
    call: `judge(suite, ${raw.market}, ${literal(expectations(market))});`,
  });
}

/** What the judge expects of a market. */
export function expectations(market: Market): Literal {
  const { raw, channels } = market;
  const symbol = raw.symbol.examples[0]!;
  const first = channels[0]!.raw.prefix;
  const starless = channels.filter(channel => !channel.raw.wildcard.supported);
  return {
    tools: market.tools.map(({ name, raw: { verb } }) => ({ name, verb })),
    channels: channels.map(channel => expectedChannel(channel, symbol)),
    symbols: raw.symbol.examples.map(example => `${first}.${example}`),
    spellings: [
      ...(raw.symbol.spellings ?? []).flatMap(({ examples }) =>
        Object.entries(examples).map(([spelled, meant]) => ({ say: `${first}.${spelled}`, sent: `${first}.${meant}` })),
      ),
      ...(raw.symbol.stars ?? []).map(({ spelled }) => ({ say: `${first}.${spelled}`, sent: `${first}.*` })),
      ...channels.flatMap(({ raw: channel }) =>
        (channel.aliases ?? []).map(({ prefix }) => ({
          say: `${prefix}.${symbol}`,
          sent: `${channel.prefix}.${symbol}`,
        })),
      ),
    ],
    slips: [
      ...[...(raw.symbol.slips ?? []), ...(raw.symbol.wrappers ?? [])].flatMap(({ examples }) =>
        Object.entries(examples).map(([slip, meant]) => ({ say: `${first}.${slip}`, meant: inChannel(first, meant) })),
      ),
      ...(raw.symbol.elsewhere ?? []).flatMap(({ examples }) =>
        Object.entries(examples).map(([other, meant]) => ({ say: `${first}.${other}`, meant })),
      ),
    ],
    tolerated: (raw.symbol.tolerated ?? []).flatMap(({ examples }) => examples.map(odd => `${first}.${odd}`)),
    wrongChannels: [`ZZ.${symbol}`, ...(raw.legacy ?? []).map(({ prefix }) => `${prefix}.${symbol}`)],
    wrongSymbols: raw.symbol.rejects.map(reject => `${first}.${reject}`),
    withoutWildcard: starless.map(({ raw: { prefix } }) => `${prefix}.*`),
    caps: (raw.caps ?? []).map(({ prefixes, max_held: maxHeld }) => ({ prefixes, maxHeld })),
  };
}

function inChannel(prefix: string, meant: string): string {
  return readingsIn(meant)
    .map(symbol => `${prefix}.${symbol}`)
    .join(' or ');
}

function expectedChannel({ raw, fields, samples }: Channel, symbol: string): Literal {
  return {
    prefix: raw.prefix,
    title: raw.title,
    event: raw.event,
    subscribe: `${raw.prefix}.${symbol}`,
    fields: fields.map(({ key, name, type, epoch, optional, role }) => ({ key, name, type, epoch, optional, role })),
    samples: samples.map(({ see, json }) => ({ see, json })),
  };
}
