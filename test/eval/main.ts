/** `npm run eval`: how often find_rest_tool is right, and what its answers cost, question by question. */
import { type Half, halves, measure } from './measure.js';

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

for (const half of Object.keys(halves) as Half[]) {
  const { outcomes, first, three, meanBytes, wrongCalls } = await measure(half);
  const { length } = outcomes;
  console.log(`\n${half}: ${length} questions ${halves[half]}`);
  console.log(`  in the first answer ${percent(first)}, in the first three ${percent(three)}`);
  console.log(
    `  ${Math.round(meanBytes)} bytes an answer, structured, of three requests; ${wrongCalls} right requests with a wrong call`,
  );
  for (const { asked, found, rank, wrongArguments } of outcomes) {
    if (rank === 1 && wrongArguments.length === 0) continue;
    const place = rank === undefined ? 'missed ' : rank === 1 ? 'wrong call' : `place ${rank}`;
    const wrong = wrongArguments.length > 0 ? ` (${wrongArguments.join(', ')})` : '';
    console.log(
      `  ${place.padEnd(8)} ${asked.question}\n           answered ${found.join(', ')}; right ${asked.tools.join(', ')}${wrong}`,
    );
  }
}
