import { ProblemsError } from '../../core/errors.ts'
import type { ModelScale } from '../model/spec.ts'
import type { OptimiserKind } from './optimiser.ts'

/** Everything that decides what a training computes, and a few limits on how. */
export interface TrainSettings {
  readonly scale: ModelScale
  readonly epochs: number
  /** B */
  readonly batch: number
  /** H and W of the network's input in pixels, a multiple of 32. */
  readonly imgsz: number
  readonly optimizer: OptimiserKind
  /** Learning rate at its height; 0 chooses it: see {@link chosenLearningRate}. */
  readonly lr0: number
  /** Last learning rate as a fraction of `lr0`. */
  readonly lrf: number
  readonly schedule: 'cosine' | 'linear'
  /** Learning rate climbs for so many epochs, though never longer than a tenth of the training. */
  readonly warmup_epochs: number
  readonly momentum: number
  readonly weight_decay: number
  /** Gradients' common norm is cut to this. */
  readonly clip_norm: number
  /** Last decay of the moving average of weights. */
  readonly ema_decay: number
  readonly seed: number
  /** Stops when so many validations bring no better model; 0 never stops early. */
  readonly patience: number
  /** The first so many layers of the network keep their weights; 11 is the whole backbone. */
  readonly freeze: number
  /** Compute threads; 0 is as many as the machine has cores. */
  readonly threads: number
  /** Validates every so many epochs, and at the last. */
  readonly val_every: number
  /** Ends the training well after so many minutes, whatever the epoch; 0 is no limit. */
  readonly max_minutes: number
  /** Upper bound of M; beyond it the smallest boxes of an image are left out and counted. */
  readonly max_boxes: number
  readonly mosaic: number
  /** The last so many epochs are without mosaics. */
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
  imgsz: 320,
  optimizer: 'adamw',
  lr0: 0,
  lrf: 0.02,
  schedule: 'cosine',
  warmup_epochs: 1,
  momentum: 0.9,
  weight_decay: 0.01,
  clip_norm: 10,
  ema_decay: 0.9998,
  seed: 0,
  patience: 0,
  freeze: 0,
  threads: 0,
  val_every: 1,
  max_minutes: 0,
  max_boxes: 128,
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
export const LIMIT_SETTINGS: ReadonlySet<keyof TrainSettings> = new Set(['threads', 'max_minutes', 'patience'])

/** `lr0`, or when that is 0 what suits the optimiser and whether training starts from scratch. */
export function chosenLearningRate(settings: TrainSettings, fromScratch: boolean): number {
  if (settings.lr0 > 0) return settings.lr0
  const byOptimiser: Record<OptimiserKind, number> = { adamw: fromScratch ? 0.002 : 0.0005, sgd: 0.01 }
  return byOptimiser[settings.optimizer]
}

type Rule =
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number; readonly multipleOf?: number }
  | { readonly kind: 'choice'; readonly of: readonly string[] }

const FRACTION: Rule = { kind: 'number', min: 0, max: 1 }

const RULES: Record<keyof TrainSettings, Rule> = {
  scale: { kind: 'choice', of: ['n', 's', 'm', 'l', 'x'] },
  epochs: { kind: 'integer', min: 1, max: 10_000 },
  batch: { kind: 'integer', min: 1, max: 1024 },
  imgsz: { kind: 'integer', min: 32, max: 4096, multipleOf: 32 },
  optimizer: { kind: 'choice', of: ['sgd', 'adamw'] },
  lr0: { kind: 'number', min: 0, max: 1 },
  lrf: FRACTION,
  schedule: { kind: 'choice', of: ['cosine', 'linear'] },
  warmup_epochs: { kind: 'number', min: 0, max: 100 },
  momentum: { kind: 'number', min: 0, max: 0.9999 },
  weight_decay: FRACTION,
  clip_norm: { kind: 'number', min: 1e-6, max: 1e9 },
  ema_decay: { kind: 'number', min: 0, max: 0.999999 },
  seed: { kind: 'integer', min: 0, max: 4_294_967_295 },
  patience: { kind: 'integer', min: 0, max: 10_000 },
  freeze: { kind: 'integer', min: 0, max: 23 },
  threads: { kind: 'integer', min: 0, max: 1024 },
  val_every: { kind: 'integer', min: 1, max: 10_000 },
  max_minutes: { kind: 'number', min: 0, max: 100_000 },
  max_boxes: { kind: 'integer', min: 8, max: 1024 },
  mosaic: FRACTION,
  close_mosaic: { kind: 'integer', min: 0, max: 10_000 },
  hflip: FRACTION,
  vflip: FRACTION,
  rotate90: FRACTION,
  scale_jitter: { kind: 'number', min: 0, max: 0.95 },
  translate: FRACTION,
  hsv_h: { kind: 'number', min: 0, max: 0.5 },
  hsv_s: FRACTION,
  hsv_v: FRACTION,
}

/**
 * Settings from texts, such as a training job's hyperparameters; what is not given has its default.
 *
 * @param given names and values; names that are not settings are refused
 * @throws ProblemsError `yolo.train.settings` listing every unknown name and bad value at once
 */
export function parseSettings(given: Readonly<Record<string, string>>): TrainSettings {
  const problems: string[] = []
  const parsed: Record<string, string | number> = {}
  for (const [name, text] of Object.entries(given)) {
    const rule = isSetting(name) ? RULES[name] : undefined
    if (!rule) {
      problems.push(`unknown hyperparameter "${name}"; known are ${Object.keys(RULES).sort().join(', ')}`)
    } else if (rule.kind === 'choice') {
      if (rule.of.includes(text)) parsed[name] = text
      else problems.push(`${name}="${text}" is not one of ${rule.of.join(', ')}`)
    } else {
      const value = text.trim() === '' ? NaN : Number(text)
      const kind = rule.kind === 'integer' ? 'a whole number' : 'a number'
      const step = rule.multipleOf === undefined ? '' : `, a multiple of ${rule.multipleOf}`
      const fits =
        value >= rule.min &&
        value <= rule.max &&
        (rule.kind === 'number' || Number.isInteger(value)) &&
        (rule.multipleOf === undefined || value % rule.multipleOf === 0)
      if (fits) parsed[name] = value
      else problems.push(`${name}="${text}" is not ${kind} from ${rule.min} to ${rule.max}${step}`)
    }
  }
  if (problems.length > 0) throw new ProblemsError('yolo.train.settings', 'the training cannot start', problems)
  return { ...DEFAULT_SETTINGS, ...parsed }
}

function isSetting(name: string): name is keyof TrainSettings {
  return Object.hasOwn(RULES, name)
}
