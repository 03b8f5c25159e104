import type { SettingRule } from './setting-rule.ts'
import type { TrainSettings } from './settings.ts'

export interface SettingRow {
  readonly rule: SettingRule
  /** Of the value, where it has one. */
  readonly unit?: string
  readonly meaning: string
}

const FRACTION: SettingRule = { kind: 'number', min: 0, max: 1 }
const SWITCH: SettingRule = { kind: 'switch' }

/** What each hyperparameter allows and means: the source of `docs/hyperparameters.md` and of every refusal. */
export const SETTING_TABLE: Record<keyof TrainSettings, SettingRow> = {
  scale: { rule: { kind: 'choice', of: ['n', 's', 'm', 'l', 'x'] }, meaning: 'Size of the YOLO11 network' },
  epochs: {
    rule: { kind: 'integer', min: 1, max: 10_000 },
    meaning: 'How often the training images are gone through',
  },
  batch: { rule: { kind: 'integer', min: 1, max: 1024 }, unit: 'images', meaning: 'Images that one step computes on' },
  accumulate: {
    rule: { kind: 'integer', min: 1, max: 1024 },
    unit: 'batches',
    meaning:
      'Batches whose gradients make one update: `batch × accumulate` images, in the memory of `batch`. The update is that of the larger batch but for batch norms, which see `batch` images. The last update of an epoch may have fewer',
  },
  imgsz: {
    rule: { kind: 'integer', min: 32, max: 4096, multipleOf: 32 },
    unit: 'px',
    meaning: 'Height and width of the network’s input; images of any size are fitted into it with their aspect kept',
  },
  multi_scale: {
    rule: { kind: 'number', min: 0, max: 0.75 },
    unit: 'fraction of `imgsz`',
    meaning:
      'Every ten batches the input’s size is drawn anew from the multiples of 32 within `imgsz ± multi_scale · imgsz`. Memory is that of the three largest sizes',
  },
  optimizer: { rule: { kind: 'choice', of: ['sgd', 'adamw'] }, meaning: 'SGD with Nesterov momentum, or AdamW' },
  lr0: {
    rule: { kind: 'number', min: 0, max: 1 },
    meaning: 'Learning rate at its height; 0 chooses what suits the optimiser and the start',
  },
  lrf: { rule: FRACTION, unit: 'fraction of `lr0`', meaning: 'Last learning rate' },
  schedule: { rule: { kind: 'choice', of: ['cosine', 'linear'] }, meaning: 'How the learning rate falls' },
  warmup_epochs: {
    rule: { kind: 'number', min: 0, max: 100 },
    unit: 'epochs',
    meaning: 'The learning rate climbs for so long, though never longer than a tenth of the training',
  },
  momentum: { rule: { kind: 'number', min: 0, max: 0.9999 }, meaning: 'Momentum of SGD, first beta of AdamW' },
  warmup_momentum: {
    rule: { kind: 'number', min: 0, max: 0.9999 },
    meaning: 'Momentum of SGD climbs from this during the warm-up; 0 leaves it as it is',
  },
  warmup_bias_lr: {
    rule: { kind: 'number', min: 0, max: 1 },
    meaning: 'What the learning rate of biases starts from in the warm-up',
  },
  lr_falls: {
    rule: { kind: 'choice', of: ['step', 'epoch'] },
    meaning:
      'Whether the learning rate falls at every update, or between epochs as the reference trainer’s does; then the warm-up is not held to a tenth of the training',
  },
  weight_decay: { rule: FRACTION, meaning: 'Pull of convolution weights towards zero' },
  clip_norm: {
    rule: { kind: 'number', min: 1e-6, max: 1e9 },
    meaning: 'The gradients of an update are scaled down to this common norm',
  },
  ema_decay: {
    rule: { kind: 'number', min: 0, max: 0.999999 },
    meaning: 'Last decay of the moving average of weights, which is what is validated and shipped',
  },
  class_weights: {
    rule: { kind: 'weights', words: ['none', 'balanced'] },
    meaning:
      'Weight of each class in the classification loss: none, `balanced` (boxes ÷ classes ÷ boxes of the class, held within 0.1 to 10), or a list in the order of the classes',
  },
  seed: {
    rule: { kind: 'integer', min: 0, max: 4_294_967_295 },
    meaning: 'Everything random follows from it: order, augmentation, start values',
  },
  patience: {
    rule: { kind: 'integer', min: 0, max: 10_000 },
    unit: 'validations',
    meaning: 'Stops when so many in a row bring no better model; 0 never stops early',
  },
  freeze: {
    rule: { kind: 'integer', min: 0, max: 23 },
    unit: 'layers',
    meaning: 'The first so many layers of the network keep their weights; 11 is the whole backbone',
  },
  threads: { rule: { kind: 'integer', min: 0, max: 1024 }, meaning: 'Compute threads; 0 is one per core' },
  val_every: {
    rule: { kind: 'integer', min: 1, max: 10_000 },
    unit: 'epochs',
    meaning: 'Validates every so many epochs, and at the last',
  },
  rect: {
    rule: SWITCH,
    meaning: 'Validation pads each image to the smallest fitting rectangle instead of a square: faster for wide images',
  },
  max_minutes: {
    rule: { kind: 'number', min: 0, max: 100_000 },
    unit: 'minutes',
    meaning: 'Ends the training well after so long, whatever the epoch; 0 is no limit',
  },
  memory_check: {
    rule: SWITCH,
    meaning: 'Refuses to start when the estimated memory exceeds what the machine or the container has left',
  },
  plots: { rule: SWITCH, meaning: 'Draws curves, confusion matrix, label statistics and sample batches' },
  max_boxes: {
    rule: { kind: 'integer', min: 8, max: 1024 },
    unit: 'boxes',
    meaning: 'Most boxes an image may have; beyond it the smallest are left out and counted in the log',
  },
  mosaic: { rule: FRACTION, unit: 'probability', meaning: 'Four images share a canvas' },
  close_mosaic: {
    rule: { kind: 'integer', min: 0, max: 10_000 },
    unit: 'epochs',
    meaning: 'The last so many epochs are without mosaics',
  },
  hflip: { rule: FRACTION, unit: 'probability', meaning: 'Mirror image, left to right' },
  vflip: { rule: FRACTION, unit: 'probability', meaning: 'Mirror image, top to bottom' },
  rotate90: { rule: FRACTION, unit: 'probability', meaning: 'Quarter turn to either side' },
  scale_jitter: {
    rule: { kind: 'number', min: 0, max: 0.95 },
    unit: 'fraction',
    meaning: 'Objects are drawn at 1 − s to 1 + s times their size',
  },
  translate: { rule: FRACTION, unit: 'fraction of `imgsz`', meaning: 'The image moves by up to this' },
  hsv_h: {
    rule: { kind: 'number', min: 0, max: 0.5 },
    unit: 'fraction of the circle',
    meaning: 'Hue turns by up to this',
  },
  hsv_s: { rule: FRACTION, unit: 'fraction', meaning: 'Saturation is multiplied by 1 − s to 1 + s' },
  hsv_v: { rule: FRACTION, unit: 'fraction', meaning: 'Brightness is multiplied by 1 − v to 1 + v' },
}
