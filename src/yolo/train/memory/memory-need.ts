import { messageOf, SkyloopError } from '../../../core/errors.ts'
import { formatBytes } from '../../../core/units.ts'
import type { ModelSpec } from '../../model/spec.ts'
import { activationBytes } from './activations.ts'
import { inputSizes } from '../batches/input-sizes.ts'
import type { TrainSettings } from '../settings/settings.ts'
import { MAX_STEPS } from '../step-pool.ts'

/**
 * A process that has loaded everything and computed nothing; copies of the parameters (weights, average, two moments,
 * gradients, and as many again while a checkpoint is written); what a step holds for each byte of its pass forward.
 *
 * Measured on Linux as peak resident size of a step: the bytes of the pass forward times 0.97 to 1.3 (n, s and m at
 * 192 to 320 px, batches of 4 to 16), 1.33 for n at 640 px and a batch of 8, as the allocator grows by doubling.
 */
const PROCESS_BYTES = 150e6
const PARAMETER_COPIES = 10
const STEP_FACTOR = 1.3

/** Batches made ahead of the step, the one in use among them. */
const BATCHES_HELD = 4

/** An estimate of the memory that a training takes at its height, decoded images aside; in bytes. */
export function trainingBytes(spec: ModelSpec, settings: TrainSettings): number {
  const { batch, imgsz, multi_scale } = settings
  const parameters = spec.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  const sizes = inputSizes(imgsz, multi_scale).slice(-MAX_STEPS)
  const steps = sizes.reduce((sum, size) => sum + STEP_FACTOR * activationBytes(spec, batch, size), 0)
  const batches = BATCHES_HELD * batch * 3 * (sizes.at(-1) ?? imgsz) ** 2 * 4
  return PROCESS_BYTES + PARAMETER_COPIES * parameters * 4 + steps + batches
}

/**
 * Refuses a training that would not fit, before anything is compiled.
 *
 * @throws SkyloopError `yolo.train.memory` with the largest batch that would fit
 */
export function requireMemory(spec: ModelSpec, settings: TrainSettings, availableBytes: number): void {
  const needed = trainingBytes(spec, settings)
  if (needed <= availableBytes) return
  const { batch, imgsz, scale } = settings
  throw new SkyloopError({
    code: 'yolo.train.memory',
    fault: 'machine',
    message: `YOLO11${scale} at ${imgsz} px with batch ${batch} needs about ${formatBytes(needed)} of memory; ${formatBytes(availableBytes)} are available`,
    hint: `${smaller(spec, settings, availableBytes)}; memory_check=off starts anyway`,
  })
}

function smaller(spec: ModelSpec, settings: TrainSettings, availableBytes: number): string {
  const { batch, accumulate } = settings
  for (let fitting = batch - 1; fitting >= 1; fitting--) {
    if (trainingBytes(spec, { ...settings, batch: fitting }) > availableBytes) continue
    const together = Math.ceil((batch * accumulate) / fitting)
    return `batch=${fitting} fits, and with accumulate=${together} makes updates of as many images`
  }
  return 'not even batch=1 fits: lower imgsz or multi_scale, or take a smaller scale'
}

/** What the runtime says when it cannot have the memory it asks for. */
const ALLOCATION_FAILURE = /failed to allocate memory|bad_alloc|bad allocation|out of memory/i

/** The error of a step, told as what it is when memory ran out; otherwise the error itself. */
export function explainAllocation(error: unknown, { batch, imgsz, scale }: TrainSettings): unknown {
  if (!ALLOCATION_FAILURE.test(messageOf(error))) return error
  return new SkyloopError({
    code: 'yolo.train.memory',
    fault: 'machine',
    message: `the memory ran out in a training step of YOLO11${scale} at ${imgsz} px with batch ${batch}: ${messageOf(error)}`,
    hint: 'lower batch (and raise accumulate by as much), imgsz or scale; the last checkpoint is kept',
    cause: error,
  })
}
