import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { markets } from '../../generated/suite.js';
import type { Child } from './child.js';
import type { ClientName } from './clients.js';
import type { Part, Setting } from './part.js';
import type { ReceiverCalls, Stretch } from './receiver.js';
import { compete } from './rounds.js';
import { atLeast, atMost, type Measured, type Row, rowOf, strictlyAtLeast } from './row.js';
import type { SenderCalls } from './sender.js';
import { spreadOf } from './spread.js';

export const vendorPackage = '@massive.com/client-js@10.8.0';
const vendorFile = 'node_modules/@massive.com/client-js/dist/main.js';

const warmUpMs = 250;
const batches = [1, 10, 100];
const leastRatio: Readonly<Record<number, number>> = { 1: 2, 10: 2.5, 100: 3 };
const vendorGoal = atLeast(2.5);
/** What is fast stays fast. */
const asBefore = strictlyAtLeast(0.95);

/** One market or six, in frames of so many events. */
interface Course {
  readonly markets: readonly string[];
  readonly batch: number;
}

/** Who is measured: a client of this checkout, or the server's own of another. */
type Contestant = ClientName | 'before';

type Receivers = ReadonlyMap<Contestant, Child<ReceiverCalls>>;

export const ingest: Part = {
  name: 'ingest',
  quick: true,
  async run(setting) {
    const vendor = await findVendor(setting);
    const names: ClientName[] = ['own', 'parse'];
    if (!setting.short) names.push('receive');
    if (vendor !== undefined) names.push('vendor');
    const sender = setting.programs.start<SenderCalls>('sender');
    const url = await sender.call('url');
    const receivers = new Map<Contestant, Child<ReceiverCalls>>(
      names.map(name => [name, setting.programs.start<ReceiverCalls>('receiver', [name, vendor ?? ''])]),
    );
    const all = markets.map(({ name }) => name);
    for (const receiver of receivers.values()) await receiver.call('connect', url, all);
    if (setting.comparesBefore) {
      const before = setting.programs.start<ReceiverCalls>('before/receiver', ['own', '']);
      receivers.set('before', before);
      await before.call('connect', `${url}/before`, all);
    }
    const courses = [['stocks'], ...(setting.short ? [] : [all])].flatMap(of =>
      batches.map((batch): Course => ({ markets: of, batch })),
    );
    const runners = new Runners(sender, receivers, setting);
    // Afterwards all is compiled, and the buffers of the server are full, as they are after the first minute.
    for (const { markets: of, batch } of courses) await runners.run({ markets: of, batch }, 2);
    const rows: Row[] = [];
    for (const course of courses) rows.push(...rowsOf(course, await runners.run(course, setting.rounds)));
    setting.note(runners.describeQueue());
    await setting.programs.close();
    return rows;
  },
};

async function findVendor({ short, install }: Setting): Promise<string | undefined> {
  if (short) return undefined;
  const folder = await install(vendorPackage);
  return folder && pathToFileURL(`${folder}/${vendorFile}`).href;
}

/** Lets the clients have the whole machine, one after the other. */
class Runners {
  private readonly queues: number[] = [];

  constructor(
    private readonly sender: Child<SenderCalls>,
    private readonly receivers: Receivers,
    private readonly setting: Setting,
  ) {}

  run(course: Course, rounds: number): Promise<Partial<Record<Contestant, Stretch[]>>> {
    const contestants = [...this.receivers].map(
      ([name, receiver]) => [name, () => this.measure(name, receiver, course)] as const,
    );
    return compete(rounds, Object.fromEntries(contestants));
  }

  /** On a busy machine everything varies more. */
  describeQueue(): string {
    const share = spreadOf(this.queues).median * 100;
    return `At full load the clients waited ${share.toFixed(1)} % of the time for a core, which is not counted.`;
  }

  private async measure(name: Contestant, receiver: Child<ReceiverCalls>, course: Course): Promise<Stretch> {
    await this.sender.call('blast', name === 'before' ? 'before/own' : name, course.markets, course.batch);
    await pause(warmUpMs);
    const stretch = await receiver.call('measure', this.setting.short ? 200 : 250);
    this.queues.push(stretch.queuedMs / (stretch.wallMs + stretch.queuedMs));
    await this.sender.call('halt');
    await receiver.call('settle');
    return name === 'receive' ? { ...stretch, count: stretch.count * course.batch } : stretch;
  }
}

function rowsOf(course: Course, stretches: Partial<Record<Contestant, Stretch[]>>): Row[] {
  const { own = [], parse = [], receive = [], vendor = [], before = [] } = stretches;
  const what = `${course.batch} a frame, ${course.markets.length === 1 ? 'one market' : 'six markets'}`;
  const compare = (measured: Omit<Measured, 'what' | 'against'>, name: string, of: typeof own, get: Figure): Row[] => {
    if (of.length === 0) return [];
    return [rowOf('ingest', { what, ...measured, values: own.map(get), against: { name, values: of.map(get) } })];
  };
  const least = leastRatio[course.batch]!;
  const rate = { unit: 'events/s', values: [] };
  return [
    ...compare({ ...rate, goal: atLeast(least) }, 'ws + JSON.parse', parse, perSecond),
    ...compare({ ...rate, goal: vendorGoal }, 'vendor client', vendor, perSecond),
    ...compare(rate, 'ws receive only', receive, perSecond),
    ...compare({ ...rate, goal: asBefore }, 'before', before, perSecond),
    ...compare({ unit: 'CPU µs/event', values: [] }, 'before', before, cpuPerEvent),
    ...compare({ unit: 'CPU µs/event', values: [] }, 'ws + JSON.parse', parse, cpuPerEvent),
    ...compare({ unit: 'ms loop delay p99', values: [], goal: atMost(1) }, 'ws + JSON.parse', parse, loopDelay),
  ];
}

type Figure = (stretch: Stretch) => number;

function perSecond({ count, wallMs }: Stretch): number {
  return (count / wallMs) * 1_000;
}

function cpuPerEvent({ count, cpuMs }: Stretch): number {
  return (cpuMs / count) * 1_000;
}

function loopDelay({ delayP99Ms }: Stretch): number {
  return delayP99Ms;
}
