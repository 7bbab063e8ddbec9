/** What the instruments of the spec are called; of all others the symbol is the name. */

/** Name, exchange by its MIC, and kind. */
export interface Named {
  readonly name: string;
  readonly exchange: string;
  readonly kind: 'CS' | 'ETF';
}

const nasdaq =
  'AAPL=Apple Inc.|MSFT=Microsoft Corp|NVDA=Nvidia Corp|TSLA=Tesla, Inc.|AMZN=Amazon.com Inc|GOOGL=Alphabet Inc. Class A|GOOG=Alphabet Inc. Class C|META=Meta Platforms, Inc.|AVGO=Broadcom Inc.|AMD=Advanced Micro Devices|NFLX=NetFlix Inc|INTC=Intel Corp|PLTR=Palantir Technologies Inc.|COIN=Coinbase Global, Inc.|COST=Costco Wholesale Corp|PEP=PepsiCo, Inc.|QQQ=Invesco QQQ Trust';
const nyse =
  "BRK.B=Berkshire Hathaway Inc. Class B|JPM=JPMorgan Chase & Co.|BAC=Bank of America Corporation|V=Visa Inc.|MA=Mastercard Incorporated|WMT=Walmart Inc.|HD=Home Depot, Inc.|KO=Coca-Cola Company|MCD=McDonald's Corporation|NKE=Nike, Inc.|DIS=Walt Disney Company|XOM=Exxon Mobil Corporation|CVX=Chevron Corporation|BA=Boeing Company|GE=GE Aerospace|F=Ford Motor Company|UNH=UnitedHealth Group Incorporated|LLY=Eli Lilly & Co.|PFE=Pfizer Inc.";
const arca = 'SPY=SPDR S&P 500 ETF Trust|IWM=iShares Russell 2000 ETF|DIA=SPDR Dow Jones Industrial Average ETF Trust';
const funds = ['SPY', 'QQQ', 'IWM', 'DIA'];

function entries(text: string): string[][] {
  return text.split('|').map(entry => entry.split('='));
}

const stocks = new Map(
  (
    [
      [nasdaq, 'XNAS'],
      [nyse, 'XNYS'],
      [arca, 'ARCX'],
    ] as const
  ).flatMap(([text, exchange]) =>
    entries(text).map(([ticker, name]): [string, Named] => [
      ticker!,
      { name: name!, exchange, kind: funds.includes(ticker!) ? 'ETF' : 'CS' },
    ]),
  ),
);

const currencies = new Map(
  entries(
    'USD=United States Dollar|EUR=Euro|GBP=British Pound Sterling|JPY=Japanese Yen|CAD=Canadian Dollar|AUD=Australian Dollar|NZD=New Zealand Dollar|CHF=Swiss Franc|MXN=Mexican Peso|SGD=Singapore Dollar|BTC=Bitcoin|ETH=Ethereum|SOL=Solana|LTC=Litecoin|XRP=XRP|AVAX=Avalanche|LINK=Chainlink|DOT=Polkadot|BCH=Bitcoin Cash|UNI=Uniswap|DOGE=Dogecoin|ADA=Cardano',
  ) as [string, string][],
);

const indices = new Map(
  entries(
    'I:SPX=S&P 500|I:NDX=Nasdaq-100|I:VIX=Cboe Volatility Index|I:DJI=Dow Jones Industrial Average|I:RUT=Russell 2000|I:COMP=Nasdaq Composite|I:OEX=S&P 100|I:XSP=Mini-SPX|I:VXN=Cboe Nasdaq-100 Volatility Index|I:SOX=PHLX Semiconductor',
  ) as [string, string][],
);

/** Symbols without a name of their own are stocks of the New York Stock Exchange. */
export function stockNamed(symbol: string): Named {
  return stocks.get(symbol) ?? { name: symbol, exchange: 'XNYS', kind: 'CS' };
}

export function currencyNamed(code: string): string {
  return currencies.get(code) ?? code;
}

export function nameOf(market: string, symbol: string): string {
  if (market === 'stocks') return stockNamed(symbol).name;
  if (market === 'indices') return indices.get(symbol) ?? symbol;
  if (market !== 'forex' && market !== 'crypto') return symbol;
  return symbol.split(/[-/]/).map(currencyNamed).join(' - ');
}
