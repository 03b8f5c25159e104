import { formatDuration } from '../../core/units.ts'
import type { CocoMetrics } from '../eval/coco-ap.ts'

/** From this share on a line says that the step waited for images. */
const NOTABLE_WAIT = 0.05

/** One epoch's line: losses are means per step of the weighted parts, validation is null when it was not due. */
export interface EpochRow {
  /** 1-based; 0 is the line of the weights that training started from, which has validation alone. */
  readonly epoch: number
  readonly trainLoss: number | null
  readonly boxLoss: number | null
  readonly clsLoss: number | null
  readonly dflLoss: number | null
  readonly valMap50: number | null
  readonly valMap50_95: number | null
  /** At the end of the epoch. */
  readonly learningRate: number | null
  readonly imagesPerSecond: number | null
  /** Since the training began, over all of its runs. */
  readonly seconds: number
  readonly boxesLeftOut: number
  /** Of the time in training steps, the share spent waiting for batches, in [0, 1]. */
  readonly waitShare: number | null
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
  ['wait_share', (row) => round(row.waitShare, 4)],
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
export function progressLine(row: EpochRow, epochs: number, secondsLeft: number | undefined): string {
  const validation = row.valMap50 === null ? '' : `, mAP50 ${(row.valMap50 * 100).toFixed(1)} %`
  if (row.trainLoss === null) return `Start weights${validation}: what training has to beat`
  const left = row.epoch === epochs ? '' : timeLeft(secondsLeft)
  const boxes = row.boxesLeftOut === 0 ? '' : `, ${row.boxesLeftOut} boxes left out (raise max_boxes)`
  const waited =
    (row.waitShare ?? 0) < NOTABLE_WAIT ? '' : `, ${Math.round(row.waitShare! * 100)} % of it waiting for images`
  return (
    `Epoch ${row.epoch} of ${epochs}: loss ${row.trainLoss.toFixed(3)}${validation}, ` +
    `${(row.imagesPerSecond ?? 0).toFixed(1)} images/s${waited}${left}${boxes}`
  )
}

/** Where training is within an epoch, for a person and for the command line's progress bar. */
export function stepLine(
  epoch: number,
  epochs: number,
  batch: number,
  batches: number,
  loss: number,
  secondsLeft?: number,
): string {
  return `Epoch ${epoch} of ${epochs}, batch ${batch} of ${batches}: loss ${loss.toFixed(3)}${timeLeft(secondsLeft)}`
}

/** An estimate has no tenths of a second, and nothing is said of the last one. */
function timeLeft(seconds: number | undefined): string {
  if (seconds === undefined || seconds < 1) return ''
  return `, about ${seconds < 60 ? `${Math.round(seconds)}s` : formatDuration(Math.round(seconds) * 1000)} left`
}

/** `epoch 3`, or what stands before the first one. */
export function nameOfEpoch(epoch: number): string {
  return epoch === 0 ? 'the start weights' : `epoch ${epoch}`
}

/** COCO writes -1 where there is nothing to measure; a table leaves it empty. */
export function validationColumns(metrics: CocoMetrics | undefined): Pick<EpochRow, 'valMap50' | 'valMap50_95'> {
  const known = (value: number | undefined): number | null =>
    value !== undefined && Number.isFinite(value) && value >= 0 ? value : null
  return { valMap50: known(metrics?.map50), valMap50_95: known(metrics?.map50_95) }
}

function round(value: number | null, digits = 5): number | null {
  return value === null ? null : Number(value.toFixed(digits))
}
