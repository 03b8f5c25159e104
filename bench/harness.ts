import { cpus, totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatBytes } from '../src/core/units.ts'

/** Something that can be run again and again, with one number each time. */
export interface Contender {
  /** `skyloop`, or the name of the peer's package. */
  readonly name: string
  readonly version: string
  /** One measurement in the benchmark's unit. */
  sample(): Promise<number>
  close?(): Promise<void>
}

export interface Benchmark {
  readonly name: string
  readonly unit: string
  readonly higherIsBetter: boolean
  /** What is measured, in one sentence. */
  readonly what: string
  /** Measurements of each contender. */
  readonly samples: number
  /** Measurements thrown away at the beginning. */
  readonly warmUp: number
  readonly ours: Contender
  /** Those that are installed. */
  readonly peers: readonly Contender[]
}

/** What the command line says beyond names. */
export interface BenchmarkOptions {
  /** A folder of photographs to measure instead of generated scenes. */
  readonly data: string | undefined
}

export interface Summary {
  readonly median: number
  readonly samples: readonly number[]
}

export interface BenchmarkResult {
  readonly name: string
  readonly what: string
  readonly unit: string
  readonly higherIsBetter: boolean
  readonly ours: Summary
  readonly peers: Readonly<Record<string, Summary & { readonly version: string }>>
  /** Above 1: ours is better. */
  readonly ratios: Readonly<Record<string, number>>
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memory: string; readonly platform: string }
  readonly versions: Readonly<Record<string, string>>
  readonly time: string
}

/** Threads of some runtimes go on waiting awake for a while after their work: nobody is measured during another's. */
const PAUSE_MS = 500

/** Measures all contenders in turn, round by round, so that whatever else the machine does hits them alike. */
export async function measure(benchmark: Benchmark, onSample: (line: string) => void): Promise<BenchmarkResult> {
  const contenders = [benchmark.ours, ...benchmark.peers]
  const samples = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (let round = -benchmark.warmUp; round < benchmark.samples; round++) {
    for (const contender of contenders) {
      await sleep(PAUSE_MS)
      const value = await contender.sample()
      if (round >= 0) samples.get(contender.name)!.push(value)
      onSample(
        `${round < 0 ? 'warm-up' : `round ${round + 1}`} ${contender.name} ${value.toPrecision(4)} ${benchmark.unit}`,
      )
    }
  }
  for (const contender of contenders) await contender.close?.()
  const summaryOf = ({ name }: Contender): Summary => ({
    median: median(samples.get(name)!),
    samples: samples.get(name)!,
  })
  const ours = summaryOf(benchmark.ours)
  const peers = benchmark.peers.map((peer) => ({ peer, summary: summaryOf(peer) }))
  const { name, what, unit, higherIsBetter } = benchmark
  return {
    name,
    what,
    unit,
    higherIsBetter,
    ours,
    peers: Object.fromEntries(peers.map(({ peer, summary }) => [peer.name, { version: peer.version, ...summary }])),
    ratios: Object.fromEntries(
      peers.map(({ peer, summary }) => [
        peer.name,
        higherIsBetter ? ours.median / summary.median : summary.median / ours.median,
      ]),
    ),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memory: formatBytes(totalmem()),
      platform: `${process.platform}-${process.arch}`,
    },
    versions: {
      node: process.versions.node,
      skyloop: benchmark.ours.version,
      ...Object.fromEntries(benchmark.peers.map((peer) => [peer.name, peer.version])),
    },
    time: new Date().toISOString(),
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The result as a table for people. */
export function table(result: BenchmarkResult): string {
  const rows = [
    ['', 'version', `median ${result.unit}`, 'least', 'most', 'ours is'],
    row('skyloop', result.versions['skyloop'] ?? '', result.ours, ''),
    ...Object.entries(result.peers).map(([name, peer]) =>
      row(name, peer.version, peer, `${result.ratios[name]!.toFixed(2)}x`),
    ),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)))
  const lines = rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
  return [`${result.name}: ${result.what}`, ...lines, `on ${result.machine.cpu}, ${result.machine.cores} cores`].join(
    '\n',
  )
}

function row(name: string, version: string, { median: middle, samples }: Summary, ratio: string): string[] {
  const show = (value: number): string => Number(value.toPrecision(4)).toString()
  return [name, version, show(middle), show(Math.min(...samples)), show(Math.max(...samples)), ratio]
}
