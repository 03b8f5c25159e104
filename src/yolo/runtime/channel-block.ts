import { SkyloopError } from '../../core/errors.ts'
import { createOnnxWriter } from '../lowering/onnx-writer.ts'
import { openSession } from './session.ts'

let found: Promise<number | undefined> | undefined

/**
 * How many channels lie side by side in the layout of ONNX Runtime's blocked convolutions, which depends on the processor;
 * undefined where it has none. It is asked for by reordering one pixel: the runtime fills up its channels to a whole block.
 */
export function channelBlock(): Promise<number | undefined> {
  found ??= askForBlock()
  return found
}

/** The least number of channels that can be reordered. */
const CHANNELS = 4

async function askForBlock(): Promise<number | undefined> {
  const shape = [1, CHANNELS, 1, 1]
  const writer = createOnnxWriter('microsoft', CHANNELS)
  writer.node('ToBlocked', ['pixel'], {}, ['block'])
  const described = (name: string) => ({ name, shape: [1, 'channels', 1, 1], dtype: 'f32' as const })
  const model = writer.encode({
    inputs: [described('pixel')],
    outputs: [described('block')],
    named: [],
    metadata: {},
  })
  try {
    await using session = await openSession(model, { threads: 1 })
    const results = await session.run(new Map([['pixel', { data: new Float32Array(CHANNELS), shape }]]))
    const channels = results.get('block')?.shape[1]
    return channels !== undefined && channels > CHANNELS ? channels : undefined
  } catch (error) {
    // A runtime without blocked convolutions does not load the operator: plain ones do the same work.
    if (error instanceof SkyloopError && error.code === 'yolo.load') return undefined
    throw error
  }
}
