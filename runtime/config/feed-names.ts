/** Feeds that every market has, and that lead to none of the vendor's hosts. */

/** Made-up data, for which no key is needed. */
export const simulatedFeed = 'simulated';
