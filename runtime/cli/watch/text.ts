/** Formats numbers and times for people. */
import { isoOrNull } from '../../core/time.js';
import type { Row } from './view.js';

export const unknownText = '-';

const mostFraction = 6;
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const fractional = new Intl.NumberFormat('en-US', { maximumFractionDigits: mostFraction });

export function showPrice({ prices, decimals }: Row, name: keyof Row['prices']): string {
  const price = prices[name];
  return typeof price === 'number' ? price.toFixed(decimals) : textOrUnknown(price);
}

export function showVolume({ volume }: Row): string {
  if (typeof volume !== 'number') return textOrUnknown(volume);
  return (volume < 1_000 ? fractional : whole).format(volume);
}

/** `14:30:05` in UTC. */
export function timeOfDay(atMs: number): string {
  return isoOrNull(atMs)!.slice(11, 19);
}

/** `2026-11-23 14:30:05` in UTC. */
export function dayAndTime(atMs: number): string {
  return isoOrNull(atMs)!.slice(0, 19).replace('T', ' ');
}

function textOrUnknown(value: unknown): string {
  return typeof value === 'string' ? value : unknownText;
}
