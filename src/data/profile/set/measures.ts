import type { ImageRow } from './profile-image-row.ts'

/** One number of an image that sets are described by. */
export interface Measure {
  readonly label: string
  /** Empty for pure numbers. */
  readonly unit: string
  /** `log` where ratios matter more than differences: its outliers and its histogram are those of the logarithm. */
  readonly scale: 'linear' | 'log'
  /** Values that differ by less are no outliers, however even the rest is; for log measures the factor's logarithm. */
  readonly matters: number
  /** Which end is bad for training, if one is. */
  readonly worse: 'low' | 'high' | undefined
  /** What it says, in one sentence for the report. */
  readonly about: string
  readonly read: (image: ImageRow) => number | undefined
}

/** Every measure, in the order of the report. */
const MEASURES = {
  brightness: {
    label: 'Brightness',
    unit: '',
    scale: 'linear',
    matters: 12,
    worse: undefined,
    about: 'Mean grey level, 0 black to 255 white.',
    read: (image) => image.brightness,
  },
  contrast: {
    label: 'Contrast',
    unit: '',
    scale: 'linear',
    matters: 8,
    worse: 'low',
    about: 'Standard deviation of grey. Haze, fog and dusk lower it.',
    read: (image) => image.contrast,
  },
  sharpness: {
    label: 'Sharpness',
    unit: '',
    scale: 'log',
    matters: 0.5,
    worse: 'low',
    about: 'Variance of the Laplacian. Compare images of like scenes: texture raises it, blur lowers it.',
    read: (image) => positive(image.sharpness),
  },
  noise: {
    label: 'Noise',
    unit: 'grey levels',
    scale: 'linear',
    matters: 1,
    worse: 'high',
    about: 'Standard deviation of white noise (Immerkær). Fine texture such as grass counts in part.',
    read: (image) => image.noise,
  },
  clippedHighlights: {
    label: 'Clipped highlights',
    unit: '%',
    scale: 'linear',
    matters: 1,
    worse: 'high',
    about: 'Share of pixels so bright that detail is lost.',
    read: (image) => image.clippedHighlights * 100,
  },
  clippedShadows: {
    label: 'Clipped shadows',
    unit: '%',
    scale: 'linear',
    matters: 1,
    worse: 'high',
    about: 'Share of pixels so dark that detail is lost.',
    read: (image) => image.clippedShadows * 100,
  },
  entropy: {
    label: 'Entropy',
    unit: 'bit',
    scale: 'linear',
    matters: 0.4,
    worse: 'low',
    about: 'How evenly the grey levels are used, 0 to 8.',
    read: (image) => image.entropy,
  },
  colourfulness: {
    label: 'Colourfulness',
    unit: '',
    scale: 'linear',
    matters: 8,
    worse: undefined,
    about: '0 grey, about 100 very colourful (Hasler and Süsstrunk).',
    read: (image) => image.colourfulness,
  },
  saturation: {
    label: 'Saturation',
    unit: '%',
    scale: 'linear',
    matters: 8,
    worse: undefined,
    about: 'Mean colour saturation.',
    read: (image) => image.saturation * 100,
  },
  altitude: {
    label: 'Altitude above take-off',
    unit: 'm',
    scale: 'linear',
    matters: 5,
    worse: undefined,
    about: 'From the camera, or from metadata.jsonl.',
    read: (image) => image.camera.relativeAltitudeM,
  },
  groundSample: {
    label: 'Ground sample distance',
    unit: 'cm/px',
    scale: 'log',
    matters: 0.3,
    worse: 'high',
    about: 'Ground that one pixel of the file covers, at the centre of the image.',
    read: (image) => image.groundSample?.cmPerPx,
  },
  gimbalPitch: {
    label: 'Gimbal pitch',
    unit: '°',
    scale: 'linear',
    matters: 10,
    worse: undefined,
    about: '-90 looks straight down, 0 at the horizon.',
    read: (image) => image.camera.gimbalPitchDeg,
  },
  megapixels: {
    label: 'Size of the picture',
    unit: 'Mpx',
    scale: 'log',
    matters: 0.3,
    worse: undefined,
    about: 'Width times height.',
    read: (image) => (image.width * image.height) / 1e6,
  },
  bitsPerPixel: {
    label: 'Bits a pixel',
    unit: 'bit/px',
    scale: 'log',
    matters: 0.5,
    worse: 'low',
    about: 'Size of the file over its pixels: under half a bit, JPEG artefacts show.',
    read: (image) => positive((image.sizeBytes * 8) / (image.width * image.height)),
  },
  boxes: {
    label: 'Boxes an image',
    unit: '',
    scale: 'linear',
    matters: 5,
    worse: undefined,
    about: 'Labelled objects; images without a label file are left out.',
    read: (image) => image.labels?.boxes,
  },
} as const satisfies Record<string, Measure>

export type MeasureName = keyof typeof MEASURES
export const MEASURE_NAMES = Object.keys(MEASURES) as MeasureName[]

export function measureOf(name: MeasureName): Measure {
  return MEASURES[name]
}

/** A value whose logarithm exists. */
function positive(value: number): number | undefined {
  return value > 0 ? value : undefined
}
