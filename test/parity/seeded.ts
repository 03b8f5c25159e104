import { hash32, seededRandom } from '../../src/core/random.ts'
import { elementCount } from '../../src/yolo/graph/tensor.ts'
import type { ModelSpec, TensorSpec, Weights } from '../../src/yolo/model/spec.ts'

/** The first `count` 32-bit words of the stream named `key`; its twin is `words` in seeded.py. */
export function words(key: string, count: number): Uint32Array {
  const random = seededRandom(hash32(key))
  const drawn = new Uint32Array(count)
  for (let i = 0; i < count; i++) drawn[i] = random.next() * 2 ** 32
  return drawn
}

export function uniform(key: string, count: number, low: number, high: number): Float32Array {
  const random = seededRandom(hash32(key))
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++) values[i] = random.range(low, high)
  return values
}

/** `[B, 3, H, W]` in [0, 1]: 8 px blocks and noise, as in seeded.py. */
export function seededImages(key: string, batch: number, height: number, width: number): Float32Array {
  const blocks = seededRandom(hash32(`${key}/blocks`))
  const noise = seededRandom(hash32(`${key}/noise`))
  const [rows, columns] = [height / 8, width / 8]
  const coarse = Float64Array.from({ length: batch * 3 * rows * columns }, () => blocks.next())
  return Float32Array.from({ length: batch * 3 * height * width }, (_, i) => {
    const [x, y, plane] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))]
    return 0.7 * coarse[(plane * rows + (y >> 3)) * columns + (x >> 3)]! + 0.3 * noise.next()
  })
}

/** Every tensor of a model, drawn from `key` and its own name, as in seeded.py. */
export function seededWeights(spec: ModelSpec, key: string): Weights {
  return new Map([...spec.parameters, ...spec.buffers].map((tensor) => [tensor.name, seededTensor(key, tensor)]))
}

function seededTensor(key: string, { name, shape, role }: TensorSpec): Float32Array {
  const isHead = /^model\.23\.cv[23]\.\d\.2\./.test(name)
  const isBox = name.includes('.cv2.')
  const draw = (low: number, high: number): Float32Array => uniform(`${key}/${name}`, elementCount(shape), low, high)
  switch (role) {
    case 'conv-weight': {
      const gain = isHead && isBox ? 2 : 1
      const bound = gain * Math.sqrt(3 / elementCount(shape.slice(1)))
      return draw(-bound, bound)
    }
    case 'conv-bias':
      return isBox ? draw(-2, 2) : draw(-4, 0)
    case 'norm-weight':
      return draw(0.8, 1.2)
    case 'norm-bias':
      return draw(-0.3, 0.3)
    case 'norm-mean':
      return draw(-0.2, 0.2)
    case 'norm-variance':
      return draw(0.3, 0.6)
  }
}
