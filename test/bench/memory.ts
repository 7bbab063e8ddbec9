import type { Child } from './child.js';
import type { Part, Setting } from './part.js';
import { compete } from './rounds.js';
import { type Measured, type Row, rowOf, valueAtMost } from './row.js';
import type { Churn, StoreCalls } from './store.js';

const longMessages = 1_000_000;
const shortMessages = 100_000;
const batches = [1, 10, 100];
const allocations = 40_000;
/** So much room that nothing is collected while allocations are counted. */
const roomFlags = ['--min-semi-space-size=256', '--max-semi-space-size=256'];
const against = 'array of objects';

type Keepers = Readonly<Record<'own' | 'objects', Child<StoreCalls>>>;

export const memory: Part = {
  name: 'memory',
  quick: true,
  async run(setting) {
    const rows = [...(await measureBuffers(setting)), ...(await measureAllocations(setting))];
    await setting.programs.close();
    return rows;
  },
};

function startKeepers({ programs }: Setting, flags?: readonly string[]): Keepers {
  const start = (kind: string): Child<StoreCalls> => programs.start<StoreCalls>('store', [kind], flags);
  return { own: start('own'), objects: start('objects') };
}

async function measureBuffers(setting: Setting): Promise<Row[]> {
  const messages = setting.short ? shortMessages : longMessages;
  const { own, objects } = startKeepers(setting);
  const [bytes, objectBytes] = [await own.call('fill', messages), await objects.call('fill', messages)];
  const churn = await compete(setting.rounds, {
    own: () => own.call('churn', messages / 2),
    objects: () => objects.call('churn', messages / 2),
  });
  const held = `${messages.toLocaleString('en')} held`;
  const compare = (measured: Pick<Measured, 'unit' | 'goal'>, get: (churn: Churn) => number): Row =>
    rowOf('memory', {
      what: held,
      ...measured,
      values: churn.own.map(get),
      against: { name: against, values: churn.objects.map(get) },
    });
  return [
    rowOf('memory', {
      what: held,
      unit: 'bytes/event',
      values: [bytes],
      against: { name: against, values: [objectBytes] },
      goal: valueAtMost(170),
    }),
    compare({ unit: '% of the time in GC', goal: valueAtMost(5) }, ({ gcMs, wallMs }) => (gcMs / wallMs) * 100),
    compare({ unit: 'ms longest GC pause', goal: valueAtMost(10) }, ({ longestPauseMs }) => longestPauseMs),
  ];
}

async function measureAllocations(setting: Setting): Promise<Row[]> {
  const { own, objects } = startKeepers(setting, roomFlags);
  const rows: Row[] = [];
  for (const batch of batches) {
    const bytes = await compete(setting.rounds, {
      own: () => own.call('allocate', allocations, batch),
      objects: () => objects.call('allocate', allocations, batch),
    });
    rows.push(
      rowOf('memory', {
        what: `${batch} a frame`,
        unit: 'bytes allocated/event',
        values: bytes.own,
        against: { name: 'JSON.parse', values: bytes.objects },
      }),
    );
  }
  return rows;
}
