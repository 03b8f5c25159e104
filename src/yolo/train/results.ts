import { formatDuration } from '../../core/units.ts'

/** One epoch's line: losses are means per step of the weighted parts, validation is null when it was not due. */
export interface EpochRow {
  /** 1-based. */
  readonly epoch: number
  readonly trainLoss: number
  readonly boxLoss: number
  readonly clsLoss: number
  readonly dflLoss: number
  readonly valMap50: number | null
  readonly valMap50_95: number | null
  /** At the end of the epoch. */
  readonly learningRate: number
  readonly imagesPerSecond: number
  /** Since the training began, over all of its runs. */
  readonly seconds: number
  readonly boxesLeftOut: number
}

const COLUMNS: readonly (readonly [name: string, value: (row: EpochRow) => number | null])[] = [
  ['epoch', (row) => row.epoch],
  ['train_loss', (row) => round(row.trainLoss)],
  ['box_loss', (row) => round(row.boxLoss)],
  ['cls_loss', (row) => round(row.clsLoss)],
  ['dfl_loss', (row) => round(row.dflLoss)],
  ['val_map50', (row) => round(row.valMap50)],
  ['val_map50_95', (row) => round(row.valMap50_95)],
  ['learning_rate', (row) => round(row.learningRate, 7)],
  ['images_per_second', (row) => round(row.imagesPerSecond, 2)],
  ['seconds', (row) => round(row.seconds, 1)],
  ['boxes_left_out', (row) => row.boxesLeftOut],
]

/** All epochs as CSV with a header line. */
export function resultsCsv(rows: readonly EpochRow[]): string {
  const lines = rows.map((row) => COLUMNS.map(([, value]) => value(row) ?? '').join(','))
  return `${[COLUMNS.map(([name]) => name).join(','), ...lines].join('\n')}\n`
}

/** `epoch=3 train_loss=2.113 ...`: what a training job's metric definitions read from its output. */
export function metricLine(row: EpochRow): string {
  return COLUMNS.flatMap(([name, value]) => (value(row) === null ? [] : [`${name}=${value(row)}`])).join(' ')
}

/** The same for a person, with the time that is left. */
export function progressLine(row: EpochRow, epochs: number, secondsLeft: number): string {
  const validation = row.valMap50 === null ? '' : `, mAP50 ${(row.valMap50 * 100).toFixed(1)} %`
  const left = row.epoch === epochs ? '' : `, about ${formatDuration(secondsLeft * 1000)} left`
  const boxes = row.boxesLeftOut === 0 ? '' : `, ${row.boxesLeftOut} boxes left out (raise max_boxes)`
  return (
    `Epoch ${row.epoch} of ${epochs}: loss ${row.trainLoss.toFixed(3)}${validation}, ` +
    `${row.imagesPerSecond.toFixed(1)} images/s${left}${boxes}`
  )
}

/** Where training is within an epoch, for a person and for the command line's progress bar. */
export function stepLine(epoch: number, epochs: number, batch: number, batches: number, loss: number): string {
  return `Epoch ${epoch} of ${epochs}, batch ${batch} of ${batches}: loss ${loss.toFixed(3)}`
}

function round(value: number | null, digits = 5): number | null {
  return value === null ? null : Number(value.toFixed(digits))
}
