import type { Random } from '../../core/random.ts'
import { elementCount } from '../graph/tensor.ts'
import { STRIDES } from './scales.ts'
import type { ModelSpec, TensorSpec, Weights } from './spec.ts'

/**
 * Values to train from scratch.
 *
 * - convolutions: uniform within ±1/√fan-in
 * - batch norm: scale 1, shift 0, running mean 0, running variance 1
 * - box bias: 1; class bias: log(5 / K / (640 / stride)²), so that training begins with about 5 objects in a 640 px image
 *
 * @source class prior after Lin et al. 2017, Focal Loss (arXiv:1708.02002), §4.1
 */
export function initialise(spec: ModelSpec, random: Random): Weights {
  const weights: Weights = new Map()
  for (const tensor of [...spec.parameters, ...spec.buffers]) {
    weights.set(tensor.name, valuesOf(tensor, spec.classCount, random))
  }
  return weights
}

function valuesOf({ name, shape, role }: TensorSpec, classCount: number, random: Random): Float32Array {
  const values = new Float32Array(elementCount(shape))
  switch (role) {
    case 'conv-weight': {
      const bound = 1 / Math.sqrt(elementCount(shape.slice(1)))
      return values.map(() => random.range(-bound, bound))
    }
    case 'conv-bias':
      return values.fill(predictionBias(name, classCount))
    case 'norm-weight':
    case 'norm-variance':
      return values.fill(1)
    case 'norm-bias':
    case 'norm-mean':
      return values
  }
}

/** `model.23.cv2.<level>.2.bias` predicts boxes, `model.23.cv3.<level>.2.bias` classes. */
function predictionBias(name: string, classCount: number): number {
  const [, , branch, level] = name.split('.')
  if (branch === 'cv2') return 1
  const stride = STRIDES[Number(level)] as number
  return Math.log(5 / classCount / (640 / stride) ** 2)
}
