/**
 * Compares our spec with another description of the same feed, and the differences with what `spec/errata.yaml`
 * explains and `spec/unsaid.yaml` locks.
 */

import type { Difference, Explanation, Model, Silence } from '../model.js';
import { type Facts, type Subject, specFacts, type What } from './facts.js';
import { describeSilence, digest, standsInWords } from './unsaid.js';

export interface Drift {
  /** Differences without an explanation, and silences without a lock. */
  readonly news: readonly Finding[];
  readonly explained: readonly Explanation[];
  /** Explanations of differences that no longer exist. */
  readonly stale: readonly Explanation[];
  /** What the lock should hold: what our spec states, the other description leaves unsaid and no erratum explains. */
  readonly silences: readonly Omit<Silence, 'written'>[];
  /** Locked silences that are over: the description now speaks. */
  readonly ended: readonly Silence[];
  /** How many channels and fields both have. */
  readonly channels: number;
  readonly fields: number;
  /** How many silences are locked, by what is unsaid. */
  readonly unsaid: ReadonlyMap<What, number>;
}

/** A difference or a silence that the comparison finds. */
export interface Finding extends Difference {
  /** Whether the other description leaves unsaid what our spec states. */
  readonly silent: boolean;
  /** Digest of the vendor's prose, if prose could say it. */
  readonly words?: string;
}

export function findDrift(model: Model, theirs: Facts): Drift {
  const ours = specFacts(model);
  const findings = compareFacts(ours, theirs);
  const found = new Set(findings.map(identify));
  const known = new Map(model.explanations.map(explanation => [identify(explanation), explanation]));
  const unexplained = findings.filter(finding => !known.has(identify(finding)));
  const silences = unexplained.filter(({ silent }) => silent);
  const silent = new Set(silences.map(placeOf));
  const locked = new Map(model.silences.map(silence => [placeOf(silence), silence]));
  const isLocked = (finding: Finding): boolean =>
    finding.silent && locked.has(placeOf(finding)) && locked.get(placeOf(finding))!.words === finding.words;
  const both = [...ours].filter(([at]) => theirs.has(at));
  return {
    news: unexplained.filter(finding => !isLocked(finding)),
    explained: findings.flatMap(finding => known.get(identify(finding)) ?? []),
    // A correction of a field that the other description does not have claims nothing about it.
    stale: model.explanations.filter(
      explanation => (explanation.owed || theirs.has(explanation.at)) && !found.has(identify(explanation)),
    ),
    silences,
    // If the whole subject is gone, that alone is the news.
    ended: model.silences.filter(
      silence => (theirs.has(silence.at) || !ours.has(silence.at)) && !silent.has(placeOf(silence)),
    ),
    channels: both.filter(([, { says }]) => says.channel === 'current').length,
    fields: both.filter(([, { kind }]) => kind === 'field').length,
    unsaid: countByWhat(silences.filter(isLocked)),
  };
}

/** Every difference, by place; skips everything below a subject that only one side has. */
function compareFacts(ours: Facts, theirs: Facts): Finding[] {
  const findings: Finding[] = [];
  const lone = new Set<string>();
  for (const at of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    if (lone.has(parentOf(at))) {
      lone.add(at);
      continue;
    }
    const found = compareSubject(at, ours.get(at), theirs.get(at));
    const { kind } = (ours.get(at) ?? theirs.get(at))!;
    if (found.some(({ what }) => what === kind)) lone.add(at);
    findings.push(...found);
  }
  return findings;
}

function compareSubject(at: string, ours: Subject | undefined, theirs: Subject | undefined): Finding[] {
  if (!ours || !theirs) {
    const { kind } = (ours ?? theirs)!;
    const [spec, vendor] = [ours?.says[kind] ?? 'absent', theirs?.says[kind] ?? 'absent'];
    // A channel that we call legacy may be missing.
    return spec === 'legacy' ? [] : [{ at, what: kind, spec, vendor, silent: false }];
  }
  // If one side calls a channel legacy, compare nothing else of it.
  const whats = ours.says[ours.kind] === theirs.says[ours.kind] ? Object.keys(ours.says) : [ours.kind];
  return (whats as What[]).flatMap(what => {
    const [spec, vendor] = [ours.says[what]!, theirs.says[what]];
    if (vendor === undefined) return spec === 'none' ? [] : [silenceOf(at, what, spec, theirs)];
    return spec === vendor ? [] : [{ at, what, spec, vendor, silent: false }];
  });
}

function silenceOf(at: string, what: What, spec: string, { words = '' }: Subject): Finding {
  const place = standsInWords(what) ? words : '';
  return {
    at,
    what,
    spec,
    vendor: describeSilence(place),
    silent: true,
    ...(place === '' ? {} : { words: digest(place) }),
  };
}

function parentOf(at: string): string {
  return at.split('.').slice(0, -1).join('.');
}

function identify({ at, what, spec, vendor }: Difference): string {
  return JSON.stringify([at, what, spec, vendor]);
}

function placeOf({ at, what }: Pick<Difference, 'at' | 'what'>): string {
  return `${at} ${what}`;
}

function countByWhat(silences: readonly Finding[]): ReadonlyMap<What, number> {
  const counts = new Map<What, number>();
  for (const { what } of silences) counts.set(what, (counts.get(what) ?? 0) + 1);
  return counts;
}
