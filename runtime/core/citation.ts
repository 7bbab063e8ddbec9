/** Scheme of the resources that are documentation pages. */
export const pageScheme = 'polygon-docs://';

/** `polygon-docs/websockets/stocks/trades.md:12` as the URI of a resource. */
export function citationUri(see: string): string {
  return see.replace(/^polygon-docs\//, pageScheme);
}

const toolRoot = `${pageScheme}tools/`;

/** URI of the page of a tool: its arguments by example, and its documentation references. */
export function toolUri(tool: string): string {
  return `${toolRoot}${tool}`;
}
