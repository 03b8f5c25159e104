import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeJsonAtomic } from '../../src/core/files.ts'
import type { Figures } from './evaluate-run.ts'
import type { OwnReport, Recipe, TrainerName } from './trainer.ts'

/** One finished training. */
export interface RunResult extends Recipe, OwnReport {
  readonly trainer: TrainerName
  readonly seed: number
  /** What differs from the trainer's defaults, as `name=value`. */
  readonly overrides: readonly string[]
  readonly data: { readonly hash: string; readonly train: number; readonly val: number }
  /** By Skyloop's evaluator, on the exported model. */
  readonly evaluated: Figures
  readonly machine: { readonly cpu: string; readonly cores: number }
  readonly time: string
}

/** What must be equal for two runs to be compared. */
export type RunKey = Pick<RunResult, 'trainer' | 'seed' | 'overrides'> & Recipe & { readonly hash: string }

/** @returns the stored result of such a run, or undefined when it has to be made */
export async function findRun(folder: string, key: RunKey): Promise<RunResult | undefined> {
  const runs = await readRuns(folder)
  return runs.find((run) => same(run, key) && run.trainer === key.trainer && run.seed === key.seed)
}

export async function saveRun(folder: string, run: RunResult): Promise<void> {
  await mkdir(folder, { recursive: true })
  const variant = run.overrides.length === 0 ? '' : `-${run.overrides.join('-').replaceAll(/[^\w.=-]/g, '_')}`
  await writeJsonAtomic(join(folder, `${run.trainer}${variant}-${run.epochs}epochs-seed${run.seed}.json`), run)
}

async function readRuns(folder: string): Promise<RunResult[]> {
  await mkdir(folder, { recursive: true })
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as RunResult))
}

function same(run: RunResult, key: RunKey): boolean {
  return (
    run.data.hash === key.hash &&
    run.epochs === key.epochs &&
    run.batch === key.batch &&
    run.side === key.side &&
    run.overrides.join(' ') === key.overrides.join(' ')
  )
}

/** Means and standard deviations over seeds as a Markdown table, one row a trainer, figures in points of a hundred. */
export function accuracyTable(runs: readonly RunResult[]): string {
  const groups = Map.groupBy(runs, (run) => [run.trainer, run.version, ...run.overrides].join(' '))
  const classes = Object.keys(runs[0]?.evaluated.ap50 ?? {})
  const header = ['trainer', 'seeds', 'mAP50', 'mAP50-95', ...classes.map((name) => `AP50 ${name}`), 'own mAP50']
  const rows = [...groups].map(([name, members]) => {
    const cell = (value: (run: RunResult) => number): string => spread(members.map((run) => value(run) * 100))
    return [
      name,
      members.map(({ seed }) => seed).join(' '),
      cell((run) => run.evaluated.map50),
      cell((run) => run.evaluated.map50_95),
      ...classes.map((className) => cell((run) => run.evaluated.ap50[className] ?? 0)),
      cell((run) => run.own.map50),
    ]
  })
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** `54.2 ± 1.3`: mean and sample standard deviation. */
function spread(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (values.length < 2) return mean.toFixed(1)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return `${mean.toFixed(1)} ± ${Math.sqrt(variance).toFixed(1)}`
}
