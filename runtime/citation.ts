/** Scheme of the resources that are documentation pages. */
export const pageScheme = 'polygon-docs://';

/** `polygon-docs/websockets/stocks/trades.md:12` as the URI of a resource. */
export function citationUri(see: string): string {
  return see.replace(/^polygon-docs\//, pageScheme);
}
