/** How many steps a search may still take; several texts can share one. A step takes up to a tenth of a microsecond. */
export interface Patience {
  left: number;
}
