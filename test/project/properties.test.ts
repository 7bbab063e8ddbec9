import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { decodeCursor, encodeCursor } from '../../runtime/buffer/cursor.js';
import { backoffMs } from '../../runtime/core/back-off.js';
import { decimalValue, subtract } from '../../runtime/core/decimal.js';
import { StreamError } from '../../runtime/core/errors.js';
import { parseExact } from '../../runtime/core/lossless-json.js';
import { escapeText } from '../../runtime/core/quoting.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

const stocks = marketOf('stocks');

describe('the buffer', () => {
  type Step = { readonly append: number; readonly bytes: number } | { readonly clear: true };

  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 9, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 900 }), bytes: fc.nat({ max: 300 }) }) },
    { weight: 1, arbitrary: fc.constant({ clear: true } as const) },
  );

  test('holds what a plain array would hold, under any bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_500 }),
        fc.integer({ min: 1, max: 20_000 }),
        fc.array(step, { maxLength: 12, size: 'max' }),
        (maxMessages, maxBytes, steps) => {
          const held = new Held(stocks, maxMessages, maxBytes);
          const { buffer } = held;
          let naive: { seq: number; bytes: number }[] = [];
          let next = 0;
          // Frames have two brackets; the first one stands before the oldest message.
          const sum = (): number => naive.reduce((total, { bytes }) => total + bytes + 2, -1);
          for (const taken of steps) {
            if ('clear' in taken) {
              buffer.clear();
              naive = [];
              continue;
            }
            for (let index = 0; index < taken.append; index++) {
              const bytes = taken.bytes + (index % 3);
              const { length } = JSON.stringify({ ev: 'T', sym: 'A', x: 'x'.repeat(bytes) });
              held.add('T', 'A', { x: 'x'.repeat(bytes) });
              naive.push({ seq: next++, bytes: length });
            }
            let bytes = sum();
            while (naive.length > maxMessages || (bytes > maxBytes && naive.length > 1))
              bytes -= naive.shift()!.bytes + 2;
            expect([buffer.size, buffer.bytes, buffer.nextSeq]).toEqual([naive.length, Math.max(sum(), 0), next]);
            expect(buffer.oldestSeq).toBe(naive[0]?.seq ?? next);
            const found = Array.from({ length: naive.length }, (_, index) => buffer.at(buffer.oldestSeq + index)?.seq);
            expect(found).toEqual(naive.map(({ seq }) => seq));
            expect([buffer.at(buffer.oldestSeq - 1), buffer.at(next), buffer.at(-1)]).toEqual([
              undefined,
              undefined,
              undefined,
            ]);
          }
        },
      ),
      tries(60),
    );
  });
});

describe('the back-off', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const span = fc
    .tuple(fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 1, max: 3_600_000 }))
    .map(([initialMs, maxMs]) => ({ initialMs, maxMs }));

  test('never grows shorter with more failures at the same chance, and stays below the cap', () => {
    fc.assert(
      fc.property(
        span,
        fc.nat({ max: 2_000 }),
        fc.nat({ max: 2_000 }),
        chance,
        (backoff, fruitful, fruitless, random) => {
          const attempt = fruitful + fruitless;
          const delay = backoffMs(backoff, { attempt, fruitless }, random);
          const next = backoffMs(backoff, { attempt: attempt + 1, fruitless: fruitless + 1 }, random);
          expect(delay).toBeLessThanOrEqual(backoff.maxMs);
          expect(next).toBeGreaterThanOrEqual(delay);
        },
      ),
      tries(300),
    );
  });

  test('is jittered downwards by a quarter at most', () => {
    fc.assert(
      fc.property(span, fc.nat({ max: 40 }), chance, (backoff, attempt, random) => {
        const failures = { attempt, fruitless: attempt };
        const [full, least] = [backoffMs(backoff, failures, 0), backoffMs(backoff, failures, random)];
        expect(least).toBeLessThanOrEqual(full);
        expect(least).toBeGreaterThanOrEqual(Math.floor(full * 0.75));
      }),
      tries(300),
    );
  });
});

describe('a cursor', () => {
  const names = fc.constantFrom(...markets.map(({ name }) => name));
  const process = fc.stringMatching(/^[0-9a-f]{8}$/);
  const seq = fc.maxSafeNat();

  test('comes back as the seq it was made of', () => {
    fc.assert(
      fc.property(process, names, seq, fc.nat({ max: 1_000 }), (of, market, position, more) => {
        const text = encodeCursor({ process: of, market, seq: position });
        expect(text).toMatch(/^[\w-]+$/);
        expect(decodeCursor(text, { process: of, market, seq: position + more })).toBe(position);
      }),
      tries(300),
    );
  });

  test('of another process, of another market or from the future is refused', () => {
    fc.assert(
      fc.property(process, process, names, names, seq, seq, (of, here, market, there, position, next) => {
        fc.pre(of !== here || market !== there || position > next);
        const text = encodeCursor({ process: of, market, seq: position });
        expect(() => decodeCursor(text, { process: here, market: there, seq: next })).toThrow(StreamError);
      }),
      tries(300),
    );
  });

  test('of any text is refused or lies in the stream', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.base64String(),
          fc.string().map(tail => Buffer.from(`00000000.stocks.${tail}`).toString('base64url')),
        ),
        text => {
          try {
            const position = decodeCursor(text, { process: '00000000', market: 'stocks', seq: 100 });
            expect(Number.isInteger(position) && position >= 0 && position <= 100).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(StreamError);
          }
        },
      ),
      tries(300),
    );
  });
});

