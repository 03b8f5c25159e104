import { augmentSettings } from '../../../data/prepare/augment/augment-settings.ts'
import { DEFAULT_SETTINGS, type PrepareSettings } from '../../../data/prepare/prepared-dataset.ts'
import type { OptionSpec } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { decimal, integer } from '../../option-values.ts'

/** What a person chooses of {@link PrepareSettings} on the command line. */
export interface PrepareChoices {
  readonly tile?: number | 'none'
  readonly overlap: number
  readonly imgsz: number
  readonly val: number
  readonly test: number
  readonly letterbox?: number
  readonly splitBy: PrepareSettings['splitBy']
  readonly assign: PrepareSettings['assign']
  readonly placeRadius: number
  readonly resplit?: boolean
  readonly augment: number
  readonly augmentBy?: string
  readonly seed: number
  readonly minVisible: number
  readonly background: number
  readonly trainFrames: number
  readonly missingLabels: PrepareSettings['missingLabels']
  readonly unknownClass: PrepareSettings['unknownClass']
}

const D = DEFAULT_SETTINGS

export const PREPARE_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--tile <px>',
    description: 'side of the tiles that frames are cut into, or none (default: 640)',
    parse: readTile,
  },
  {
    flags: '--letterbox <px>',
    description: 'fit whole frames into squares of this side instead of cutting them',
    parse: integer('--letterbox', 32, 20_000),
  },
  {
    flags: '--overlap <0-0.9>',
    description: "share of a tile's side that neighbours have in common",
    default: 0.2,
    parse: decimal('--overlap', 0, 0.9),
  },
  {
    flags: '--imgsz <px>',
    description: 'side at which tiles are written',
    default: 320,
    parse: integer('--imgsz', 32, 4096),
  },
  {
    flags: '--val <0-0.9>',
    description: 'share of the images in val',
    default: D.valFraction,
    parse: decimal('--val', 0, 0.9),
  },
  {
    flags: '--test <0-0.9>',
    description: 'share of the images in test',
    default: D.testFraction,
    parse: decimal('--test', 0, 0.9),
  },
  {
    flags: '--split-by <what>',
    description: 'what stays in one split: group is flight, place and look-alikes together',
    choices: ['group', 'flight', 'image'],
    default: D.splitBy,
  },
  {
    flags: '--assign <how>',
    description:
      'by the shares of images and classes, or by a hash that keeps groups where they are when others are added',
    choices: ['stratified', 'hash'],
    default: D.assign,
  },
  {
    flags: '--place-radius <m>',
    description: 'cameras this near see the same place; 0 leaves GPS out',
    default: D.placeRadiusM,
    parse: decimal('--place-radius', 0, 100_000),
  },
  { flags: '--resplit', description: 'split anew where the folder has train and val already' },
  {
    flags: '--seed <n>',
    description: 'the same seed gives the same data set',
    default: D.seed,
    parse: integer('--seed', 0, 2 ** 32 - 1),
  },
  {
    flags: '--min-visible <0-1>',
    description: 'a tile takes a box of which it shows at least this share',
    default: D.minVisible,
    parse: decimal('--min-visible', 0, 1),
  },
  {
    flags: '--background <0-0.95>',
    description: 'share of train tiles that may be without boxes',
    default: D.background,
    parse: decimal('--background', 0, 0.95),
  },
  {
    flags: '--train-frames <n>',
    description: 'whole frames of train kept beside the tiles',
    default: D.trainFrames,
    parse: integer('--train-frames', 0, 100_000),
  },
  {
    flags: '--missing-labels <what>',
    description: 'images without a label file',
    choices: ['skip', 'background', 'fail'],
    default: D.missingLabels,
  },
  {
    flags: '--unknown-class <what>',
    description: 'boxes whose class number is not in the list',
    choices: ['fail', 'drop'],
    default: D.unknownClass,
  },
  {
    flags: '--augment <n>',
    description: 'changed copies of each train image',
    default: 0,
    parse: integer('--augment', 0, 20),
  },
  {
    flags: '--augment-by <list>',
    description: 'of flip, rotate, zoom, light, hue, blur, noise, mosaic (default: all but mosaic)',
  },
]

/** @throws UsageError `cli.option` when options contradict each other */
export function settingsOf(choices: PrepareChoices): PrepareSettings {
  const { overlap, imgsz, letterbox } = choices
  if (letterbox !== undefined && typeof choices.tile === 'number') {
    throw new UsageError({ code: 'cli.option', message: '--letterbox and --tile are two ways to fit frames; give one' })
  }
  const tile = choices.tile ?? (letterbox === undefined ? 640 : 'none')
  return {
    letterbox: letterbox ?? null,
    assign: choices.assign,
    placeRadiusM: choices.placeRadius,
    resplit: choices.resplit === true,
    augment: augmentSettings(choices.augment, choices.augmentBy),
    tile: tile === 'none' ? null : { size: tile, overlap, scale: imgsz / tile },
    scale: 1,
    valFraction: choices.val,
    testFraction: choices.test,
    splitBy: choices.splitBy,
    seed: choices.seed,
    minVisible: choices.minVisible,
    background: choices.background,
    missingLabels: choices.missingLabels,
    unknownClass: choices.unknownClass,
    trainFrames: choices.trainFrames,
  }
}

/** @throws UsageError `cli.option` when `--out` is missing */
export function requireOut(out: string | undefined): string {
  if (out !== undefined && out !== '') return out
  throw new UsageError({ code: 'cli.option', message: '--out is missing: the folder that is written' })
}

function readTile(text: string): number | 'none' {
  if (text === 'none') return text
  const size = Number(text)
  if (Number.isInteger(size) && size >= 32 && size <= 20_000) return size
  throw new UsageError({ code: 'cli.option', message: `--tile is none or 32 to 20000 pixels, not "${text}"` })
}
