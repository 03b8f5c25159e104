import type { SceneDatasetOptions } from '../../data/scenes/write-scene-dataset.ts'

/** The sizes of one quickstart. */
export interface Plan {
  /** Width and height of synthetic frames, pixels. */
  readonly frameSidePx: number
  readonly trainFlights: number
  readonly valFlights: number
  readonly framesPerFlight: number
  /** Frames sent to the endpoint in each of the two phases. */
  readonly trafficFrames: number
  /** Square cut out of a frame, pixels of the frame; undefined trains on whole frames. */
  readonly tileSidePx: number | undefined
  /** Factor by which a tile is shrunk. */
  readonly tileScale: number
  /** Input of the network, pixels. */
  readonly imageSizePx: number
  readonly epochs: number
  /** Validates every so many epochs. */
  readonly validateEvery: number
  readonly batch: number
  /** Training ends by itself after this long. */
  readonly maxMinutes: number
  /** The quality gate. */
  readonly minMap50: number
}

/** Five minutes on two cores, installation included. */
export const STANDARD: Plan = {
  frameSidePx: 576,
  trainFlights: 20,
  valFlights: 6,
  framesPerFlight: 2,
  trafficFrames: 24,
  tileSidePx: 320,
  tileScale: 1,
  imageSizePx: 320,
  epochs: 6,
  validateEvery: 2,
  batch: 8,
  maxMinutes: 2,
  minMap50: 0.25,
}

/** As small as the loop can be: it shows that everything runs, not that the model is good. */
export const FAST: Plan = {
  ...STANDARD,
  frameSidePx: 192,
  trainFlights: 6,
  valFlights: 3,
  trafficFrames: 16,
  tileSidePx: undefined,
  imageSizePx: 192,
  epochs: 1,
  validateEvery: 1,
  batch: 4,
  minMap50: 0,
}

/** Real photographs of about 1920 x 1080 pixels: tiles of 640, halved, so that a car stays about 35 pixels long. */
export const PHOTOGRAPHS: Plan = {
  ...STANDARD,
  tileSidePx: 640,
  tileScale: 0.5,
  epochs: 12,
  validateEvery: 1,
  maxMinutes: 30,
  minMap50: 0.3,
}

/** Weather and height of the flights that the model was not trained on. */
export const SHIFTED: Partial<SceneDatasetOptions> = {
  altitudeM: 140,
  light: 'dusk',
  fog: 0.3,
  noise: 3,
  weather: 'overcast',
}

/** Flight numbers: no two sets share one, so none shares a place. */
export const FIRST_FLIGHT = { train: 1, val: 1001, clean: 2001, shifted: 3001 } as const
