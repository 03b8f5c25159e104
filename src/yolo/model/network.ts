import * as op from '../graph/build.ts'
import { axisSize, type Tensor } from '../graph/tensor.ts'
import { c2psa, c3k2, sppf } from './blocks.ts'
import type { Layers } from './layers.ts'
import { BINS, SCALES } from './scales.ts'
import type { ModelScale } from './spec.ts'

/** Raw predictions of one level. */
export interface LevelOutput {
  /** `[B, 4 R, H/s, W/s]` logits of the distances left, top, right, bottom */
  readonly distances: Tensor
  /** `[B, K, H/s, W/s]` logits */
  readonly classes: Tensor
}

/**
 * YOLO11 detect: backbone, feature pyramid up and down, one head per level. Names count the layers as the published
 * model description does, upsampling and concatenation included.
 *
 * @param images `[B, 3, H, W]`, H and W multiples of 32
 * @returns levels of stride 8, 16, 32
 */
export function network(layers: Layers, scale: ModelScale, classCount: number, images: Tensor): LevelOutput[] {
  const row = SCALES[scale]
  const wide = (channels: number): number => Math.ceil((Math.min(channels, row.maxChannels) * row.width) / 8) * 8
  const repeats = Math.max(1, Math.round(2 * row.depth))
  const down = (index: number, x: Tensor, channels: number): Tensor =>
    layers.conv(`model.${index}`, x, { out: wide(channels), kernel: 3, stride: 2 })
  const block = (index: number, x: Tensor, channels: number, deep: boolean, expansion = 0.5): Tensor =>
    c3k2(layers, `model.${index}`, x, { out: wide(channels), repeats, deep: deep || row.deepEverywhere, expansion })

  const stride4 = block(2, down(1, down(0, images, 64), 128), 256, false, 0.25)
  const stride8 = block(4, down(3, stride4, 256), 512, false, 0.25)
  const stride16 = block(6, down(5, stride8, 512), 512, true)
  const stride32 = block(8, down(7, stride16, 1024), 1024, true)
  const deepest = c2psa(layers, 'model.10', sppf(layers, 'model.9', stride32, wide(1024)), repeats)

  const up16 = block(13, op.concat([op.upsample2(deepest), stride16], 1), 512, false)
  const level8 = block(16, op.concat([op.upsample2(up16), stride8], 1), 256, false)
  const level16 = block(19, op.concat([down(17, level8, 256), up16], 1), 512, false)
  const level32 = block(22, op.concat([down(20, level16, 512), deepest], 1), 1024, true)
  return detectionHead(layers, classCount, [level8, level16, level32])
}

/** Two branches per level: dense convolutions for boxes, depthwise-separable ones for classes. */
function detectionHead(layers: Layers, classCount: number, levels: readonly [Tensor, ...Tensor[]]): LevelOutput[] {
  const first = axisSize(levels[0].shape, 1)
  const boxWidth = Math.max(16, first >> 2, 4 * BINS)
  const classWidth = Math.max(first, Math.min(classCount, 100))
  return levels.map((x, level) => {
    const box = `model.23.cv2.${level}`
    const cls = `model.23.cv3.${level}`
    const boxes = layers.conv(`${box}.1`, layers.conv(`${box}.0`, x, { out: boxWidth, kernel: 3 }), {
      out: boxWidth,
      kernel: 3,
    })
    let classes = x
    for (const stage of [0, 1]) {
      const groups = axisSize(classes.shape, 1)
      const spatial = layers.conv(`${cls}.${stage}.0`, classes, { out: groups, kernel: 3, groups })
      classes = layers.conv(`${cls}.${stage}.1`, spatial, { out: classWidth })
    }
    return {
      distances: layers.predict(`${box}.2`, boxes, 4 * BINS),
      classes: layers.predict(`${cls}.2`, classes, classCount),
    }
  })
}
