/** The products of the futures of the spec: what they are called, where and in what they trade. */

export interface FuturesProduct {
  readonly name: string;
  /** Market identifier code of the exchange. */
  readonly venue: string;
  readonly assetClass: 'commodity' | 'financials';
  readonly subClass: string;
  readonly sector: string;
}

export const futuresVenues = [
  { id: 4, name: 'Chicago Mercantile Exchange', acronym: 'CME', mic: 'XCME', operating_mic: 'XCME' },
  { id: 5, name: 'Chicago Board of Trade', acronym: 'CBOT', mic: 'XCBT', operating_mic: 'XCME' },
  { id: 6, name: 'New York Mercantile Exchange', acronym: 'NYMEX', mic: 'XNYM', operating_mic: 'XCME' },
  { id: 7, name: 'Commodity Exchange', acronym: 'COMEX', mic: 'XCEC', operating_mic: 'XCME' },
];

const products: Readonly<Record<string, readonly [name: string, venue: string, subClass: string, sector: string]>> = {
  ES: ['E-mini S&P 500', 'XCME', 'equity', 'us_index'],
  MES: ['Micro E-mini S&P 500', 'XCME', 'equity', 'us_index'],
  NQ: ['E-mini Nasdaq-100', 'XCME', 'equity', 'us_index'],
  MNQ: ['Micro E-mini Nasdaq-100', 'XCME', 'equity', 'us_index'],
  RTY: ['E-mini Russell 2000', 'XCME', 'equity', 'us_index'],
  M2K: ['Micro E-mini Russell 2000', 'XCME', 'equity', 'us_index'],
  YM: ['E-mini Dow', 'XCBT', 'equity', 'us_index'],
  ZN: ['10-Year T-Note', 'XCBT', 'interest_rate', 'long_term_gov'],
  ZC: ['Corn', 'XCBT', 'agricultural', 'grains_and_oilseeds'],
  ZS: ['Soybean', 'XCBT', 'agricultural', 'grains_and_oilseeds'],
  CL: ['Crude Oil', 'XNYM', 'energy', 'crude_oil'],
  GC: ['Gold', 'XCEC', 'metals', 'precious'],
  SI: ['Silver', 'XCEC', 'metals', 'precious'],
};

/** Of a product without a row here the code is the name. */
export function futuresProduct(code: string): FuturesProduct {
  const [name, venue, subClass, sector] = products[code] ?? [code, 'XCME', 'equity', 'us_index'];
  const assetClass = subClass === 'equity' || subClass === 'interest_rate' ? 'financials' : 'commodity';
  return { name, venue, assetClass, subClass, sector };
}
