import { ProblemsError } from '../../../core/errors.ts'
import type { ModelScale } from '../../model/spec.ts'
import type { OptimiserKind } from '../update/optimiser.ts'
import { describeRule, readSetting } from './setting-rule.ts'
import { SETTING_TABLE } from './setting-table.ts'

/** Everything that decides what a training computes, and a few limits on how; {@link SETTING_TABLE} says what each means. */
export interface TrainSettings {
  readonly scale: ModelScale
  readonly epochs: number
  /** B */
  readonly batch: number
  readonly accumulate: number
  /** H and W of the network's input in pixels. */
  readonly imgsz: number
  readonly multi_scale: number
  readonly optimizer: OptimiserKind
  /** 0 chooses it: see {@link chosenLearningRate}. */
  readonly lr0: number
  readonly lrf: number
  readonly schedule: 'cosine' | 'linear'
  readonly warmup_epochs: number
  readonly momentum: number
  /** Momentum of SGD climbs from this during the warm-up; 0 leaves it as it is. */
  readonly warmup_momentum: number
  /** What the learning rate of biases starts from in the warm-up. */
  readonly warmup_bias_lr: number
  /** Whether the learning rate falls at every update, or between epochs as the reference trainer's does. */
  readonly lr_falls: 'step' | 'epoch'
  readonly weight_decay: number
  readonly clip_norm: number
  readonly ema_decay: number
  readonly class_weights: string
  readonly seed: number
  readonly patience: number
  readonly freeze: number
  readonly threads: number
  readonly val_every: number
  readonly rect: boolean
  readonly max_minutes: number
  readonly memory_check: boolean
  readonly plots: boolean
  readonly max_boxes: number
  readonly mosaic: number
  readonly close_mosaic: number
  readonly hflip: number
  readonly vflip: number
  readonly rotate90: number
  readonly scale_jitter: number
  readonly translate: number
  readonly hsv_h: number
  readonly hsv_s: number
  readonly hsv_v: number
}

export const DEFAULT_SETTINGS: TrainSettings = {
  scale: 'n',
  epochs: 20,
  batch: 8,
  accumulate: 1,
  imgsz: 320,
  multi_scale: 0,
  optimizer: 'adamw',
  lr0: 0,
  lrf: 0.02,
  schedule: 'cosine',
  warmup_epochs: 1,
  momentum: 0.9,
  warmup_momentum: 0,
  warmup_bias_lr: 0,
  lr_falls: 'step',
  weight_decay: 0.01,
  clip_norm: 10,
  ema_decay: 0.9998,
  class_weights: 'none',
  seed: 0,
  patience: 0,
  freeze: 0,
  threads: 0,
  val_every: 1,
  rect: false,
  max_minutes: 0,
  memory_check: true,
  plots: true,
  max_boxes: 600,
  mosaic: 0.5,
  close_mosaic: 2,
  hflip: 0.5,
  vflip: 0.5,
  rotate90: 0.5,
  scale_jitter: 0.4,
  translate: 0.1,
  hsv_h: 0.015,
  hsv_s: 0.5,
  hsv_v: 0.35,
}

/** Settings that do not change what is computed, only how fast or how long: a resumed training may change them. */
export const LIMIT_SETTINGS: ReadonlySet<keyof TrainSettings> = new Set([
  'threads',
  'max_minutes',
  'patience',
  'memory_check',
  'plots',
])

/** `lr0`, or when that is 0 what suits the optimiser and whether training starts from scratch. */
export function chosenLearningRate(settings: TrainSettings, fromScratch: boolean): number {
  if (settings.lr0 > 0) return settings.lr0
  const byOptimiser: Record<OptimiserKind, number> = { adamw: fromScratch ? 0.002 : 0.0005, sgd: 0.01 }
  return byOptimiser[settings.optimizer]
}

/**
 * Settings from texts, such as a training job's hyperparameters; what is not given has its default.
 *
 * @param given names and values; names that are not settings are refused
 * @throws ProblemsError `yolo.train.settings` listing every unknown name and bad value at once
 */
export function parseSettings(given: Readonly<Record<string, string>>): TrainSettings {
  const problems: string[] = []
  const parsed: Record<string, string | number | boolean> = {}
  for (const [name, text] of Object.entries(given)) {
    if (!isSetting(name)) {
      const known = Object.keys(SETTING_TABLE).sort().join(', ')
      problems.push(`unknown hyperparameter "${name}"; known are ${known}`)
      continue
    }
    const { rule } = SETTING_TABLE[name]
    const value = readSetting(rule, text.trim())
    if (value === undefined) problems.push(`${name}="${text}" is not ${describeRule(rule)}`)
    else parsed[name] = value
  }
  if (problems.length > 0) throw new ProblemsError('yolo.train.settings', 'the training cannot start', problems)
  return { ...DEFAULT_SETTINGS, ...parsed }
}

function isSetting(name: string): name is keyof TrainSettings {
  return Object.hasOwn(SETTING_TABLE, name)
}
