const steps = '▁▂▃▄▅▆▇█';
const middle = '▄';

/** The newest values as bars between the lowest and the highest of them; at most `width` characters. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = width > 0 ? values.slice(-width) : [];
  const low = Math.min(...shown);
  const range = Math.max(...shown) - low;
  return shown.map(value => (range > 0 ? steps[Math.round(((value - low) / range) * 7)] : middle)).join('');
}
