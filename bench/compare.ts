// npm run bench:compare -- OLD_CHECKOUT [--rounds 5] -- bench:gpu [ARGUMENTS]: runs a benchmark of another checkout and
// of this one in turn, and prints for each row the median ratio of new to old beside the ratios of old runs to each
// other. Exits with 1 when a row is outside both 0.95 to 1.05 and the noise of the old.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const LOW = 0.95;
const HIGH = 1.05;

const split = process.argv.indexOf('--', 2);
const own = process.argv.slice(2, split < 0 ? undefined : split);
const [name, ...args] = split < 0 ? [] : process.argv.slice(split + 1);
const [folder] = own;
const rounds = Number(own[own.indexOf('--rounds') + 1] ?? 5) || 5;
if (!folder || !name) {
  process.stderr.write('usage: bench:compare OLD_CHECKOUT [--rounds N] -- bench:NAME [ARGUMENTS]\n');
  process.exit(2);
}

/** First number of a table's cell; undefined for text. */
const numberOf = (cell: string): number | undefined => {
  const found = /^\*{0,2}(-?\d+(?:\.\d+)?)/.exec(cell.trim())?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Figures of the Markdown tables that a benchmark printed, by table, row and column. */
function figures(text: string): Map<string, number> {
  const out = new Map<string, number>();
  let table = 0;
  let header: string[] = [];
  let row = 0;
  let before: string[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) continue;
    const cells = line.slice(1, line.lastIndexOf('|')).split('|');
    if (cells.every((c) => /^[-: ]+$/.test(c))) {
      header = before;
      table++;
      row = 0;
      continue;
    }
    before = cells;
    const label = cells.filter((c) => numberOf(c) === undefined).map((c) => c.trim());
    for (const [i, cell] of cells.entries()) {
      const value = numberOf(cell);
      if (value !== undefined && header.length > 0)
        out.set(`${table}.${row} ${label.join(' ')}: ${header[i]?.trim() || i}`, value);
    }
    row++;
  }
  return out;
}

function run(root: string): Map<string, number> {
  const done = spawnSync('npm', ['run', '-s', name!, '--', ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (done.status !== 0) throw new Error(`${name} in ${root} failed:\n${done.stdout}\n${done.stderr}`);
  return figures(done.stdout);
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const pairs: { before: Map<string, number>; after: Map<string, number> }[] = [];
for (let round = 0; round < rounds; round++) {
  const before = run(resolve(folder));
  pairs.push({ before, after: run(resolve(import.meta.dirname, '..')) });
  process.stderr.write(`round ${round + 1} of ${rounds}\n`);
}
const print = (line: string) => process.stdout.write(`${line}\n`);
print(`${name} ${args.join(' ')}, ${rounds} rounds, old and new in turn\n`);
print('| row | old | new | new / old | old / old | |\n|---|---|---|---|---|---|');
let outside = 0;
let rows = 0;
for (const key of pairs[0]!.before.keys()) {
  const old = pairs.map((p) => p.before.get(key) ?? Number.NaN);
  const now = pairs.map((p) => p.after.get(key) ?? Number.NaN);
  if ([...old, ...now].some((v) => Number.isNaN(v))) {
    print(`| ${key} | | | is not in every run | | differs |`);
    outside++;
    continue;
  }
  if (old.every((v) => v === 0) && now.every((v) => v === 0)) continue;
  const ratio = median(now.map((v, i) => v / old[i]!));
  const noise = old.flatMap((a, i) => old.filter((_, j) => j !== i).map((b) => a / b));
  const [least, greatest] = [Math.min(...noise), Math.max(...noise)];
  const isWithin = (ratio >= LOW && ratio <= HIGH) || (ratio >= least && ratio <= greatest);
  rows++;
  if (!isWithin) outside++;
  print(
    `| ${key} | ${median(old)} | ${median(now)} | ${ratio.toFixed(3)} | ${least.toFixed(2)}-${greatest.toFixed(2)} | ${isWithin ? '' : 'outside'} |`,
  );
}
print(`\n${rows - outside} of ${rows} figures within 0.95 to 1.05 or the noise of the old`);
process.exit(outside > 0 ? 1 : 0);
