import type { Figures } from '../../figures.js';

/**
 * What so many cameras need, computed from the figures that `sightline bench distributed` measured; where one is missing,
 * from an assumption, which the table then names. docs/distributed.md holds it.
 */
interface Given {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly measured: boolean;
}

/** 10 frames a second of each camera; half of them differ from the one before. */
const framesASecond = 10;
const gateShare = 0.5;
/** What one broker bears with room to spare: 4 cores half busy, 200 MB/s written to its disk, three copies of everything. */
const brokerCores = 2;
const brokerMegabytes = 200;
const copies = 3;
const framesKeptSeconds = 600;
const resultsKeptSeconds = 7 * 86_400;
const cameraCounts = [10, 100, 1000, 100_000];

type Name = 'inference' | 'encode and produce' | 'fetch and decode' | 'rest of a worker' | 'broker' | 'JPEG' | 'results record' | 'sink';

export function needs(figures: Pick<Figures, 'rows'> | null): string {
  const given = inputs(figures);
  const v = (name: Name): number => given[name].value;
  const lines = cameraCounts.map((cameras) => {
    const frames = cameras * framesASecond;
    const inferred = frames * gateShare;
    const workers = (inferred * (v('inference') + v('fetch and decode')) + frames * v('rest of a worker')) / 1000;
    const ingests = (inferred * v('encode and produce')) / 1000;
    const into = (inferred * v('JPEG')) / 1000;
    const results = (frames * v('results record')) / 1000;
    const broker = Math.max((inferred * v('broker')) / 1000 / brokerCores, ((into + results) * copies) / brokerMegabytes);
    const brokers = broker <= 1 && cameras <= 100 ? 1 : Math.max(3, Math.ceil(broker));
    const disk = { frames: (into * framesKeptSeconds) / 1000, results: (results * resultsKeptSeconds) / 1e6 };
    const sinks = frames / v('sink');
    return [count(cameras), count(frames), amount(workers), amount(ingests), `${amount(into)} MB/s`, `${amount(results)} MB/s`, count(brokers), `${amount(disk.frames)} GB + ${amount(disk.results)} TB`, amount(sinks)];
  });
  const header = ['cameras', 'frames/s', 'worker cores', 'ingest cores', 'frames into Kafka', 'results', 'brokers', 'disk of each copy', 'sink cores'];
  const table = [header, header.map((_, column) => (column === 0 ? '---' : '---:')), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
  const said = Object.values(given).map(({ name, value, unit, measured }) => `${name} ${amount(value)} ${unit}${measured ? '' : ' (assumed)'}`);
  return `\n${table}\n\nFrom: ${said.join(', ')}; ${framesASecond} frames a second a camera, of which the gate lets ${gateShare * 100} % through (assumed).\n\n`;
}

function inputs(figures: Pick<Figures, 'rows'> | null): Readonly<Record<Name, Given>> {
  const find = (metric: string, where = ''): number | null => figures?.rows.find((row) => row.metric === metric && row.case.includes(where))?.value ?? null;
  const given = (name: Name, unit: string, measured: number | null, assumed: number): Given => ({ name, unit, value: measured ?? assumed, measured: measured !== null });
  const sum = (...parts: (number | null)[]): number | null => (parts.every((part) => part !== null) ? parts.reduce((all, part) => all + part, 0) : null);
  return {
    inference: given('inference', 'ms', find('inference cpu'), 15),
    'encode and produce': given('encode and produce', 'ms', sum(find('encode'), find('produce')), 1),
    'fetch and decode': given('fetch and decode', 'ms', sum(find('fetch'), find('decode')), 1),
    'rest of a worker': given('rest of a worker', 'ms', find('worker cpu a frame', '100 cameras'), 1),
    broker: given('broker', 'ms', find('broker cpu'), 0.2),
    JPEG: given('JPEG', 'kB', find('jpeg size'), 25),
    'results record': given('results record', 'kB', find('results record'), 3),
    sink: given('sink', 'records a second a core', find('sink rows per core-second'), 20_000),
  };
}

function count(value: number): string {
  return value.toLocaleString('en-GB');
}

/** Two figures that matter, thousands apart. */
function amount(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en-GB', { maximumFractionDigits: 3 });
}
