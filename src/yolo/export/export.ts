import * as op from '../graph/build.ts'
import { createGraph, input } from '../graph/graph.ts'
import { detections, fixedCentres } from '../model/detections.ts'
import { inferenceLayers } from '../model/inference-layers.ts'
import { network } from '../model/network.ts'
import type { ModelSpec, Weights } from '../model/spec.ts'
import { compileOnnx } from '../lowering/compile.ts'
import { HEAD_NAMES, namedHead } from '../runtime/head-values.ts'

export interface ExportOptions {
  /** H in pixels, a multiple of 32. */
  readonly height: number
  /** W in pixels, a multiple of 32. */
  readonly width: number
  /** @default 1 */
  readonly batch?: number
  /**
   * Whether the file takes any batch and any multiples of 32 as H and W; then `height` and `width` are merely those for which
   * it was made. Some tools for other devices want fixed sizes.
   *
   * @default false
   */
  readonly dynamic?: boolean
  /** `metadata_props` of the file. */
  readonly metadata: Readonly<Record<string, string>>
}

const OPEN_AXES: ReadonlyMap<string, readonly (string | null)[]> = new Map([
  ['images', ['batch', null, 'height', 'width']],
  ['output0', ['batch', null, 'anchors']],
  ...HEAD_NAMES.flatMap(({ distances, classes }) =>
    [distances, classes].map((name): [string, string[]] => [
      name,
      ['batch', `${name}.channels`, `${name}.height`, `${name}.width`],
    ]),
  ),
])

/**
 * The inference graph as an ONNX file of standard operators: `images` `[B, 3, H, W]` RGB in [0, 1] to
 * `output0` `[B, 4 + K, A]`, batch norms folded into their convolutions.
 *
 * @throws SkyloopError `yolo.weights` when a tensor is missing or has another size
 */
export function exportOnnx(spec: ModelSpec, weights: Weights, options: ExportOptions): Uint8Array {
  const { height, width, batch = 1, dynamic = false, metadata } = options
  const graph = createGraph()
  const levels = network(
    inferenceLayers(weights),
    spec.scale,
    spec.classCount,
    input(graph, 'images', [batch, 3, height, width]),
  )
  const outputs = new Map([['output0', detections(levels, dynamic ? op.cellCentres : fixedCentres)]])
  return compileOnnx(graph, {
    outputs,
    named: namedHead(levels),
    ...(dynamic && { openAxes: OPEN_AXES }),
    dialect: 'standard',
    metadata,
  })
}
