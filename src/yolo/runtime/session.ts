import { availableParallelism } from 'node:os'
import * as ort from 'onnxruntime-node'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { freeMemory } from '../../core/free-memory.ts'

/** Where a graph is executed. */
export type Provider = 'cpu' | 'webgpu' | 'cuda'

export interface SessionOptions {
  /** @default as many as the machine has cores */
  readonly threads?: number
  /** @default 'cpu' */
  readonly provider?: Provider
  /**
   * How long, in microseconds, threads wait for the next piece of work awake before they sleep. Waking up costs more than many
   * a piece of work takes; but awake they hold cores that others want.
   *
   * @default 0
   */
  readonly spinUs?: number
  /**
   * Whether weights stored in 8 bits are widened once, when the graph is loaded, instead of in every run. Graphs that compute
   * in 8 bits want false: it takes them their 8-bit kernels.
   *
   * @default false
   */
  readonly widenWeights?: boolean
}

/** Values in the wire form of the runtime: f32 data and its shape. */
export interface Values {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** Values that go in: f32, or i32 where they are indices. */
export interface Feed {
  readonly data: Float32Array | Int32Array
  readonly shape: readonly number[]
}

/** A loaded ONNX graph. */
export interface Session extends AsyncDisposable {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /**
   * @param into arrays for some of the results, to be written instead of new ones
   * @throws SkyloopError `yolo.run` when the runtime refuses the values or fails
   */
  run(feeds: ReadonlyMap<string, Feed>, into?: ReadonlyMap<string, Values>): Promise<Map<string, Values>>
}

/**
 * Loads an ONNX graph.
 *
 * @param model the file's path or its content
 * @throws SkyloopError `yolo.load` when the content is not a graph that the runtime can execute, `yolo.provider` when a
 * provider other than the CPU refuses it or is not there
 */
export async function openSession(model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const { provider = 'cpu', spinUs = 0, widenWeights = false } = options
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: [provider],
    intraOpNumThreads: options.threads ?? availableParallelism(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Planning the memory of a whole run in one block costs a second copy of it and gains no time.
    enableMemPattern: false,
    enableCpuMemArena: true,
    // Threads that wait by spinning take the cores from whatever else runs: measured 1.6 times slower on a busy machine.
    extra: {
      session: {
        intra_op: spinUs > 0 ? { spin_duration_us: String(spinUs) } : { allow_spinning: '0' },
        ...(widenWeights ? { disable_quant_qdq: '1' } : {}),
      },
    },
    // Warnings about initialisers and providers are not for the reader of a training log.
    logSeverityLevel: 3,
  }
  const session = await load(model, settings, provider)
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds, into) {
      const tensors: Record<string, ort.Tensor> = {}
      for (const name of session.inputNames) {
        const values = feeds.get(name)
        if (!values)
          throw new SkyloopError({ code: 'yolo.run', fault: 'internal', message: `input "${name}" has no values` })
        const { data, shape } = values
        tensors[name] =
          data instanceof Float32Array ? new ort.Tensor('float32', data, shape) : new ort.Tensor('int32', data, shape)
      }
      const fetches: Record<string, ort.Tensor | null> = {}
      for (const name of session.outputNames) {
        const values = into?.get(name)
        fetches[name] = values ? new ort.Tensor('float32', values.data, values.shape) : null
      }
      const results = await session.run(tensors, fetches).catch((error: unknown) => {
        throw new SkyloopError({ code: 'yolo.run', fault: 'machine', message: messageOf(error), cause: error })
      })
      return new Map(
        Object.entries(results).map(([name, tensor]) => {
          const data = tensor.data as Float32Array
          const given = into?.get(name)
          if (!given) return [name, { data, shape: tensor.dims }]
          // The runtime's binding returns a copy of what it wrote into the array that it was given.
          if (data !== given.data) freeMemory(data)
          return [name, given]
        }),
      )
    },
    async [Symbol.asyncDispose]() {
      await session.release()
    },
  }
}

async function load(
  model: string | Uint8Array,
  settings: ort.InferenceSession.SessionOptions,
  provider: Provider,
): Promise<ort.InferenceSession> {
  try {
    return await (typeof model === 'string'
      ? ort.InferenceSession.create(model, settings)
      : ort.InferenceSession.create(model, settings))
  } catch (error) {
    if (provider === 'cpu') {
      throw new SkyloopError({
        code: 'yolo.load',
        message: `the model cannot be loaded: ${messageOf(error)}`,
        cause: error,
      })
    }
    throw new SkyloopError({
      code: 'yolo.provider',
      fault: 'machine',
      message: `provider "${provider}" cannot run the model on this machine: ${messageOf(error)}`,
      hint: 'provider "cpu" runs everywhere',
      cause: error,
    })
  }
}