describe('exact JSON', () => {
  const oversized = /(?:^|[[,:{\s])-?\d{16,}/;

  test('is what JSON.parse makes of it where no number is too large', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), text => {
        fc.pre(!oversized.test(text) && !/[eE]\+?\d{3}/.test(text));
        expect(JSON.stringify(parseExact(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      tries(500),
    );
  });

  test('keeps every digit of whole numbers of any size, and every string as it is', () => {
    const whole = fc.oneof(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer().map(BigInt));
    const safe = (value: bigint): boolean => Number.isSafeInteger(Number(value));
    const tricky = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', '\\', '\\"', '12345678901234567890', '"12345678901234567890', '1e400', '\u2028\\'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: tricky, number: whole, text: tricky }), { minLength: 1, maxLength: 6 }),
        rows => {
          const text = rows
            .map(({ key, number, text }) => `{${JSON.stringify(key)}:[${number},${JSON.stringify(text)},${number}.5]}`)
            .join(' , ');
          const expected = rows.map(({ key, number, text }) => {
            const kept = safe(number) ? Number(number) : `${number}`;
            return [[key, [kept, text, Number(`${number}.5`)]]];
          });
          const read = parseExact(`[ ${text} ]`) as Record<string, unknown>[];
          expect(read.map(Object.entries)).toEqual(expected);
        },
      ),
      tries(300),
    );
  });

  test('fails where JSON.parse fails', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 3 }), (text, position, junk) => {
        const at = position % (text.length + 1);
        const broken = `${text.slice(0, at)}12345678901234567${junk}${text.slice(at)}`;
        const fails = (parse: (text: string) => unknown): boolean => {
          try {
            parse(broken);
            return false;
          } catch {
            return true;
          }
        };
        expect(fails(parseExact)).toBe(fails(JSON.parse));
      }),
      tries(300),
    );
  });
});

describe('decimals', () => {
  const digits = fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n });
  const scale = fc.nat({ max: 20 });

  test('subtract to the double nearest to the exact difference', () => {
    fc.assert(
      fc.property(digits, scale, digits, scale, (a, aScale, b, bScale) => {
        const [left, right] = [Number(`${a}e-${aScale}`), Number(`${b}e-${bScale}`)];
        const exact = a * 10n ** BigInt(20 - aScale) - b * 10n ** BigInt(20 - bScale);
        expect(subtract(left, right)).toBe(Number(`${exact}e-20`));
      }),
      tries(500),
    );
  });

  test('subtract from themselves to nothing, and the other way round to the opposite', () => {
    const double = fc.double({ min: -1e300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(double, double, (a, b) => {
        expect(subtract(a, a)).toBe(0);
        expect(subtract(a, b) + subtract(b, a)).toBe(0);
        expect(Math.abs(subtract(a, b) - (a - b))).toBeLessThanOrEqual(Math.max(Math.abs(a), Math.abs(b)) * 2 ** -51);
      }),
      tries(500),
    );
  });

  test('in text become a number only if it has the same value', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^-?\d{1,18}(\.\d{1,18})?$/), text => {
        const value = decimalValue(text);
        if (typeof value === 'string') {
          expect(value).toBe(text);
          return;
        }
        const [whole = '', fraction = ''] = text.split('.');
        const [mantissa = '', exponent = '0'] = String(value).split('e');
        const [shownWhole = '', shownFraction = ''] = mantissa.split('.');
        const shift = 40 - shownFraction.length + Number(exponent);
        const shown = BigInt(shownWhole + shownFraction) * 10n ** BigInt(shift);
        expect(shown).toBe(BigInt(whole + fraction) * 10n ** BigInt(40 - fraction.length));
      }),
      tries(500),
    );
  });
});

describe('foreign text', () => {
  const unfit = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}]|\p{M}{5}/u;
  const hostile = fc.constantFrom('\u0000', '\u001b[2J', '\n', '\r', '\u202e', '\u200b', '\ud83d', '\ude00', '\u2028');
  const piece = fc.oneof(
    hostile,
    fc.string({ unit: 'binary' }),
    fc.constant('😀'),
    fc.integer({ min: 1, max: 300 }).map(length => 'a'.repeat(length)),
  );
  const text = fc.array(piece, { maxLength: 20 }).map(pieces => pieces.join(''));

  test('never shows a control, invisible or halved character, nor more than 300 and an ellipsis', () => {
    fc.assert(
      fc.property(text, given => {
        const shown = escapeText(given);
        expect(shown).not.toMatch(unfit);
        expect(shown.length).toBeLessThanOrEqual(301);
      }),
      tries(1_000),
    );
  });

  test('is shown as it is when it is short and printable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), given => {
        fc.pre(!unfit.test(given) && given.length <= 300);
        expect(escapeText(given)).toBe(given);
      }),
      tries(300),
    );
  });
});
